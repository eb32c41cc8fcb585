"""How many lines the roster worklist has, as its page, the home page and the badge of every page
say it.

The figures are kept (`ledger/kept.py`); the lines of a page are read anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import counted
from pathways.ledger.kept import HangsOn, kept
from pathways.roster.worklist.pairs import Pairs
from pathways.roster.worklist.which import Choice, Show


@dataclass(frozen=True)
class Balance:
    """Rostered = recorded + dismissed + open, at any time; `later` are among the open ones. Each is
    a student and a pathway.
    """

    rostered: int
    recorded: int
    dismissed: int
    open: int
    later: int
    students: int
    """Students among the open ones, each once."""

    @property
    def counts(self) -> dict[Show, int]:
        """Of the list of those without a record, as `Worklist.counts` has them."""
        return {
            Show.OPEN: self.open - self.later,
            Show.LATER: self.later,
            Show.DISMISSED: self.dismissed,
        }


_OPEN = f"NOT has_record AND choice <> '{Choice.NOT_CTE.value}'"


@counted(
    f"""COUNT(*), COUNT(*) FILTER (WHERE has_record),
    COUNT(*) FILTER (WHERE NOT has_record AND choice = '{Choice.NOT_CTE.value}'),
    COUNT(*) FILTER (WHERE {_OPEN}),
    COUNT(*) FILTER (WHERE NOT has_record AND choice = '{Choice.LATER.value}'),
    COUNT(DISTINCT person) FILTER (WHERE {_OPEN})"""
)
def _balance(
    scope: Scope, school: int | None, pathway: int | None, grade: str | None
) -> QuerySet[Any]:
    """In the order of Balance."""
    return Pairs(scope, school, pathway, grade or "").rostered()


def balance_of(pairs: Pairs) -> Balance:
    """Counted now, in one statement, so that it holds at any time, whoever writes meanwhile."""
    ((rostered, recorded, dismissed, open_, later, students),) = _balance(
        pairs.scope, pairs.school, pairs.pathway, pairs.grade or None
    )
    return Balance(rostered, recorded, dismissed, open_, later, students)


def kept_balance(scope: Scope, known: dict[Any, Any]) -> Balance:
    """The balance of a whole scope: counted where the district has moved since it was kept. `known`
    is what the page knows already, this balance among it.
    """
    return kept_balance_of(Pairs(scope), known)


def kept_balance_of(pairs: Pairs, known: dict[Any, Any]) -> Balance:
    """The same of a narrowed worklist too."""
    narrowed = (pairs.school, pairs.pathway, pairs.grade)
    return kept(
        pairs.scope,
        known,
        "balance",
        lambda: balance_of(pairs),
        *narrowed,
        of_records=HangsOn.KEYS,
    )
