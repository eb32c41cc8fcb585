"""How far the ledger of each type has come, and how far it had when the type was sent last: a
resync of some types moves theirs alone.

Where the state has seen more than the ledger has, the district's database was restored from an
older backup.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery

from cte_portal.prepared import filled_up, prepared
from pathways.ledger.position import Position
from pathways.models import Change, District, OutcomeChange
from pathways.models.state_copy import AnyCopy
from pathways.resync.object_types import OBJECTS, RECORDS

Cursors = Mapping[str, int]
"""The last change of each type, by the type's name; 0 where there is none."""
_HISTORIES = {kind.name: kind.history for kind in OBJECTS if kind.history}
_BUT_RECORDS = {name: _HISTORIES[name] for name in _HISTORIES if name != RECORDS.name}


def cursors_of(district: str) -> dict[str, int]:
    """How far a district's ledger has come."""
    return cursors_of_all([district]).get(district, {})


def cursors_at(position: Position) -> dict[str, int]:
    """The same of a position that a page has read."""
    last = {**position.histories, Change: position.cursor, OutcomeChange: position.outcomes}
    return {name: last.get(history, 0) for name, history in _HISTORIES.items()}


def cursors_of_all(
    districts: Collection[str] | None = None, *, records: Cursors | None = None
) -> dict[str, dict[str, int]]:
    """The same of every district, or of the named ones, in one statement that looks at the end of
    each index. `records` are the last changes of records by district, where they are known already.
    """
    if districts is not None and not districts:
        return {}
    named = None if districts is None else filled_up(tuple(sorted(districts)))
    if records is None:
        return {
            number: {name: cursor or 0 for name, cursor in zip(_HISTORIES, cursors, strict=True)}
            for number, *cursors in _ends(named, but_records=False)
        }
    return {
        number: {
            RECORDS.name: records.get(number, 0),
            **{name: cursor or 0 for name, cursor in zip(_BUT_RECORDS, cursors, strict=True)},
        }
        for number, *cursors in _ends(named, but_records=True)
    }


def last_records() -> dict[str, int]:
    """The last change of a record in each district's ledger, 0 where there is none."""
    return {number: cursor or 0 for number, cursor in _last_records()}


@prepared
def _ends(districts: tuple[str, ...] | None, but_records: bool) -> QuerySet[Any]:
    histories = (_BUT_RECORDS if but_records else _HISTORIES).values()
    last = {f"last_{at}": _end(history) for at, history in enumerate(histories)}
    rows = District.objects.order_by().annotate(**last).values_list("number", *last)
    return rows if districts is None else rows.filter(number__in=districts)


@prepared
def _last_records() -> QuerySet[Any]:
    return District.objects.order_by().annotate(last=_end(Change)).values_list("number", "last")


def _end(history: type[Model]) -> Subquery:
    """The last row of a district's history."""
    own = history._default_manager.filter(district=OuterRef("number"))
    return Subquery(own.order_by("-pk").values("pk")[:1])


def sent_cursors(copy: AnyCopy | None) -> dict[str, int]:
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


def is_ahead(copy: AnyCopy | None, cursors: Cursors) -> bool:
    """Whether the state has a change of any type that is missing in the ledger."""
    return any(sent > cursors.get(name, 0) for name, sent in sent_cursors(copy).items())


def is_behind(copy: AnyCopy | None, cursors: Cursors) -> bool:
    """Whether the ledger has a change of any type after what the state has seen. A type of which
    the state has not said how far it is does not count once something was sent.
    """
    sent = sent_cursors(copy)
    return any(last > sent.get(name, last if copy else 0) for name, last in cursors.items())
