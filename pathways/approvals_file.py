"""Approvals as a file: what OPI downloads, changes in a spreadsheet and brings back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from pathways.approvals import Pair
from pathways.models import Approval, District, Participation, Pathway
from pathways.values import Unreadable, tidy, yes_or_no

COLUMNS = ("District Number", "District", "Pathway Code", "CTE Pathway", "End Year", "Approved")
MOST_BYTES = 2_000_000
MOST_PROBLEMS = 100


def rows(end_year: int) -> Iterator[tuple[str, ...]]:
    """A line for each district and pathway that is approved, or could be; the first names the columns."""
    yield COLUMNS
    given = set(Approval.objects.filter(school_year_id=end_year).values_list("district_id", "pathway_id"))
    used = set(Participation.objects.enrolled_in(end_year).values_list("student__district_id", "pathway_id").distinct())
    offered = set(Pathway.objects.offered_in(end_year).values_list("pk", flat=True))
    pathways = list(Pathway.objects.order_by("code"))
    for district in District.objects.order_by("number"):
        for pathway in pathways:
            pair = (district.number, pathway.pk)
            if pathway.pk in offered or pair in given or pair in used:
                yield district.number, district.name, pathway.code, pathway.name, str(end_year), "Yes" if pair in given else "No"


@dataclass
class Read:
    """What a file asks for. With problems nothing of it is saved."""

    give: list[Pair] = field(default_factory=list)
    withdraw: list[Pair] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    lines: int = 0


def read(content: bytes, end_year: int) -> Read:
    """Read a file with the columns of the download; District Number, Pathway Code or CTE Pathway, and Approved are needed."""
    found = Read()
    text = _text(content)
    if text is None:
        found.problems.append((1, "This is not a text file. Save the spreadsheet as CSV, then choose that file"))
        return found
    first = text.split("\n", 1)[0]
    delimiter = max("\t;,", key=first.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [tidy(name) for name in next(table, [])]
        missing = [name for name in ("District Number", "Approved") if name not in header]
        if "Pathway Code" not in header and "CTE Pathway" not in header:
            missing.append("Pathway Code")
        if missing:
            found.problems.append((1, f"The first line must name the columns. Missing: {', '.join(missing)}"))
            return found
        _read_lines(table, header, end_year, found)
    except csv.Error:
        found.problems.append((table.line_num, "This line cannot be read. Check its quotation marks"))
    return found


def _text(content: bytes) -> str | None:
    if b"\0" in content or content.startswith(b"PK"):
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read_lines(table: Iterator[list[str]], header: list[str], end_year: int, found: Read) -> None:
    districts = set(District.objects.values_list("number", flat=True))
    by_code = {pathway.code: pathway.pk for pathway in Pathway.objects.all()}
    by_name = {pathway.name.casefold(): pathway.pk for pathway in Pathway.objects.all()}
    seen: dict[Pair, int] = {}
    for line, cells in enumerate(table, 2):
        if not any(tidy(cell) for cell in cells):
            continue
        found.lines += 1
        values = dict(zip(header, (tidy(cell) for cell in cells), strict=False))
        try:
            district = _district(values.get("District Number", ""), districts)
            pathway = _pathway(values.get("Pathway Code", ""), values.get("CTE Pathway", ""), by_code, by_name)
            year = values.get("End Year", "")
            if year and year != str(end_year):
                raise ValueError(f"End Year is {year[:20]}; this page is for {end_year}")
            answer = yes_or_no(values.get("Approved", ""), "Approved")
            if answer is None:
                raise ValueError("Approved must be Yes or No")
            if (district, pathway) in seen:
                raise ValueError(f"This district and pathway are already in line {seen[district, pathway]}")
        except Unreadable as problem:
            found.problems.append((line, problem.message))
        except ValueError as problem:
            found.problems.append((line, str(problem)))
        else:
            seen[district, pathway] = line
            (found.give if answer else found.withdraw).append((district, pathway))


def _district(text: str, districts: set[str]) -> str:
    if text in districts:
        return text
    padded = text.zfill(4)
    if text.isascii() and text.isdigit() and len(text) < 4:
        raise ValueError(f"District Number {text} has lost its leading zeros. Enter {padded} and format the column as text")
    raise ValueError(f"District Number {text[:20] or 'is missing'}{' is not on the list' if text else ''}")


def _pathway(code: str, name: str, by_code: dict[str, int], by_name: dict[str, int]) -> int:
    """A code of one digit is one that a spreadsheet took the zero from: there is no other it could be."""
    pathway = by_code.get(code.zfill(2)) if code else by_name.get(name.casefold())
    if pathway is None:
        raise ValueError(f"Pathway {(code or name)[:40] or 'is missing'}{' is not on the list' if code or name else ''}")
    if code and name and by_name.get(name.casefold(), pathway) != pathway:
        raise ValueError(f"Pathway Code {code[:20]} and CTE Pathway {name[:60]} are two different pathways")
    return pathway
