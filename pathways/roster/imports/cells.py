"""Typed values from the cells of a roster file. What cannot be read is raised as `Unfit`, with the
problem and the words for the row.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.utils import timezone

from cte_portal.ui.csv_file import FORMULA
from pathways.files import values
from pathways.files.text import FileRefused
from pathways.models import Course, Enrollment
from pathways.models.participation import MOST_CREDITS
from pathways.roster import problems
from pathways.roster.imports.layout import RosterColumn
from pathways.roster.imports.same_person import SamePersons
from pathways.roster.problems import RosterProblem
from pathways.roster.shapes.course import NOT_CTE

_GENDERS = {"f": "F", "female": "F", "m": "M", "male": "M"}
_SERVICES = {service.value.lower(): service.value for service in Enrollment.ServiceType} | {
    service.label.lower(): service.value for service in Enrollment.ServiceType
}
_NO_VALUE = {"null", "na", "n/a", "\\n", "#n/a"}
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_DAY_NUMBER = re.compile(r"[2-6][0-9]{4}", re.ASCII)  # Excel's count of days since 1899-12-30


class Unfit(ValueError):
    """A cell that cannot be taken; the message is the sentence for the row."""

    def __init__(self, problem: RosterProblem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True)
class ImportingDistrict:
    """Whose files these are, and what they may name."""

    number: str
    end_year: int
    pathways: Mapping[str, int]
    """Pathways by code and by name in lower case."""
    same_persons: SamePersons
    """Who may be meant by a row without a State ID."""


def read_cell(column: RosterColumn, cell: str, district: ImportingDistrict) -> Any:
    """The cell's value by its column's kind, or None where nothing is written. Raises Unfit."""
    text = values.tidy(cell)
    if text.startswith("'") and text[1:].startswith(FORMULA):
        text = text[1:]  # the portal's own files guard such text from spreadsheets
    if column.kind == "unread" or not text:
        return None
    if text.lower() in _NO_VALUE and column.kind not in (
        "text",
        "code",
    ):  # Null and Na are last names too
        raise Unfit(
            problems.UNREADABLE,
            f"{column.title} says {text}. Leave the cell empty if there is no value",
        )
    if not text.isprintable():
        raise Unfit(problems.CHARACTER, f"{column.title} contains a hidden character")
    if len(text) > column.most:
        raise Unfit(
            problems.TOO_LONG,
            f"{column.title} has {len(text)} characters. It can have up to {column.most}",
        )
    if column.telling and text == column.example:
        raise Unfit(problems.UNREADABLE, "This is the template's sample row. Delete it")
    return READERS[column.kind](text, column, district)


def _text(text: str, column: RosterColumn, district: ImportingDistrict) -> str:
    return text


def _digits(number: int) -> Callable[[str, RosterColumn, ImportingDistrict], str]:
    def read(text: str, column: RosterColumn, district: ImportingDistrict) -> str:
        if text.isascii() and text.isdigit() and len(text) < number and column.kind != "state_id":
            raise Unfit(
                problems.UNREADABLE,
                f"{column.title} has {number} digits. The leading zeros are missing: enter"
                f" {text:0>{number}}",
            )
        if not (text.isascii() and text.isdigit() and len(text) == number):
            raise Unfit(
                problems.UNREADABLE, f"{column.title} has {number} digits, like {column.example}"
            )
        return text

    return read


def _district(text: str, column: RosterColumn, district: ImportingDistrict) -> str:
    if text == district.number:
        return text
    if text.isdigit() and text.zfill(4) == district.number:
        raise Unfit(problems.NOT_YOURS, f"District Number has 4 digits. Write {district.number}")
    raise Unfit(problems.NOT_YOURS, f"District Number must be {district.number}")


def _year(text: str, column: RosterColumn, district: ImportingDistrict) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise Unfit(problems.UNREADABLE, f"{column.title} has 4 digits, like {district.end_year}")
    return int(text)


def _date(text: str, column: RosterColumn, district: ImportingDistrict) -> datetime.date | None:
    if iso := _ISO_DATE.fullmatch(text):
        raise Unfit(
            problems.UNREADABLE,
            f"Write {column.title} as month/day/year, like {iso[2]}/{iso[3]}/{iso[1]}",
        )
    if _DAY_NUMBER.fullmatch(text):
        day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(text))
        raise Unfit(
            problems.UNREADABLE,
            f"{column.title} is a spreadsheet's day number. Write {day:%m/%d/%Y}",
        )
    try:
        date = values.date(text, column.title)
    except values.Unreadable as unreadable:
        raise Unfit(problems.UNREADABLE, unreadable.message) from unreadable
    if date and column.name == "birth_date" and date > timezone.localdate():
        raise Unfit(problems.UNREADABLE, f"{column.title} is in the future")
    return date


def _credits(text: str, column: RosterColumn, district: ImportingDistrict) -> Decimal | None:
    try:
        amount = values.credits(text, column.title)
    except values.Unreadable as unreadable:
        raise Unfit(problems.UNREADABLE, unreadable.message) from unreadable
    if amount is not None and not 0 <= amount <= MOST_CREDITS:
        raise Unfit(problems.UNREADABLE, f"{column.title} must be between 0 and {MOST_CREDITS}")
    return amount


def _choice(
    choices: Mapping[str, str], words: str
) -> Callable[[str, RosterColumn, ImportingDistrict], str]:
    def read(text: str, column: RosterColumn, district: ImportingDistrict) -> str:
        if (value := choices.get(text.lower())) is None:
            raise Unfit(problems.UNREADABLE, f"{column.title} must be {words}")
        return value

    return read


def _grade(text: str, column: RosterColumn, district: ImportingDistrict) -> str:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 12:
        return f"{int(text):02}"
    if text.isascii() and text.isalpha() and len(text) == 2:
        return text.upper()
    raise Unfit(problems.UNREADABLE, "Grade must be 01 to 12, or two letters like KG")


# No public page says how wide AIM writes a SCED code, so what is not a code is left unread.
def _sced(digits: int) -> Callable[[str, RosterColumn, ImportingDistrict], str | None]:
    def read(text: str, column: RosterColumn, district: ImportingDistrict) -> str | None:
        code = re.match(r"[0-9]+", text)
        return code[0].zfill(digits) if code and len(code[0]) <= digits else None

    return read


def _pathway(text: str, column: RosterColumn, district: ImportingDistrict) -> int:
    if text.lower() == Course.Answer.NOT_CTE.label.lower():
        return NOT_CTE
    code = f"{int(text):02}" if text.isascii() and text.isdigit() else text.lower()
    if (pathway := district.pathways.get(code)) is None:
        raise Unfit(
            problems.PATHWAY, "OPI's list has no such pathway. Use its code or name, or Not CTE"
        )
    return pathway


READERS: dict[str, Callable[[str, RosterColumn, ImportingDistrict], Any]] = {
    "text": _text,
    "code": _text,
    "record_type": _text,
    "digits4": _digits(4),
    "digits3": _digits(3),
    "state_id": _digits(9),
    "district": _district,
    "year": _year,
    "date": _date,
    "credits": _credits,
    "gender": _choice(_GENDERS, "F or M"),
    "service_type": _choice(_SERVICES, "P, S, N, or O"),
    "grade": _grade,
    "pathway": _pathway,
    "sced_area": _sced(2),
    "sced_course": _sced(3),
}


Known = tuple[RosterColumn, int, dict[str, Any]]
"""A column, its place in the line, and the values of cells of it that were read before."""


class KnownCells:
    """Lines whose every cell says what one of its column has said before, as most of a roster do:
    nothing of them is read anew.

    `fills` gives for each kind of row the columns that fill it, `widths` how many cells a line may
    have.
    """

    def __init__(
        self,
        columns: Sequence[Known],
        fills: Mapping[str, tuple[str, ...]],
        widths: range,
        end_year: int,
    ) -> None:
        columns_here = [column for column in columns if column[1] < widths.stop]
        columns_here.sort(key=lambda column: not column[0].required)
        places = {column.name: number for number, (column, _, _) in enumerate(columns_here)}
        for column, _, values_of_column in columns_here:
            if not column.required:
                values_of_column.setdefault("", None)
        self._cells = [(values_of_column, at) for _, at, values_of_column in columns_here]
        self._needed = sum(column.required for column, _, _ in columns_here)
        self._widths, self._end_year = widths, end_year
        self._year = places.get("end_year", len(columns_here) + 1)
        self.kinds = [
            (
                name,
                itemgetter(
                    *(
                        self._year
                        if column == "end_year"
                        else places.get(column, len(columns_here))
                        for column in names
                    )
                ),
            )
            for name, names in fills.items()
        ]
        """Each kind of row, and what picks its values out of those of a line."""

    def values(self, cells: list[str]) -> list[Any] | None:
        """The values of a line; None where it has to be read: a cell is new, something is missing,
        or it belongs to another year.
        """
        if len(cells) not in self._widths:
            return None
        try:
            values = [values_of_column[cells[at]] for values_of_column, at in self._cells]
        except (KeyError, IndexError):
            return None
        if None in values[: self._needed]:
            return None
        values += (None, self._end_year)
        return values if values[self._year] == self._end_year else None


@dataclass
class DayOrder:
    """Whether a file's dates are month/day/year: the other reading is lawful for most of them."""

    day_first: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    """Lines by file and column whose date can only be day/month/year."""
    month_first: set[tuple[int, str]] = field(default_factory=set)
    """Files and columns with a date that can only be month/day/year."""

    def note(self, part: int, line: int, column: str, cell: str) -> None:
        """Remember a date that leaves one reading only."""
        numbers = cell.strip().split("/")
        if len(numbers) == 3 and all(text.isascii() and text.isdigit() for text in numbers):
            first, second = (int(text[:4]) for text in numbers[:2])
            if first > 12 >= second:
                self.day_first.setdefault((part, column), []).append(line)
            elif second > 12 >= first:
                self.month_first.add((part, column))

    def refuse_day_first(self, part: int, name: str) -> None:
        """Raises FileRefused where a column of the file writes the day first: it would be misread
        wherever both readings are lawful.
        """
        for (of, column), lines in self.day_first.items():
            if of == part and (of, column) not in self.month_first:
                places = ", ".join(str(line) for line in lines[:3])
                raise FileRefused(
                    f"{name}: {column} is written day/month/year, for example in line {places}."
                    " Export the file with month/day/year, like 01/31/2007. Nothing was read"
                )
