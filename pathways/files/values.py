"""Typed values from what people write: credits, dates, Yes and No. Form and file read with these,
so they never disagree.

A problem is raised as `Unreadable`, which names a rule of the catalogue and holds the sentence that
stands beside the field.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

# Character by character ASCII: Python's own digits, and Decimal, also take １.５, ١.٥, 1e3, 1_000 and
# NaN.
_AMOUNT = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})", re.ASCII)
_WITH_COMMA = re.compile(r"([0-9]{1,2}),([0-9]{1,2})", re.ASCII)
_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{2}", re.ASCII)
_EXCEL_DATE = re.compile(r"[0-9]{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-[0-9]{2}", re.ASCII)
# What Excel, Word and web pages leave around a value.
_AROUND = " \t\r\n\u00a0\u200b\u200c\u200d\ufeff\u00ad\u2007\u202f"
FIRST_YEAR = 1950


class Unreadable(ValueError):
    """A value that cannot be read as its field's type; `rule` is the catalogue's id for the
    cause.
    """

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def tidy(text: str) -> str:
    """The value without what stands around it."""
    return text.strip(_AROUND)


def credits(text: str, label: str) -> Decimal | None:
    """An amount of credits with at most two decimals, or None where nothing is written. Raises
    Unreadable; never rounds.

    Whether it lies between 0 and 30 is a rule of the catalogue.
    """
    text = tidy(text)
    if not text:
        return None
    if comma := _WITH_COMMA.fullmatch(text):
        raise Unreadable(
            "CTE-001", f"Use a decimal point in {label}, like {comma[1]}.{comma[2]:0<2}"
        )
    if _EXCEL_DATE.fullmatch(text):
        raise Unreadable(
            "CTE-001",
            f"{label} must be a number, like 1.75. Excel may have turned it into a date. Format the"
            " column as text",
        )
    if not _AMOUNT.fullmatch(text):
        raise Unreadable("CTE-001", f"{label} must be a number, like 1.75")
    whole, _, decimals = text.partition(".")
    if len(decimals) > 2:
        raise Unreadable("CTE-002", f"{label} must have no more than 2 decimal places, like 1.75")
    digits = whole.lstrip("+-").lstrip("0")
    if len(digits) > 4:  # far over any cap, and too wide for the column
        raise Unreadable("CTE-003", f"{label} must be between 0 and 30")
    amount = Decimal(f"{'-' if whole.startswith('-') else ''}{digits or '0'}.{decimals or '0'}")
    return abs(amount) if amount == 0 else amount


def date(text: str, label: str) -> datetime.date | None:
    """A date written MM/DD/YYYY or M/D/YYYY, or None where nothing is written. Raises
    Unreadable.
    """
    text = tidy(text)
    if not text:
        return None
    if _SHORT_YEAR.fullmatch(text):
        raise Unreadable("CTE-004", f"{label} must include a four-digit year")
    parts = _DATE.fullmatch(text)
    if not parts:
        raise Unreadable("CTE-004", f"{label} must be a date like 07/14/2022")
    month, day, year = (int(part) for part in parts.groups())
    if year < FIRST_YEAR:
        raise Unreadable("CTE-004", f"{label} must be in {FIRST_YEAR} or later")
    try:
        return datetime.date(year, month, day)
    except ValueError:
        raise Unreadable(
            "CTE-004",
            f"{label}: {parts[0]} is not a valid date. Enter the month, day, and year, like"
            " 07/14/2022",
        ) from None


def yes_or_no(text: str, label: str) -> bool | None:
    """Yes or No, as Y, N, Yes or No in any case, or None where nothing is written. Raises
    Unreadable.
    """
    text = tidy(text)
    if not text:
        return None
    answer = {"y": True, "yes": True, "n": False, "no": False}.get(text.lower())
    if answer is None:
        raise Unreadable("CTE-005", f"Choose Yes or No for {label}")
    return answer
