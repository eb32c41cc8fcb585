"""How far the ledger of each type has come, and how far it had when the type was sent last: a resync
of some types moves theirs alone.

Where the state has seen more than the ledger has, the district's database was restored from an older
backup.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from cte_portal.prepared import prepared
from pathways.ledger.position import Position
from pathways.models import Change, District, OutcomeChange, StateCopy
from pathways.resync.object_types import OBJECTS, RECORDS

Cursors = Mapping[str, int]
"""The last change of each type, by the type's name; 0 where there is none."""
_HISTORIES = {kind.name: kind.history for kind in OBJECTS if kind.history}


def cursors_of(district: str) -> dict[str, int]:
    """How far a district's ledger has come."""
    return cursors_of_all(district).get(district, {})


def cursors_at(position: Position) -> dict[str, int]:
    """The same of a position that a page has read."""
    last = {**position.histories, Change: position.cursor, OutcomeChange: position.outcomes}
    return {name: last.get(history, 0) for name, history in _HISTORIES.items()}


def cursors_of_all(district: str = "") -> dict[str, dict[str, int]]:
    """The same of every district, in one statement that looks at the end of each index."""
    return {
        number: {name: cursor or 0 for name, cursor in zip(_HISTORIES, cursors, strict=True)}
        for number, *cursors in (_ends_of(district) if district else _ends())
    }


@prepared
def _ends() -> QuerySet[Any]:
    return _with_ends(District.objects.all())


@prepared
def _ends_of(district: str) -> QuerySet[Any]:
    return _with_ends(District.objects.filter(number=district))


def _with_ends(districts: QuerySet[District]) -> QuerySet[Any]:
    """The number of each, and the last row of each history."""
    last = {
        f"last_{number}": Subquery(
            history._default_manager.filter(district=OuterRef("number"))
            .order_by("-pk")
            .values("pk")[:1]
        )
        for number, history in enumerate(_HISTORIES.values())
    }
    return districts.order_by().annotate(**last).values_list("number", *last)


def sent_cursors(copy: StateCopy | None) -> dict[str, int]:
    """How far it had come when each type was sent last without errors; a type whose last resync was
    before each had its own is not among them.
    """
    if copy is None:
        return {}
    own = {
        name: int(copy.objects_sent[name]["cursor"])
        for name in _HISTORIES
        if "cursor" in copy.objects_sent.get(name, {})
    }
    return {**own, RECORDS.name: copy.cursor}


def is_ahead(copy: StateCopy | None, cursors: Cursors) -> bool:
    """Whether the state has a change of any type that is missing in the ledger."""
    return any(sent > cursors.get(name, 0) for name, sent in sent_cursors(copy).items())


def is_behind(copy: StateCopy | None, cursors: Cursors) -> bool:
    """Whether the ledger has a change of any type after what the state has seen. A type of which the
    state has not said how far it is does not count once something was sent.
    """
    sent = sent_cursors(copy)
    return any(last > sent.get(name, last if copy else 0) for name, last in cursors.items())
