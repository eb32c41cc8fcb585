"""Values as a person reads them: one place for dates, credits and answers."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any


def text(value: Any, empty: str = "–") -> str:
    """08/21/2024, 0.50, Yes; `empty` stands for nothing."""
    if value is None or value == "":
        return empty
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime.date):
        return f"{value:%m/%d/}{value.year:04d}"
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return str(value)
