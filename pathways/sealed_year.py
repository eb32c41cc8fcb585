"""The figures and files of a year that was certified, which no later change of a record moves (settings.PORTAL_SEALED_YEAR)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cte_portal.editions import Scope
from cte_portal.registry import registered


@dataclass(frozen=True)
class SealedYear:
    """The official sealed copy of the End of Year collection; `files` are (format, address)."""

    receipt: str
    url: str
    sealed_at: datetime.datetime
    students: int
    concentrators: int
    participants: int
    records: int
    files: tuple[tuple[str, str], ...]


def last_certified_year(scope: Scope) -> int | None:
    """The district's last certified end year before the scope's (settings.PORTAL_LAST_CERTIFIED_YEAR)."""
    (of_scope,) = registered("PORTAL_LAST_CERTIFIED_YEAR")
    found: int | None = of_scope(scope)
    return found


def sealed_year(scope: Scope) -> SealedYear | None:
    """None for a year that was never sealed."""
    (of_scope,) = registered("PORTAL_SEALED_YEAR")
    found: SealedYear | None = of_scope(scope)
    return found
