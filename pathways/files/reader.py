"""A file of a published layout, read line by line into typed rows and problems (reliability: upload
inputs).

The reader knows the layout, not the database: whom a State ID means is told by `Known`. Every
problem has its line, column, value and rule; a row with one is still read to its end, so that all
of it is told at once.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import IO, Any

from cte_portal.words import listed_name
from pathways.files import damage, values
from pathways.files.cells import hidden_character, plain, unquoted
from pathways.files.damage import Damage, Pattern
from pathways.files.header import Header
from pathways.files.known import Known, KnownStudent
from pathways.files.layout import Column, Layout
from pathways.files.summary import Problem, Summary
from pathways.files.text import FileRefused, Lines, encoding_of
from pathways.files.values import Unreadable
from pathways.ledger.shape import PARTICIPATION, Holds

_STATE_ID = re.compile(r"[0-9]{9}", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_EXCEL_ID = re.compile(
    r"[0-9]{8}|[0-9.]+[eE][+-]?[0-9]+|[0-9]+\.0*|=\"?[0-9]+\"?|'[0-9]+", re.ASCII
)
_READ: dict[Holds, Callable[[str, str], Any]] = {
    Holds.ANSWER: values.yes_or_no,
    Holds.DAY: values.date,
    Holds.AMOUNT: values.credits,
}
LONGEST_VALUE = 200  # of a value as it is shown

_NO_VALUE = "value NULL, NA, or \\N read as empty|values NULL, NA, or \\N read as empty"
_ANSWER = "answer TRUE or FALSE read as Yes or No|answers TRUE or FALSE read as Yes or No"
_ZEROS = (
    "amount read without the zeros after its second decimal|amounts read without the zeros after"
    " their second decimal"
)
_POINT = "number read without “.0” at its end|numbers read without “.0” at their end"
_CODE = "pathway code read with its leading zero|pathway codes read with their leading zero"


@dataclass(slots=True)
class Read:
    """One row: what can be staged, and what is wrong with it. Without `staged` not even the
    catalogue can judge it.
    """

    line: int
    staged: tuple[Any, ...] | None
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell was read as: its value, or why it cannot be read; and how it was repaired."""

    value: Any
    unreadable: Unreadable | None = None
    damage: Damage | None = None
    repaired: str = ""


class Reader:
    """Iterate for the rows; `summary` grows on the way. Raises FileRefused as soon as the whole
    file is known to be wrong.
    """

    def __init__(
        self,
        file: IO[bytes],
        layout: Layout,
        known: Known,
        *,
        today: datetime.date,
        most_rows: int | None = None,
    ) -> None:
        self.layout, self.known, self.today, self.most_rows = layout, known, today, most_rows
        self.lines = Lines(file, encoding_of(file))
        self.summary = Summary()
        self.errors_added = False
        self._typed: dict[tuple[str, str], Value] = {}
        self._good: dict[str, dict[str, Any]] = {}
        self._width = len(layout.columns)
        self._wide = [
            layout.position(field) for field in ("local_id", "last_name", "first_name", "pathway")
        ]
        self._columns = {column.field: (at, column) for at, column in enumerate(layout.columns)}
        self._of_record = [
            column.field for column in layout.columns if column.field in PARTICIPATION.names
        ]
        self._from = layout.position(self._of_record[0])
        self._to = layout.position(self._of_record[-1]) + 1
        if self.lines.encoding.note:
            self.summary.notes.append(self.lines.encoding.note)

    def __iter__(self) -> Iterator[Read]:
        header_seen = False
        titles = {plain(name) for name in self.layout.names}
        for number, text, cut in self.lines:
            if not text.strip(values._AROUND):
                self.summary.blank += 1
                continue
            cells = text.split("\t")
            # A record says so in its first cell: nearly all lines do, and need not be compared with
            # the titles.
            if (
                cells[0] != self.layout.record_type
                and len({plain(unquoted(cell)) for cell in cells[: self._width]} & titles) >= 4
            ):
                self.summary.notes.append(f"Line {number} contains column titles and was skipped")
                continue
            if not header_seen:
                self._begin(Header(self.layout, number, text, cells))
                header_seen = True
                continue
            if unquoted(cells[0]).upper() == "HD":
                raise FileRefused(
                    f"Line {number} is a second header record (HD). A file has one, on its first"
                    " line"
                )
            self.summary.rows += 1
            if self.most_rows and self.summary.rows > self.most_rows:
                raise FileRefused(
                    f"The file has more than {self.most_rows:,} rows, the most that this portal's"
                    " built-in database accepts. Split the file, or ask for a portal with"
                    " PostgreSQL"
                )
            yield self._row(number, cells, cut)
        if not header_seen:
            raise FileRefused("The selected file is empty")
        if not self.summary.rows:
            raise FileRefused("The file has no student records, only the header record")
        if len(self.lines.line_ends) > 1:
            self.summary.notes.append("Different line endings read as one")
        if self.lines.closed:
            self.summary.notes.append(
                "The end-of-file character (1A) of an older program was ignored"
            )
        self.summary.judge(self.known, self.layout)

    def _begin(self, header: Header) -> None:
        if header.version != self.layout.version:
            self.summary.notes.append(f"Version {header.version} read as {self.layout.version}")
        self.errors_added = header.errors_added
        if sentence := header.strange(self.today):
            self.summary.heading.append(
                Problem(header.number, "CTE-421", "line", header.cells[1][:LONGEST_VALUE], sentence)
            )

    # --- rows

    def _row(self, number: int, cells: list[str], cut: bool) -> Read:
        problems: list[Problem] = []

        def wrong(
            field: str,
            rule: str,
            message: str,
            value: str | None = None,
            damaged: Damage | None = None,
        ) -> None:
            at = self._columns[field][0] if field in self._columns else 0
            problems.append(
                Problem(
                    number,
                    rule,
                    field,
                    (value if value is not None else cells[at])[:LONGEST_VALUE],
                    message,
                    damaged,
                )
            )

        if cut:
            wrong("line", "CTE-414", "This line is too long to be a record", cells[0])
            return Read(number, None, problems)
        cells = self._fit(cells)
        if len(cells) != self._width:
            self.summary.widths[len(cells)] += 1
            sentence = f"This line has {len(cells)} columns. The layout has {self._width}"
            wrong("line", "CTE-401", sentence, "\t".join(cells))
            return Read(number, None, problems)
        whole = "".join(cells)
        if (
            not (whole.isascii() and whole.isprintable()) or '"' in whole or " " in whole
        ):  # most rows hold nothing to clean
            for at, cell in enumerate(cells):
                if not (cell.isascii() and cell.isprintable()) or '"' in cell:
                    cells[at] = self._clean(cell, self.layout.columns[at].field, wrong)
                else:
                    cells[at] = cell.strip()
        for at in self._wide:
            if len(cells[at]) > (column := self.layout.columns[at]).width:
                wrong(
                    column.field,
                    "CTE-414",
                    f"{column.name} is longer than {column.width} characters",
                    cells[at],
                )
        owner = self._whose(cells, wrong)
        typed = self._values(cells, wrong)
        spoiled = {problem.field for problem in problems}
        if (
            "in_district_credits" not in spoiled
            and "total_credits" not in spoiled
            and "out_of_district_credits" not in spoiled
        ):
            self._total(typed, wrong)
        if owner:  # another district's or another year's row: the catalogue has no say in it
            return Read(number, None, problems)
        student = self._student(cells, spoiled, wrong)
        pathway = self._pathway(cells, spoiled, wrong)
        self.summary.count_unreadable(problems)
        staged = (number, student, pathway, typed["staged"])
        return Read(number, staged, problems)

    def _fit(self, cells: list[str]) -> list[str]:
        """Without the columns that our own report added, and without empty ones at the end."""
        if len(cells) > self._width:
            if self.errors_added:
                return cells[: self._width]
            if not any(cell.strip() for cell in cells[self._width :]):
                self.summary.adjusted[
                    "row had empty columns at its end|rows had empty columns at their end"
                ] += 1
                return cells[: self._width]
        return cells

    def _clean(self, cell: str, field: str, wrong: Callable[..., None]) -> str:
        """One form of every letter, nothing around the value, nothing that hides in it."""
        text = unquoted(cell)
        if '"' in cell and text != values.tidy(cell):
            self.summary.adjusted[
                "value was in quotation marks|values were in quotation marks"
            ] += 1
        composed = unicodedata.normalize("NFC", text)
        if letter := hidden_character(composed):
            name = self._columns[field][1].name
            wrong(
                field,
                "CTE-413",
                f"{name} contains a character that is not allowed (U+{ord(letter):04X}). Type it"
                " again",
                composed,
            )
        return composed

    def _whose(self, cells: list[str], wrong: Callable[..., None]) -> bool:
        """Whether the row belongs elsewhere: another kind of record, another district, another
        year.
        """
        elsewhere = False
        for at in (1, self._width - 1):
            if (text := damage.without_point(cells[at])) != cells[at]:
                self.summary.adjusted[_POINT] += 1
                cells[at] = text
        kind, district, year = cells[0], cells[1], cells[-1]
        if kind != self.layout.record_type:
            if kind.upper() == self.layout.record_type:
                self.summary.adjusted[
                    f"record type read as {self.layout.record_type}|record types read as"
                    f" {self.layout.record_type}"
                ] += 1
            elif kind.upper() == "CT":
                raise FileRefused(
                    "This is a Fall CTE file (record type CT). Choose a CTE End of Year file"
                )
            else:
                wrong("record_type", "CTE-402", f"Record Type must be {self.layout.record_type}")
                elsewhere = True
        if district != self.known.district:
            self.summary.districts[district[:20]] += 1
            wrong("district", "CTE-403", self._district_words(district))
            elsewhere = True
        if year != str(self.known.end_year):
            self.summary.years[year[:20]] += 1
            wrong(
                "end_year",
                "CTE-412",
                f"End Year must be {self.known.end_year}" if year else "Enter the End Year",
            )
            elsewhere = True
        return elsewhere

    def _district_words(self, district: str) -> str:
        own = self.known.district
        if _DIGITS.fullmatch(district) and len(district) < 4 and district.zfill(4) == own:
            return f"District Number has 4 digits. Enter {own}"
        return f"District Number must be {own}"

    def _values(self, cells: list[str], wrong: Callable[..., None]) -> dict[str, Any]:
        alike = "\t".join(cells[self._from : self._to])
        if alike in self._good:  # the same answers, date and credits stand in many rows
            return self._good[alike]
        typed: dict[str, Any] = {}
        clean = True
        for field in self._of_record:
            at, column = self._columns[field]
            text = cells[at]
            known = self._typed.get((field, text))
            if known is None:
                known = self._read(column, text)
                if len(text) < 30 and len(self._typed) < 100_000:
                    self._typed[field, text] = known
            value = known.value
            if known.repaired:
                clean = False
                self.summary.adjusted[known.repaired] += 1
            if known.unreadable:
                clean = False
                message = known.damage.message if known.damage else known.unreadable.message
                wrong(field, known.unreadable.rule, message, text, known.damage)
            elif field == "start_date" and value and text != f"{value:%m/%d}/{value.year}":
                clean = False
                self.summary.adjusted["date read as MM/DD/YYYY|dates read as MM/DD/YYYY"] += 1
            elif value is None and not column.required:
                value = Decimal(0)
            elif value is None and field == "total_credits":
                clean = False
                wrong(
                    field,
                    "CTE-411",
                    "Enter Pathway Credits: District Credits and Transfer Credits together",
                    text,
                )
            typed[field] = value
        # In the order of the staging table; rows that are alike share one tuple.
        typed["staged"] = tuple(typed[field] for field in PARTICIPATION.typed)
        if clean and len(alike) < 200 and len(self._good) < 50_000:
            self._good[alike] = typed
        return typed

    @staticmethod
    def _read(column: Column, text: str) -> Value:
        """The cell's value, repaired where that can mean one thing alone. What is not required is
        an amount, and empty means 0.
        """
        holds, repaired, note = PARTICIPATION.holds[column.field], text, ""
        if not column.required and text.upper() in damage.EMPTY:
            repaired, note = "", _NO_VALUE
        elif holds is Holds.ANSWER and (answer := damage.answer(text)) != text:
            repaired, note = answer, _ANSWER
        elif holds is Holds.AMOUNT and (amount := damage.short_decimals(text)) != text:
            repaired, note = amount, _ZEROS
        try:
            return Value(_READ[holds](repaired, column.name), repaired=note)
        except Unreadable as error:
            return Value(None, error, damage.of(column.field, text, column.name))

    def _total(self, typed: dict[str, Any], wrong: Callable[..., None]) -> None:
        total, inside, outside = (
            typed["total_credits"],
            typed["in_district_credits"],
            typed["out_of_district_credits"],
        )
        if (
            total is not None
            and inside is not None
            and outside is not None
            and total != inside + outside
        ):
            wrong(
                "total_credits",
                "CTE-411",
                f"Pathway Credits must be {inside + outside:.2f}: District {inside:.2f} and"
                f" Transfer {outside:.2f}",
            )

    def _student(
        self, cells: list[str], spoiled: set[str], wrong: Callable[..., None]
    ) -> int | None:
        text = cells[2]
        if "student" in spoiled:
            return None
        if not _STATE_ID.fullmatch(text):
            self._state_id(text, wrong)
            return None
        student = self.known.student(text)
        if student is None:
            return None
        if (
            "local_id" not in spoiled
            and cells[3]
            and student.local_id
            and cells[3] != student.local_id
        ):
            self._local_id(cells[3], student, wrong)
        last, first = ("" if cell.upper() in damage.EMPTY else cell for cell in cells[4:6])
        written = (cells[4], cells[5]) == (student.last_name, student.first_name)
        if (
            not written
            and not student.is_named(last, first)
            and not student.is_named(cells[4], cells[5])
        ):
            sentence = (
                "The portal has this student as"
                f" {listed_name(student.last_name, student.first_name)}"
            )
            wrong(
                "last_name", "CTE-407", f"{sentence}. The name is not changed", f"{last}, {first}"
            )
        return student.pk

    def _state_id(self, text: str, wrong: Callable[..., None]) -> None:
        """A State ID is never guessed; where a spreadsheet left one that the portal knows, it is
        the remedy.
        """
        hint = (
            ". Excel may have changed this column: format it as text"
            if _EXCEL_ID.fullmatch(text)
            else ""
        )
        damaged = Damage(Pattern.CHANGED_ID) if hint else None
        meant = damage.bare(damage.without_point(text))
        if _DIGITS.fullmatch(meant) and len(meant) <= 9 and self.known.student(meant.zfill(9)):
            padded = meant.zfill(9)
            pattern = Pattern.LOST_ZEROS if len(meant) < 9 else Pattern.CHANGED_ID
            hint, damaged = (
                f". Enter {padded}, and format the column as text",
                Damage(pattern, write=padded),
            )
        elif text.upper() in damage.EMPTY:
            hint, damaged = f". “{text}” means that there is no value", Damage(Pattern.NO_VALUE)
        wrong(
            "student",
            "CTE-404",
            f"A State ID has 9 digits{hint}" if text else "Enter the Student State ID",
            damaged=damaged,
        )

    def _local_id(self, text: str, student: KnownStudent, wrong: Callable[..., None]) -> None:
        """A Local ID without its zeros is taken; one that differs is told with the portal's own
        (FR-202).
        """
        if text.upper() in damage.EMPTY:
            self.summary.adjusted[_NO_VALUE] += 1
            return
        meant, sentence = (
            damage.bare(text),
            f"The portal has Local ID {student.local_id} for this student",
        )
        number = damage.whole_number(meant)
        if meant == student.local_id or (
            number is not None and number == damage.whole_number(student.local_id)
        ):
            wrong("local_id", "CTE-422", f"{sentence}. A spreadsheet has changed how it is written")
        elif damage.is_rounded(text):
            wrong(
                "local_id",
                "CTE-406",
                f"{sentence}. A spreadsheet has rounded it",
                damaged=Damage(Pattern.CHANGED_ID, write=student.local_id),
            )
        else:
            wrong("local_id", "CTE-406", sentence)

    def _pathway(
        self, cells: list[str], spoiled: set[str], wrong: Callable[..., None]
    ) -> int | None:
        text = cells[6]
        if not text or "pathway" in spoiled:
            return None
        pathway = self.known.pathways.get(text) or self.known.pathways.get(plain(text))
        if pathway:
            if text != self.known.names[pathway] and not _DIGITS.fullmatch(text):
                self.summary.adjusted[
                    "pathway name read in OPI's spelling|pathway names read in OPI's spelling"
                ] += 1
            return pathway
        number = damage.whole_number(text)
        if number is not None and (pathway := self.known.numbers.get(number)):
            self.summary.adjusted[_POINT if text.endswith("0") and "." in text else _CODE] += 1
            return pathway
        if text.upper() in damage.EMPTY:
            wrong(
                "pathway",
                "CTE-410",
                f"“{text}” means that there is no value. Enter the CTE Pathway",
                damaged=Damage(Pattern.NO_VALUE),
            )
            return None
        names = {plain(name): name for name in self.known.names.values()}
        stem = [
            name for key, name in names.items() if len(text) > 5 and key.startswith(plain(text))
        ]
        near = [names[key] for key in get_close_matches(plain(text)[:100], names, n=1, cutoff=0.6)]
        if len(stem) > 1:
            sentence = f"Several pathways begin this way. Choose {' or '.join(stem[:3])}"
        elif stem or near:
            sentence = f"OPI's list has no such pathway. Did you mean {(stem or near)[0]}?"
        else:
            sentence = "OPI's list has no such pathway. Enter a code or name from the list"
        wrong("pathway", "CTE-410", sentence)
        return None
