"""What is kept for a time only: each app names it, and the daily clean-up removes it (settings.PORTAL_RETENTION, docs/retention.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """`name` in the words of OPI's page; `remove` takes out what is older than `period` and returns how many."""

    name: str
    period: str
    remove: Callable[[], int]
