"""How far the ledger of each type has come, and how far it had when the type was sent last: a
resync of some types moves theirs alone.

Where the state has seen more than the ledger has, the district's database was restored from an
older backup.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Model, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from cte_portal.prepared import filled_up, keep_plans, prepared
from pathways.ledger.position import Position
from pathways.models import Change, District, OutcomeChange, StateCopy
from pathways.models.change import PAIRS
from pathways.models.state_copy import AnyCopy, CopyInShort
from pathways.resync.object_types import OBJECTS, RECORDS
from pathways.resync.seen import LastRecord, SeenInLedgers

Cursors = Mapping[str, int]
"""The last change of each type, by the type's name; 0 where there is none."""
Sent = tuple[CopyInShort, Mapping[str, Any]]
"""A copy and its `objects_sent`."""
_HISTORIES = {kind.name: kind.history for kind in OBJECTS if kind.history}
_BUT_RECORDS = {name: _HISTORIES[name] for name in _HISTORIES if name != RECORDS.name}


def cursors_of(district: str) -> dict[str, int]:
    """How far a district's ledger has come."""
    return cursors_of_all([district]).get(district, {})


def cursors_at(position: Position) -> dict[str, int]:
    """The same of a position that a page has read."""
    last = {**position.histories, Change: position.cursor, OutcomeChange: position.outcomes}
    return {name: last.get(history, 0) for name, history in _HISTORIES.items()}


def cursors_of_all(districts: Collection[str] | None = None) -> dict[str, dict[str, int]]:
    """The same of every district, or of the named ones, in one statement that looks at the end of
    each index.
    """
    if districts is not None and not districts:
        return {}
    named = None if districts is None else filled_up(tuple(sorted(districts)))
    return {
        number: {name: cursor or 0 for name, cursor in zip(_HISTORIES, cursors, strict=True)}
        for number, *cursors in _ends(named)
    }


def last_records(districts: Iterable[str], seen: SeenInLedgers) -> dict[str, LastRecord]:
    """Of each district that has one. A line that was read once is not read again: the named
    districts' ledgers are asked whether it is the last one still.
    """
    records = seen.records
    ends = {number: records[number].pk if number in records else 0 for number in districts}
    new_ends = Change.objects.ends_moved(ends) if records else {}
    if not records or 0 in new_ends.values():
        new_ends = {number: pk or 0 for number, pk in _ends_of_records()}
    if new_ends:
        keys = tuple(pk for pk in new_ends.values() if pk)
        rows = _records(filled_up(keys)) if keys else ()
        same = {number: record for number, record in records.items() if number not in new_ends}
        records = same | {number: LastRecord(*record) for number, *record in rows}
        # Another thread's page goes on with what it has.
        seen.records = records
    return records


@prepared
def _ends(districts: tuple[str, ...] | None) -> QuerySet[Any]:
    last = {f"last_{at}": _end(history) for at, history in enumerate(_HISTORIES.values())}
    rows = District.objects.order_by().annotate(**last).values_list("number", *last)
    return rows if districts is None else rows.filter(number__in=districts)


@prepared
def _ends_of_records() -> QuerySet[Any]:
    return District.objects.order_by().annotate(last=_end(Change)).values_list("number", "last")


@prepared
def _records(keys: tuple[int, ...]) -> QuerySet[Change, tuple[Any, ...]]:
    rows = Change.objects.order_by().filter(pk__in=keys)
    return rows.values_list("district", "pk", "end_year", Cast("at", TextField()))


def _end(history: type[Model]) -> Subquery:
    """The last row of a district's history, from the end of its part of the index by district.

    Were it asked for by the district alone, PostgreSQL might read the table backward until it meets
    the district: with a few districts, all that the others have written since.
    """
    number = OuterRef("number")
    own = history._default_manager.filter(district__gte=number, district__lte=number)
    return Subquery(own.order_by("-district", "-pk").values("pk")[:1])


def sent_cursors(copy: StateCopy | None) -> dict[str, int]:
    """How far it had come when each type was sent last without errors; a type whose last resync was
    before each had its own is not among them.
    """
    return _sent_cursors(copy, copy.objects_sent) if copy else {}


def _sent_cursors(copy: AnyCopy, objects_sent: Mapping[str, Any]) -> dict[str, int]:
    own = {
        name: int(objects_sent[name]["cursor"])
        for name in _HISTORIES
        if "cursor" in objects_sent.get(name, {})
    }
    return {**own, RECORDS.name: copy.cursor}


def is_ahead(copy: StateCopy | None, cursors: Cursors) -> bool:
    """Whether the state has a change of any type that is missing in the ledger."""
    return _is_ahead(sent_cursors(copy), cursors)


def _is_ahead(sent: Cursors, cursors: Cursors) -> bool:
    return any(cursor > cursors.get(name, 0) for name, cursor in sent.items())


def districts_ahead(
    copies: Iterable[CopyInShort],
    new: Iterable[Sent],
    records: Mapping[str, LastRecord],
    seen: SeenInLedgers,
) -> set[str]:
    """Those where the state has a change that is missing in the ledger; `records` are the last
    changes of records by district, and `new` what was sent of copies that were not seen to be in
    the ledgers.

    Where the ledger has the very change that was sent last, its end is not before that: one look
    by the key. The end is looked for where it has not.
    """
    ahead = {
        copy.district
        for copy in copies
        if copy.cursor and (copy.district not in records or records[copy.district].pk < copy.cursor)
    }
    sent: dict[str, list[tuple[str, int]]] = {name: [] for name in _BUT_RECORDS}
    own = {}
    for copy, objects in new:
        own[copy.district] = cursors = _sent_cursors(copy, objects)
        for name, pairs in sent.items():
            if cursor := cursors.get(name):
                pairs.append((copy.district, cursor))
    suspects = _without({name: pairs for name, pairs in sent.items() if pairs})
    last = cursors_of_all(suspects)
    ahead |= {number for number in suspects if _is_ahead(own[number], last.get(number, {}))}
    seen.copies.update(copy for copy, _ in new if copy.district not in ahead)
    return ahead


def _without(sent: Mapping[str, list[tuple[str, int]]]) -> set[str]:
    """The districts whose ledger of a type has not a change: pairs of district and key by type."""
    if not sent:
        return set()
    statement = " UNION ".join(
        f"SELECT sent.district FROM ({PAIRS[connection.vendor]}) sent WHERE NOT EXISTS (SELECT 1"
        f" FROM {_HISTORIES[name]._meta.db_table} own"
        " WHERE own.id = sent.id AND own.district = sent.district)"
        for name in sent
    )
    with connection.cursor() as cursor:
        keep_plans(cursor)
        cursor.execute(statement, [json.dumps(pairs) for pairs in sent.values()])
        return {district for (district,) in cursor.fetchall()}


def is_behind(copy: StateCopy | None, cursors: Cursors) -> bool:
    """Whether the ledger has a change of any type after what the state has seen. A type of which
    the state has not said how far it is does not count once something was sent.
    """
    sent = sent_cursors(copy)
    return any(last > sent.get(name, last if copy else 0) for name, last in cursors.items())
