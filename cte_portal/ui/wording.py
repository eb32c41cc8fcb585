"""How sentences put numbers and moments."""

from __future__ import annotations

import datetime

from django.utils import timezone


def number_of(number: int, noun: str, several: str = "") -> str:
    """1 record; 1,204 records; with the plural given, 2 classes."""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"


def all_of(number: int) -> str:
    """Both; All 3."""
    return "Both" if number == 2 else f"All {number}"


def moment(at: datetime.datetime) -> str:
    """05/08/2025 01:00 PM MT."""
    return f"{timezone.localtime(at):%m/%d/%Y %I:%M %p} MT"
