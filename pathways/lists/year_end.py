"""What a school year leaves unfinished when the next one begins, as higher layers tell it, and what OPI may do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from cte_portal.registry import registered

EXTEND = "extend"
"""The choice that changes nothing: OPI gives later dates first."""


@dataclass(frozen=True)
class Unfinished:
    """`choices` are what OPI may do, by (value, label); `decide` does it, with the person and the reason, as the next year begins."""

    sentences: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    need_reason: tuple[str, ...]
    """The choices that nobody makes without saying why."""
    way_out: str
    """The page on which later dates are given."""
    decide: Callable[[str, User, str], None]


def unfinished() -> Unfinished | None:
    """Of the year that is current (settings.PORTAL_YEAR_ENDS); None when nothing is left to finish."""
    return next((found for ends in registered("PORTAL_YEAR_ENDS") if (found := ends())), None)


def why_not_sent(scope: Scope) -> str:
    """Why nothing of the scope's year may go to the state yet (settings.PORTAL_SENDING_HOLDS); empty when it may."""
    return next((sentence for holds in registered("PORTAL_SENDING_HOLDS") if (sentence := holds(scope))), "")
