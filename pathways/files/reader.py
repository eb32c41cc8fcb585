"""A file of a published layout, read line by line into typed rows and problems (reliability: upload inputs).

The reader knows the layout, not the database: whom a State ID means is told by `Known`. Every problem has its line, column, value and
rule; a row with one is still read to its end, so that all of it is told at once.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import IO, Any

from pathways import values
from pathways.files.layout import ERRORS_ADDED, Layout
from pathways.files.text import FileRefused, Lines, encoding_of
from pathways.values import Unreadable, tidy

_STATE_ID = re.compile(r"[0-9]{9}", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_EXCEL_ID = re.compile(r"[0-9]{8}|[0-9.]+[eE][+-]?[0-9]+|[0-9]+\.0*|=\"?[0-9]+\"?|'[0-9]+", re.ASCII)
_TYPED = {
    "concentrator": values.yes_or_no,
    "single_parent": values.yes_or_no,
    "start_date": values.date,
    "total_credits": values.credits,
    "in_district_credits": values.credits,
    "out_of_district_credits": values.credits,
    "dual_enrollment_credits": values.credits,
    "work_based_learning_credits": values.credits,
}
# What is staged of them, in the order of the staging table; rows that are alike share one tuple.
STAGED = tuple(field for field in _TYPED if field != "total_credits")
_EMPTY_IS_ZERO = ("out_of_district_credits", "dual_enrollment_credits", "work_based_learning_credits")
LONGEST_VALUE = 200  # of a value as it is shown
OVER_HALF_OF = 10  # rows from which on a column that fails in over half of them condemns the file


@dataclass(frozen=True, slots=True)
class Student:
    pk: int
    local_id: str
    last_name: str
    first_name: str


@dataclass(frozen=True)
class Known:
    """What the district and OPI's list say, for looking up identities."""

    district: str
    end_year: int
    student: Callable[[str], Student | None]
    pathways: dict[str, int]
    """Primary keys by code, and by name as `plain` writes it."""
    names: dict[int, str]


@dataclass(frozen=True, slots=True)
class Problem:
    line: int
    rule: str
    field: str
    value: str
    message: str


@dataclass(slots=True)
class Read:
    """One row: what can be staged, and what is wrong with it. Without `staged` not even the catalogue can judge it."""

    line: int
    staged: tuple[Any, ...] | None
    problems: list[Problem]


@dataclass
class Summary:
    """What was noticed while reading, complete when the last row has been read."""

    rows: int = 0
    blank: int = 0
    adjusted: Counter[str] = dataclasses.field(default_factory=Counter)
    notes: list[str] = dataclasses.field(default_factory=list)
    unreadable: Counter[str] = dataclasses.field(default_factory=Counter)
    first_unreadable: dict[str, Problem] = dataclasses.field(default_factory=dict)
    districts: Counter[str] = dataclasses.field(default_factory=Counter)
    years: Counter[str] = dataclasses.field(default_factory=Counter)
    heading: list[Problem] = dataclasses.field(default_factory=list)

    @property
    def what_we_adjusted(self) -> list[str]:
        words = [
            f"{number:,} {what if number == 1 else many}"
            for (what, many), number in ((_plural(what), n) for what, n in self.adjusted.items())
        ]
        if self.blank:
            words.append(f"{self.blank:,} empty line{'s' if self.blank > 1 else ''} left out")
        return [*self.notes, *words]


def _plural(what: str) -> tuple[str, str]:
    one, _, many = what.partition("|")
    return one, many or one


def plain(name: str) -> str:
    """A pathway's name without what people vary: case and spaces."""
    return " ".join(name.upper().split())


class Reader:
    """Iterate for the rows; `summary` grows on the way. Raises FileRefused as soon as the whole file is known to be wrong."""

    def __init__(self, file: IO[bytes], layout: Layout, known: Known, *, today: datetime.date, most_rows: int | None = None) -> None:
        self.layout, self.known, self.today, self.most_rows = layout, known, today, most_rows
        self.lines = Lines(file, encoding_of(file))
        self.summary = Summary()
        self.errors_added = False
        self._typed: dict[tuple[str, str], tuple[Any, Unreadable | None]] = {}
        self._good: dict[str, dict[str, Any]] = {}
        self._width = len(layout.columns)
        self._wide = [layout.position(field) for field in ("local_id", "last_name", "first_name", "pathway")]
        self._from, self._to = layout.position("concentrator"), layout.position("work_based_learning_credits") + 1
        self._columns = {column.field: (at, column) for at, column in enumerate(layout.columns)}
        if self.lines.encoding.said:
            self.summary.notes.append(self.lines.encoding.said)

    def __iter__(self) -> Iterator[Read]:
        header_seen = False
        titles = {plain(name) for name in self.layout.names}
        for number, text, cut in self.lines:
            if not text.strip(values._AROUND):
                self.summary.blank += 1
                continue
            cells = text.split("\t")
            # A record says so in its first cell: nearly all lines do, and need not be compared with the titles.
            if cells[0] != self.layout.record_type and len({plain(tidy(cell)) for cell in cells[: self._width]} & titles) >= 4:
                self.summary.notes.append(f"Line {number} holds column titles and is left out")
                continue
            if not header_seen:
                self._header(number, text, cells)
                header_seen = True
                continue
            if tidy(cells[0]).upper() == "HD":
                raise FileRefused(f"Line {number} is a second header record (HD). A file has one, on its first line")
            self.summary.rows += 1
            if self.most_rows and self.summary.rows > self.most_rows:
                raise FileRefused(
                    f"The file has more than {self.most_rows:,} rows. This portal runs on its built-in database, which takes up to "
                    f"{self.most_rows:,}; for larger files it is set up with PostgreSQL"
                )
            yield self._row(number, cells, cut)
        if not header_seen:
            raise FileRefused("The selected file is empty")
        if not self.summary.rows:
            raise FileRefused("There are no student records in the file: it holds the header record alone")
        if len(self.lines.line_ends) > 1:
            self.summary.notes.append("Different line ends read as one")
        self._whole()

    # --- the header record

    def _header(self, number: int, text: str, cells: list[str]) -> None:
        first = tidy(cells[0]).strip('"').upper()
        if "\x00" in text:
            raise FileRefused("The header record holds a zero byte. Save the file as tab-delimited text and choose it again")
        if len(cells) == 1:
            for mark, name in ((",", "commas"), (";", "semicolons"), ("|", "vertical bars")):
                if text.count(mark) >= 3:
                    raise FileRefused(
                        f"The columns are separated by {name}, not by tabs. In Excel choose Save As, then Text (Tab delimited)"
                    )
            if first.startswith(("HD ", f"{self.layout.record_type} ")):
                raise FileRefused("The columns are separated by spaces, not by tabs. In Excel choose Save As, then Text (Tab delimited)")
        if first == "CT":
            raise FileRefused("This is a Fall CTE file (record type CT). Choose a CTE End of Year file")
        if first != "HD":
            raise FileRefused(
                f"Line {number} is not the header record. The first line holds HD, date, time and {self.layout.version}, separated by tabs"
            )
        version = tidy(cells[3]) if len(cells) > 3 else ""
        if version.upper() != self.layout.version:
            raise FileRefused(f"The header record names version “{version[:20]}”. This portal reads {self.layout.version}")
        if version != self.layout.version:
            self.summary.notes.append(f"Version {version} read as {self.layout.version}")
        self.errors_added = any(tidy(cell) == ERRORS_ADDED for cell in cells[4:])
        self._header_date(number, cells)

    def _header_date(self, number: int, cells: list[str]) -> None:
        """A strange date says that the file may not be the one that was meant; it changes nothing (U-30)."""
        written = tidy(cells[1])
        try:
            made = values.date(written, "The date in the header record")
            said = "The header record has no date" if made is None else ""
            if made and made > self.today + datetime.timedelta(days=1):
                said = f"The header record is dated {written}, which is to come"
            elif made and (self.today - made).days > 730:
                said = f"The header record is dated {written}. Make sure that this is the file you mean"
        except Unreadable as unreadable:
            said = unreadable.message
        if not said and not re.fullmatch(r"[0-2]?[0-9]:[0-5][0-9](:[0-5][0-9])?( ?[AaPp][Mm])?", tidy(cells[2]), re.ASCII):
            said = "The time in the header record must be like 13:03:42"
        if said:
            self.summary.heading.append(Problem(number, "CTE-421", "line", written[:LONGEST_VALUE], said))

    # --- rows

    def _row(self, number: int, cells: list[str], cut: bool) -> Read:
        problems: list[Problem] = []

        def wrong(field: str, rule: str, message: str, value: str | None = None) -> None:
            at = self._columns[field][0] if field in self._columns else 0
            problems.append(Problem(number, rule, field, (value if value is not None else cells[at])[:LONGEST_VALUE], message))

        if cut:
            wrong("line", "CTE-414", "This line is too long to be a record", cells[0])
            return Read(number, None, problems)
        cells = self._fit(cells)
        if len(cells) != self._width:
            said = f"This line has {len(cells)} columns. The layout has {self._width}"
            wrong("line", "CTE-401", said, "\t".join(cells))
            return Read(number, None, problems)
        whole = "".join(cells)
        if not (whole.isascii() and whole.isprintable()) or '"' in whole or " " in whole:  # most rows hold nothing to clean
            for at, cell in enumerate(cells):
                if not (cell.isascii() and cell.isprintable()) or '"' in cell:
                    cells[at] = self._clean(cell, self.layout.columns[at].field, wrong)
                else:
                    cells[at] = cell.strip()
        for at in self._wide:
            if len(cells[at]) > (column := self.layout.columns[at]).width:
                wrong(column.field, "CTE-414", f"{column.name} is longer than {column.width} characters", cells[at])
        whose = self._whose(cells, wrong)
        typed = self._values(cells, wrong)
        spoiled = {problem.field for problem in problems}
        if "in_district_credits" not in spoiled and "total_credits" not in spoiled and "out_of_district_credits" not in spoiled:
            self._total(typed, wrong)
        if whose:  # another district's or another year's row: the catalogue has no say in it
            return Read(number, None, problems)
        student = self._student(cells, spoiled, wrong)
        pathway = self._pathway(cells, spoiled, wrong)
        for problem in problems:
            if problem.rule in _UNREADABLE and problem.value:
                self.summary.unreadable[problem.field] += 1
                self.summary.first_unreadable.setdefault(problem.field, problem)
        staged = (number, student, pathway, typed["staged"])
        return Read(number, staged, problems)

    def _fit(self, cells: list[str]) -> list[str]:
        """Without the columns that our own report added, and without empty ones at the end."""
        if len(cells) > self._width:
            if self.errors_added:
                return cells[: self._width]
            if not any(cell.strip() for cell in cells[self._width :]):
                self.summary.adjusted["row had empty columns at its end|rows had empty columns at their end"] += 1
                return cells[: self._width]
        return cells

    def _clean(self, cell: str, field: str, wrong: Callable[..., None]) -> str:
        """One form of every letter, nothing around the value, nothing that hides in it."""
        text = tidy(cell)
        if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
            self.summary.adjusted["value stood in quotation marks|values stood in quotation marks"] += 1
            text = tidy(text[1:-1])
        composed = unicodedata.normalize("NFC", text)
        for letter in composed:
            if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs") or letter == "\ufffd":
                name = self._columns[field][1].name
                wrong(field, "CTE-413", f"{name} holds a character that is not allowed (U+{ord(letter):04X}). Type it again", composed)
                break
        return composed

    def _whose(self, cells: list[str], wrong: Callable[..., None]) -> bool:
        """Whether the row belongs elsewhere: another kind of record, another district, another year."""
        elsewhere = False
        kind, district, year = cells[0], cells[1], cells[-1]
        if kind != self.layout.record_type:
            if kind.upper() == self.layout.record_type:
                self.summary.adjusted[f"record type read as {self.layout.record_type}|record types read as {self.layout.record_type}"] += 1
            elif kind.upper() == "CT":
                raise FileRefused("This is a Fall CTE file (record type CT). Choose a CTE End of Year file")
            else:
                wrong("record_type", "CTE-402", f"Record Type must be {self.layout.record_type}")
                elsewhere = True
        if district != self.known.district:
            self.summary.districts[district[:20]] += 1
            wrong("district", "CTE-403", self._district_words(district))
            elsewhere = True
        if year != str(self.known.end_year):
            self.summary.years[year[:20]] += 1
            wrong("end_year", "CTE-412", f"End Year must be {self.known.end_year}" if year else "Enter the End Year")
            elsewhere = True
        return elsewhere

    def _district_words(self, district: str) -> str:
        own = self.known.district
        if _DIGITS.fullmatch(district) and len(district) < 4 and district.zfill(4) == own:
            return f"District Number has 4 digits. Write {own}"
        return f"District Number must be {own}"

    def _values(self, cells: list[str], wrong: Callable[..., None]) -> dict[str, Any]:
        alike = "\t".join(cells[self._from : self._to])
        if alike in self._good:  # the same answers, date and credits stand in many rows
            return self._good[alike]
        typed: dict[str, Any] = {}
        clean = True
        for field, parse in _TYPED.items():
            at, column = self._columns[field]
            text = cells[at]
            known = self._typed.get((field, text))
            if known is None:
                try:
                    known = (parse(text, column.name), None)
                except Unreadable as error:
                    known = (None, error)
                if len(text) < 30 and len(self._typed) < 100_000:
                    self._typed[field, text] = known
            value: Any
            value, unreadable = known
            if unreadable:
                clean = False
                wrong(field, unreadable.rule, unreadable.message, text)
            elif field == "start_date" and value and text != f"{value:%m/%d}/{value.year}":
                clean = False
                self.summary.adjusted["date read as MM/DD/YYYY|dates read as MM/DD/YYYY"] += 1
            elif value is None and field in _EMPTY_IS_ZERO:
                value = Decimal(0)
            elif value is None and field == "total_credits":
                clean = False
                wrong(field, "CTE-411", "Enter Pathway Credits: District Credits and Transfer Credits together", text)
            typed[field] = value
        typed["staged"] = tuple(typed[field] for field in STAGED)
        if clean and len(alike) < 200 and len(self._good) < 50_000:
            self._good[alike] = typed
        return typed

    def _total(self, typed: dict[str, Any], wrong: Callable[..., None]) -> None:
        total, inside, outside = typed["total_credits"], typed["in_district_credits"], typed["out_of_district_credits"]
        if total is not None and inside is not None and outside is not None and total != inside + outside:
            wrong(
                "total_credits",
                "CTE-411",
                f"Pathway Credits must be {inside + outside:.2f}: District {inside:.2f} and Transfer {outside:.2f}",
            )

    def _student(self, cells: list[str], spoiled: set[str], wrong: Callable[..., None]) -> int | None:
        text = cells[2]
        if "student" in spoiled:
            return None
        if not _STATE_ID.fullmatch(text):
            hint = ". Excel may have changed this column: format it as text" if _EXCEL_ID.fullmatch(text) else ""
            said = f"A State ID has 9 digits{hint}" if text else "Enter the Student State ID"
            wrong("student", "CTE-404", said)
            return None
        student = self.known.student(text)
        if student is None:
            return None
        if "local_id" not in spoiled and cells[3] and student.local_id and cells[3] != student.local_id:
            wrong("local_id", "CTE-406", "State ID and Local ID belong to different students")
        last, first = cells[4], cells[5]
        if (last, first) == (student.last_name, student.first_name):
            return student.pk
        if (last and _name(last) != _name(student.last_name)) or (first and _name(first) != _name(student.first_name)):
            told = f"The portal knows this student as {student.last_name.upper()}, {student.first_name.upper()}"
            wrong("last_name", "CTE-407", f"{told}. The name is not changed", f"{last}, {first}")
        return student.pk

    def _pathway(self, cells: list[str], spoiled: set[str], wrong: Callable[..., None]) -> int | None:
        text = cells[6]
        if not text or "pathway" in spoiled:
            return None
        found = self.known.pathways.get(text) or self.known.pathways.get(plain(text))
        if found:
            if text != self.known.names[found] and not _DIGITS.fullmatch(text):
                self.summary.adjusted["pathway name read in OPI's spelling|pathway names read in OPI's spelling"] += 1
            return found
        names = {plain(name): name for name in self.known.names.values()}
        stem = [name for key, name in names.items() if len(text) > 5 and key.startswith(plain(text))]
        near = [names[key] for key in get_close_matches(plain(text)[:100], names, n=1, cutoff=0.6)]
        if len(stem) > 1:
            said = f"Several pathways begin like this. Choose {' or '.join(stem[:3])}"
        elif stem or near:
            said = f"OPI's list has no such pathway. Did you mean {(stem or near)[0]}?"
        else:
            said = "OPI's list has no such pathway. Write its code or name"
        wrong("pathway", "CTE-410", said)
        return None

    # --- the file as a whole

    def _whole(self) -> None:
        """What is wrong with nearly every row is said once, of the file (U-33, U-38, U-39, J-11)."""
        rows, known = self.summary.rows, self.known
        if sum(self.summary.districts.values()) == rows:
            found = self.summary.districts.most_common(1)[0][0]
            raise FileRefused(f"The file is for District Number “{found}”. You are working in {known.district}", "CTE-403")
        if sum(self.summary.years.values()) == rows:
            found = self.summary.years.most_common(1)[0][0]
            raise FileRefused(f"The file is for End Year “{found}”. You are working in {known.end_year}", "CTE-412")
        for field, number in self.summary.unreadable.most_common(1):
            if rows >= OVER_HALF_OF and number * 2 > rows:
                column, first = self._columns[field][1], self.summary.first_unreadable[field]
                excel = field == "student" and _EXCEL_ID.fullmatch(first.value)
                cause = "Excel has changed the column: format it as text" if excel else "The columns may be in a different order"
                raise FileRefused(
                    f"{column.name} cannot be read in {number:,} of {rows:,} rows, first “{first.value[:40]}” in line {first.line}. {cause}",
                    first.rule,
                )


_UNREADABLE = {"CTE-001", "CTE-002", "CTE-003", "CTE-004", "CTE-005", "CTE-404", "CTE-410"}


def _name(text: str) -> str:
    """A name as two systems may write it."""
    return " ".join(unicodedata.normalize("NFC", text).replace("’", "'").upper().split())
