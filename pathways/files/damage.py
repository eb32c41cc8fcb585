"""Damage that spreadsheets and data tools do to values: repaired where only one value can be meant,
else named, with the value to write.

Design 5: dates are month, day, four-digit year and nothing else, and a district number is not
padded. So those are named, not repaired.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from pathways.files.values import FIRST_YEAR
from pathways.ledger.shape import PARTICIPATION, Holds

EMPTY = frozenset({"NULL", "NA", "<NA>", "\\N"})
"""How R, Python and databases write that there is no value."""
_NO_VALUE = EMPTY | {"N/A", "#N/A", "NAN", "NONE"}
_FIRST_DAY = datetime.date(1899, 12, 30)  # on which a spreadsheet's count of days begins
_POINT = re.compile(r"(?<=[0-9])\.0+$", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Pattern(Enum):
    """A damage, as a whole column has it and how it is cured. Both may name the value to write as
    `{write}`.
    """

    LOST_ZEROS = (
        "has lost its leading zeros",
        "Format the column as text and enter the values with their zeros, like {write}",
    )
    CHANGED_ID = ("cannot be read", "Excel has changed the column: format it as text")
    DAY_NUMBER = (
        "contains a spreadsheet's date numbers",
        "Format the column as dates with a four-digit year, like {write}, and save it again",
    )
    SHORT_YEAR = (
        "has two-digit years",
        "Format the column as dates with a four-digit year, like {write}, and save it again",
    )
    OTHER_DATE = (
        "has dates in another format",
        "Write month, day, and four-digit year, like {write}",
    )
    NO_VALUE = ("has no values", "Enter the values")
    COMMA = ("has commas in place of decimal points", "Use a decimal point, like {write}")
    DATE_FOR_CREDITS = (
        "was turned into dates by a spreadsheet",
        "Format the column as text and enter the credits again",
    )
    ADDED_DIGITS = ("has digits that a data tool added", "Round to 2 decimal places, like {write}")
    OTHER_ANSWER = ("is not Y or N", "Enter Y or N, like {write} for the first")


@dataclass(frozen=True)
class Damage:
    """The damage of a value, and the value to write instead; empty where that cannot be known."""

    pattern: Pattern
    message: str = ""
    write: str = ""

    def of_column(self, column: str, value: str, line: int, number: int, rows: int) -> str:
        problem, cure = self.pattern.value
        return (
            f"{column} {problem} in {number:,} of {rows:,} rows, first “{value[:40]}” in line {line}."
            f" {cure.format(write=self.write)}"
        )


def whole_number(text: str) -> int | None:
    """The number of a code that may have lost its zeros or have got a decimal point: 6, 06,
    17.0.
    """
    parts = re.fullmatch(r"([0-9]{1,15})(?:\.0+)?", text, re.ASCII)
    return int(parts[1]) if parts else None


def only_numbers(codes: dict[str, int]) -> dict[int, int]:
    """The keys of codes by their number, where one code alone has it."""
    keys: dict[int, list[int]] = {}
    for code, key in codes.items():
        if (number := whole_number(code)) is not None:
            keys.setdefault(number, []).append(key)
    return {number: some[0] for number, some in keys.items() if len(some) == 1}


def without_point(text: str) -> str:
    """2025 for 2025.0, as a tool writes a column of numbers in which one is missing."""
    return _POINT.sub("", text) if "." in text else text


def bare(text: str) -> str:
    """The value that a spreadsheet was told to take as text: '0020 or ="0020"."""
    parts = re.fullmatch(r"'([0-9]+)|=\"?([0-9]+)\"?", text, re.ASCII)
    return (parts[1] or parts[2]) if parts else text


def lost_zeros(text: str, label: str, digits: int) -> Damage | None:
    """A number of so many digits that a spreadsheet has taken for an amount: 20 for 0020."""
    if not (text.isascii() and text.isdigit() and len(text) < digits):
        return None
    write = text.zfill(digits)
    return Damage(
        Pattern.LOST_ZEROS,
        f"{label} {text} has lost its leading zeros. Enter {write} and format the column as text",
        write,
    )


def is_rounded(text: str) -> bool:
    """A long number that a spreadsheet shows as 1.23457E+10: its digits are lost."""
    return bool(re.fullmatch(r"[0-9](?:\.[0-9]+)?[eE][+-]?[0-9]+", text, re.ASCII))


def answer(text: str) -> str:
    """Y for TRUE and N for FALSE; anything else as it is."""
    return {"TRUE": "Y", "FALSE": "N"}.get(text.upper(), text)


def short_decimals(text: str) -> str:
    """1.50 for 1.5000: zeros say nothing."""
    parts = re.fullmatch(r"([+-]?[0-9]{0,4}\.[0-9]{2})0+", text, re.ASCII)
    return parts[1] if parts else text


def of(field: str, text: str, label: str) -> Damage | None:
    """The damage of a value that cannot be read as it stands."""
    if text.upper() in _NO_VALUE:
        return Damage(Pattern.NO_VALUE, f"“{text}” means that there is no value. Enter {label}")
    holds = Holds.DAY if field == "date_contacted" else PARTICIPATION.holds.get(field)
    return _BY_KIND[holds](text, label) if holds else None


def _date(text: str, label: str) -> Damage | None:
    for pattern, form, day in _DATES:
        if parts := re.fullmatch(form, text, re.ASCII | re.IGNORECASE):
            try:
                date = day(*parts.groups())
            except (ValueError, OverflowError):
                return None
            if date.year < FIRST_YEAR:
                return None
            write = f"{date:%m/%d/%Y}"
            sentences = {
                Pattern.DAY_NUMBER: f"{text} is a spreadsheet's number for a date",
                Pattern.SHORT_YEAR: f"{label} must include a four-digit year",
                Pattern.OTHER_DATE: f"{label} must be a date like 07/14/2022",
            }
            return Damage(pattern, f"{sentences[pattern]}. Enter {write}", write)
    return None


def _day_number(days: str) -> datetime.date:
    return _FIRST_DAY + datetime.timedelta(days=int(days))


def _ymd(year: str, month: str, day: str) -> datetime.date:
    return datetime.date(int(year), int(month), int(day))


def _mdy(month: str, day: str, year: str) -> datetime.date:
    number = int(year)
    return datetime.date(
        number + (0 if number > 99 else 2000 if number < 50 else 1900), int(month), int(day)
    )


def _dmy(day: str, month: str, year: str) -> datetime.date:
    return _mdy(
        str(_MONTHS.index(month.lower()[:3]) + 1) if month[0].isalpha() else month, day, year
    )


_CLOCK = r"(?:[T ]+[0-9]{1,2}:[0-9]{2}.{0,20})?"
_DATES: tuple[tuple[Pattern, str, Callable[..., datetime.date]], ...] = (
    (Pattern.DAY_NUMBER, r"([2-6][0-9]{4})(?:\.[0-9]+)?", _day_number),
    (Pattern.SHORT_YEAR, rf"([0-9]{{1,2}})[/-]([0-9]{{1,2}})[/-]([0-9]{{2}}){_CLOCK}", _mdy),
    (Pattern.OTHER_DATE, rf"([0-9]{{4}})[-/.]([0-9]{{1,2}})[-/.]([0-9]{{1,2}}){_CLOCK}", _ymd),
    (Pattern.OTHER_DATE, r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})", _ymd),
    (Pattern.OTHER_DATE, r"([0-9]{1,2})[- ]([a-z]{3,9})[- ,]+([0-9]{2}|[0-9]{4})", _dmy),
    (
        Pattern.OTHER_DATE,
        r"([a-z]{3,9})[- .]+([0-9]{1,2})[- ,]+([0-9]{4})",
        lambda month, day, year: _dmy(day, month, year),
    ),
    (Pattern.OTHER_DATE, rf"([0-9]{{1,2}})[/-]([0-9]{{1,2}})[/-]([0-9]{{4}}){_CLOCK}", _mdy),
)


def _credits(text: str, label: str) -> Damage | None:
    if parts := re.fullmatch(r"([0-9]{1,2}),([0-9]{1,2})", text, re.ASCII):
        write = f"{parts[1]}.{parts[2]:0<2}"
        return Damage(Pattern.COMMA, f"Use a decimal point in {label}, like {write}", write)
    if re.fullmatch(r"[0-9]{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-[0-9]{2}|[2-6][0-9]{4}", text, re.ASCII):
        return Damage(
            Pattern.DATE_FOR_CREDITS,
            f"{label} must be a number, like 1.75. Excel may have turned it into a date: format the"
            " column as text",
        )
    if re.fullmatch(r"[0-9]{1,2}\.[0-9]{9,20}", text, re.ASCII):
        near = round(Decimal(text), 2)
        if abs(near - Decimal(text)) < Decimal("1e-8"):
            return Damage(
                Pattern.ADDED_DIGITS,
                f"{label} must have no more than 2 decimal places. A data tool added digits: enter"
                f" {near:.2f}",
                f"{near:.2f}",
            )
    return None


def _flag(text: str, label: str) -> Damage | None:
    write = {"T": "Y", "1": "Y", "1.0": "Y", "F": "N", "0": "N", "0.0": "N"}.get(text.upper(), "")
    return (
        Damage(Pattern.OTHER_ANSWER, f"Choose Yes or No for {label}: enter {write}", write)
        if write
        else None
    )


_BY_KIND: dict[Holds, Callable[[str, str], Damage | None]] = {
    Holds.ANSWER: _flag,
    Holds.DAY: _date,
    Holds.AMOUNT: _credits,
}
