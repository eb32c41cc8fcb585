"""Values as a person reads them: one place for dates, credits, answers and names."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any


def text(value: Any, empty: str = "–") -> str:
    """08/21/2024, 0.50, Yes; `empty` stands for nothing. Years before 1000 keep their zeros, which
    `%Y` would lose.
    """
    if value is None or value == "":
        return empty
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime.date):
        return f"{value:%m/%d/}{value.year:04d}"
    if isinstance(value, Decimal | float):
        return f"{value:.2f}"
    return str(value)


def listed_name(last: str, first: str, middle: str = "") -> str:
    """As lists show it: ANDERSON, KAYLA R."""
    initial = f" {middle[0]}." if middle else ""
    return f"{last}, {first}{initial}".upper()
