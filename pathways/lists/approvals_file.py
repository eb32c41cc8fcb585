"""Approvals as a file: what OPI downloads, changes in a spreadsheet and brings back."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pathways.files import damage
from pathways.files.cells import plain
from pathways.files.damage import only_numbers, whole_number, without_point
from pathways.files.summary import counted
from pathways.files.table import Table
from pathways.files.text import FileRefused
from pathways.files.values import Unreadable, yes_or_no
from pathways.lists.approvals import Pair
from pathways.models import Approval, District, Participation, Pathway

COLUMNS = ("District Number", "District", "Pathway Code", "CTE Pathway", "End Year", "Approved")
MOST_BYTES = 2_000_000
MOST_PROBLEMS = 100


def rows(end_year: int) -> Iterator[tuple[str, ...]]:
    """A line for each district and pathway that is approved, or could be; the first names the
    columns.
    """
    yield COLUMNS
    approved = set(
        Approval.objects.filter(school_year_id=end_year).values_list("district_id", "pathway_id")
    )
    used = set(
        Participation.objects.enrolled_in(end_year)
        .values_list("student__district_id", "pathway_id")
        .distinct()
    )
    offered = set(Pathway.objects.offered_in(end_year).values_list("pk", flat=True))
    pathways = list(Pathway.objects.order_by("code"))
    for district in District.objects.order_by("number"):
        for pathway in pathways:
            pair = (district.number, pathway.pk)
            if pathway.pk in offered or pair in approved or pair in used:
                yield (
                    district.number,
                    district.name,
                    pathway.code,
                    pathway.name,
                    str(end_year),
                    "Yes" if pair in approved else "No",
                )


@dataclass
class ApprovalsRead:
    """The approvals that a file asks for. With problems, nothing of it is saved."""

    give: list[Pair] = field(default_factory=list)
    withdraw: list[Pair] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was read otherwise than it is written."""
    lines: int = 0


def read(content: bytes, end_year: int) -> ApprovalsRead:
    """Read a file with the columns of the download; District Number, Pathway Code or CTE Pathway,
    and Approved are needed.
    """
    result = ApprovalsRead()
    table = Table(
        io.BytesIO(content), COLUMNS, ("District Number", "Approved", "Pathway Code|CTE Pathway")
    )
    try:
        _read_lines(table, end_year, result)
    except FileRefused as refused:
        result.problems.append((1, refused.sentence))
    result.notes += table.notes
    return result


def _read_lines(table: Table, end_year: int, result: ApprovalsRead) -> None:
    districts = set(District.objects.values_list("number", flat=True))
    lists = Lists.now()
    seen: dict[Pair, int] = {}
    repaired: Counter[str] = Counter()
    for row in table:
        result.lines += 1
        try:
            if row.problem:
                raise ValueError(row.problem)
            values = row.values
            district = _district(without_point(values["District Number"]), districts)
            code = values.get("Pathway Code", "")
            pathway = lists.pathway(code, values.get("CTE Pathway", ""))
            repaired[
                "pathway code read with its leading zero|pathway codes read with their leading zero"
            ] += bool(code) and code not in lists.codes
            year = without_point(values.get("End Year", ""))
            if year and year != str(end_year):
                raise ValueError(f"End Year is {year[:20]}; this page is for {end_year}")
            answer = yes_or_no(damage.answer(values["Approved"]), "Approved")
            if answer is None:
                raise ValueError("Approved must be Yes or No")
            if (district, pathway) in seen:
                raise ValueError(
                    f"This district and pathway are already in line {seen[district, pathway]}"
                )
        except Unreadable as problem:
            result.problems.append((row.line, problem.message))
        except ValueError as problem:
            result.problems.append((row.line, str(problem)))
        else:
            seen[district, pathway] = row.line
            (result.give if answer else result.withdraw).append((district, pathway))
    result.notes += [counted(number, words) for words, number in repaired.items() if number]


def _district(text: str, districts: set[str]) -> str:
    if text in districts:
        return text
    if lost := damage.lost_zeros(text, "District Number", 4):
        raise ValueError(lost.message)
    raise ValueError(
        f"District Number {text[:20] or 'is missing'}{' is not on the list' if text else ''}"
    )


@dataclass(frozen=True)
class Lists:
    """OPI's pathways by what a file may call them."""

    codes: dict[str, int]
    numbers: dict[int, int]
    names: dict[str, int]

    @classmethod
    def now(cls) -> Lists:
        pathways = list(Pathway.objects.all())
        codes = {pathway.code: pathway.pk for pathway in pathways}
        return cls(
            codes, only_numbers(codes), {plain(pathway.name): pathway.pk for pathway in pathways}
        )

    def pathway(self, code: str, name: str) -> int:
        """A code that has lost its zeros is the one of that number: there is no other it could
        be.
        """
        pathway = (
            self.codes.get(code) or self.numbers.get(whole_number(code) or 0)
            if code
            else self.names.get(plain(name))
        )
        if pathway is None:
            raise ValueError(
                "Pathway"
                f" {(code or name)[:40] or 'is missing'}{' is not on the list' if code or name else ''}"
            )
        if code and name and self.names.get(plain(name), pathway) != pathway:
            raise ValueError(
                f"Pathway Code {code[:20]} and CTE Pathway {name[:60]} are two different pathways"
            )
        return pathway
