"""The part of a district's data that is not yet sent to the state, as every page says it (ux V-01)."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import counted
from cte_portal.ui.unavailable import if_state_answers
from cte_portal.ui.wording import number_of
from pathways.ledger.position import position_of
from pathways.models import Change, StateCopy
from pathways.models.state_copy import AnyCopy, CopyInShort
from pathways.resync import gap
from pathways.resync.cursors import (
    Cursors,
    Sent,
    cursors_at,
    districts_ahead,
    is_ahead,
    last_records,
)
from pathways.resync.difference import differences
from pathways.resync.figures import last_known
from pathways.resync.object_types import OBJECTS, OUTCOMES, RECORDS
from pathways.resync.seen import LastRecord, SeenInLedgers, seen

AHEAD = (
    "The state is ahead of this district: it has changes that are missing here, as if an older"
    " backup had been restored. Do not send or certify. Call OPI."
)

ALL = "all"
"""The word for a number that nobody counts, because nothing was sent."""


@dataclass(frozen=True)
class UnsentRows:
    """Rows of all types that differ between district and state, and how many of them are outcomes
    of leavers: those are Fall CTE's, and in no other event's way (docs/adr/0014).
    """

    rows: int
    outcomes: int

    @property
    def others(self) -> int:
        return self.rows - self.outcomes

    @property
    def of_leavers(self) -> str:
        """What is counted above the page and certified by another event."""
        if not self.outcomes:
            return ""
        verb = "is" if self.outcomes == 1 else "are"
        number = number_of(self.outcomes, "outcome")
        return f" {number} of leavers {verb} not sent; Fall CTE certifies them."


@counted("COUNT(*)")
def _number_after(district: str, cursor: int) -> QuerySet[Change, tuple[int]]:
    """How many lines the ledger has written of a district since."""
    return Change.objects.after(district, cursor).values_list("pk")


@dataclass(frozen=True)
class Unsent:
    """A district's data that are not sent yet: rows that differ from the state's, and changes of
    the ledger after the cursor that stands there.
    """

    scope: Scope
    copy: StateCopy | None
    cursors: Cursors
    """The last change of each type in the district's ledger."""
    known: dict[Any, Any]
    """What the page knows already."""

    @classmethod
    def of(cls, scope: Scope, known: dict[Any, Any] | None = None) -> Unsent:
        """With the district's position, where a page knows it already."""
        known = {} if known is None else known
        copy = StateCopy.objects.in_short(scope.district, known)
        return cls(scope, copy, cursors_at(position_of(scope, known)), known)

    @classmethod
    def once(cls, scope: Scope, known: dict[Any, Any]) -> Unsent:
        """The same once a page."""
        if (Unsent, scope) not in known:
            known[Unsent, scope] = cls.of(scope, known)
        unsent: Unsent = known[Unsent, scope]
        return unsent

    @classmethod
    def counted(cls, scope: Scope, known: dict[Any, Any], *, anew: bool = False) -> Unsent:
        """The same with all that the state has to be asked for, once a page; `anew` if whatever was
        compared before does not do.
        """
        unsent = cls.once(scope, known)
        if anew:
            gap.compare(scope, unsent.copy, known)
        _ = unsent.gap
        return unsent

    @cached_property
    def changes(self) -> int:
        sent = self.copy.cursor if self.copy else 0
        last = self.cursors.get(RECORDS.name, 0)
        return _number_after(self.scope.district, sent)[0][0] if last > sent else 0

    @cached_property
    def gap(self) -> gap.Gap:
        """What was compared last, or compared anew where anything has moved."""
        return gap.gap_of(self.scope, self.copy, self.known)

    @property
    def rows(self) -> int:
        """The number above every page, on the home page and on the resync page: rows of all types
        that differ.
        """
        return self.gap.rows

    @property
    def differing(self) -> UnsentRows:
        return UnsentRows(self.rows, self.gap.outcomes)

    @property
    def differing_now(self) -> UnsentRows:
        """The same of a comparison of this moment that nothing is kept of."""
        by_type = differences(OBJECTS, self.scope)
        rows = sum(len(difference) for difference in by_type.values())
        return UnsentRows(rows, len(by_type[OUTCOMES.name]))

    @property
    def nothing_sent(self) -> bool:
        """True when nothing of the school year has been sent yet."""
        return self.copy is None or self.copy.end_year != self.scope.end_year

    @property
    def ahead(self) -> bool:
        """True when the state has changes of any type that the district's ledger has not: the
        district's database was restored from an older backup.
        """
        return is_ahead(self.copy, self.cursors)

    @property
    def since(self) -> datetime.datetime | None:
        """When the records were sent last, which the changes are counted from; None where none were
        sent or some were left out.
        """
        entry = self.copy.objects_sent.get(RECORDS.name) if self.copy else None
        return (
            datetime.datetime.fromisoformat(entry["last"])
            if entry and not entry["errors"]
            else None
        )

    @property
    def left_out(self) -> int:
        """Rows that the last resync of their type left out."""
        if self.copy is None:
            return 0
        year, sent = self.scope.end_year, self.copy.objects_sent.values()
        return sum(
            entry["errors"] for entry in sent if entry.get("end_year", self.copy.end_year) == year
        )


class KnownUnsent(NamedTuple):
    """The same of one district among many, without comparing: what was counted last, and what the
    ledger has written since.
    """

    copy: AnyCopy | None
    changes: int
    """1 or 0 where nothing was ever sent: all of it is not sent, and nobody counts it."""
    nothing_sent: bool
    ahead: bool
    rows: int
    """At least so many: a row that nobody has compared since is not counted."""
    outcomes: int = 0
    """Those of them that are outcomes of leavers."""
    is_known: bool = True
    """False while the state cannot be reached."""
    last: LastRecord | None = None
    """The last change of a record in the ledger."""

    @property
    def words(self) -> str:
        if not self.is_known:
            return "not known"
        return "ahead" if self.ahead else ALL if self.nothing_sent else f"{self.rows:,}"

    @classmethod
    def of_all(cls, numbers: Iterable[str], end_year: int) -> dict[str, KnownUnsent]:
        """Of every named district, in a few statements."""
        numbers, known = list(numbers), seen()
        answer = if_state_answers(lambda: _copies(frozenset(numbers), known))
        if answer is None:
            last = last_records(numbers, known)
            return {number: NOT_KNOWN._replace(last=last.get(number)) for number in numbers}
        stored, new = answer
        sent = {number: copy.cursor for number, copy in stored.items()}
        last = last_records(numbers, known)
        ahead = districts_ahead(stored.values(), new, last, known)
        gaps = last_known(end_year, stored)
        compared = {number: last_gap.cursor for number, last_gap in gaps.items()}
        numbers_after = Change.objects.numbers_after(
            {
                (number, cursor)
                for reached in (sent, compared)
                for number, cursor in reached.items()
                if number in last and last[number].pk > cursor
            }
        )

        def of(number: str) -> KnownUnsent:
            copy, end = stored.get(number), last.get(number)
            if copy is None:
                return cls(None, int(end is not None), True, False, int(end is not None), last=end)
            changes = rows = numbers_after.get((number, copy.cursor), 0)
            outcomes = 0
            if number in gaps:
                _, cursor, rows, outcomes = gaps[number]
                rows += numbers_after.get((number, cursor), 0)
            return cls(
                copy, changes, copy.end_year < end_year, number in ahead, rows, outcomes, True, end
            )

        return {number: of(number) for number in numbers}


def _copies(
    numbers: Container[str], known: SeenInLedgers
) -> tuple[dict[str, CopyInShort], list[Sent]]:
    """The copies by district, and what was sent of those that were not seen before."""
    copies = [copy for copy in StateCopy.objects.of_all_in_short() if copy.district in numbers]
    new = StateCopy.objects.objects_sent(
        [copy.district for copy in copies if copy not in known.copies]
    )
    newest = {copy.district: copy for copy, _ in new}
    return {copy.district: newest.get(copy.district, copy) for copy in copies}, new


NOT_KNOWN = KnownUnsent(
    copy=None, changes=0, nothing_sent=False, ahead=False, rows=0, is_known=False
)
