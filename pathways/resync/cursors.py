"""How far the ledger of each type has come, and how far it had when the type was sent last: a
resync of some types moves theirs alone.

Where the state has seen more than the ledger has, the district's database was restored from an
older backup.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Model, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat

from cte_portal.prepared import filled_up, keep_plans, prepared
from pathways.ledger.position import Position
from pathways.models import Change, District, OutcomeChange
from pathways.models.change import PAIRS
from pathways.models.state_copy import AnyCopy, CopyInShort
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


class LastRecord(NamedTuple):
    """The last change of a record in a district's ledger."""

    pk: int
    end_year: int
    text: str
    """Of the moment, as the database writes it: a list of all districts shows few of them."""

    @property
    def at(self) -> datetime.datetime:
        moment = datetime.datetime.fromisoformat(self.text)
        return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def last_records() -> dict[str, LastRecord]:
    """Of each district that has one."""
    return {number: _last_record(text) for number, text in _last_records() if text}


def _last_record(text: str) -> LastRecord:
    pk, end_year, at = text.split(" ", 2)
    return LastRecord(int(pk), int(end_year), at)


@prepared
def _ends(districts: tuple[str, ...] | None) -> QuerySet[Any]:
    last = {f"last_{at}": _end(history) for at, history in enumerate(_HISTORIES.values())}
    rows = District.objects.order_by().annotate(**last).values_list("number", *last)
    return rows if districts is None else rows.filter(number__in=districts)


@prepared
def _last_records() -> QuerySet[Any]:
    """Key, year and moment in one text: a look at the end of the index for each would take three
    times as long.
    """
    key, year, at = (Cast(field, TextField()) for field in ("pk", "end_year", "at"))
    space = Value(" ", TextField())
    last = Change.objects.filter(district=OuterRef("number")).order_by("-pk")
    as_text = Subquery(last.values(text=Concat(key, space, year, space, at))[:1])
    return District.objects.order_by().annotate(last=as_text).values_list("number", "last")


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


def districts_ahead(copies: Iterable[CopyInShort], records: Mapping[str, LastRecord]) -> set[str]:
    """Those where the state has a change that is missing in the ledger; `records` are the last
    changes of records by district.

    Where the ledger has the very change that was sent last, its end is not before that: one look
    by the key. The end is looked for where it has not.
    """
    ahead: set[str] = set()
    sent: dict[str, list[tuple[str, int]]] = {name: [] for name in _BUT_RECORDS}
    own: dict[str, CopyInShort] = {}
    for copy in copies:
        own[copy.district] = copy
        if copy.cursor and (
            copy.district not in records or records[copy.district].pk < copy.cursor
        ):
            ahead.add(copy.district)
        for name, pairs in sent.items():
            if cursor := copy.objects_sent.get(name, NOT_SENT).get("cursor"):
                pairs.append((copy.district, cursor))
    suspects = _without({name: pairs for name, pairs in sent.items() if pairs}) - ahead
    last = cursors_of_all(suspects)
    return ahead | {number for number in suspects if is_ahead(own[number], last.get(number, {}))}


NOT_SENT: Mapping[str, Any] = {}


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


def is_behind(copy: AnyCopy | None, cursors: Cursors) -> bool:
    """Whether the ledger has a change of any type after what the state has seen. A type of which
    the state has not said how far it is does not count once something was sent.
    """
    sent = sent_cursors(copy)
    return any(last > sent.get(name, last if copy else 0) for name, last in cursors.items())
