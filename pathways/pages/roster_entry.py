"""Addresses of CTE Roster Entry, for the lists that lead there."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from cte_portal.editions import Scope
from pathways.pages.addresses import address_of


def roster_entry(scope: Scope, **chosen: Any) -> str:
    """The rows that are chosen by school, pathway, grade and the like; what is empty chooses
    nothing. `at` is a row's student and pathway, like 12-7: the page on which it stands opens.
    """
    query = "&".join(f"{name}={_quoted(value)}" for name, value in chosen.items() if value)
    return f"{address_of(scope, 'cte-roster-entry')}?{query}"


def _quoted(value: Any) -> str:
    """A list asks for hundreds, and most are keys."""
    return str(value) if isinstance(value, int) else quote_plus(str(value))
