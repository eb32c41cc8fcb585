"""The differences of the District and the State edition, as sets of keys: a resync writes them, the
comparison shows them.

Both databases are asked for key and hash of each row, and the answers are subtracted as sets: no
row is compared one by one. It finds what the ledger's cursor cannot, such as changes made by SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connections, models
from django.db.models import BigIntegerField, CharField, F, Func, TextField
from django.db.models.functions import Cast

from cte_portal.editions import Edition, Scope
from cte_portal.prepared import Prepared, filled_up, prepared
from pathways.resync.object_types import RECORDS, ObjectType

MOST_KEYS = 5_000  # named in one statement
FEW = 100
"""Records that are asked for by their keys; of more, all of the district are read."""


class RowHash(Func):
    """A row's hash while both servers are of one version, which alone promises that they hash
    alike.
    """

    template = "hash_record_extended(ROW(%(expressions)s), 0)"
    output_field = BigIntegerField()


class RowDigest(Func):
    template = "md5(ROW(%(expressions)s)::text)"
    output_field = CharField()


class RowText(Func):
    """All of a row in one value, where the database has no hash."""

    function = "JSON_ARRAY"
    output_field = TextField()


@dataclass(frozen=True)
class Difference:
    """Keys of rows that are never sent, changed since, or only at the state; `total` is how many
    the district sends.
    """

    new: frozenset[Any]
    changed: frozenset[Any]
    gone: frozenset[Any]
    total: int

    def __len__(self) -> int:
        return len(self.new) + len(self.changed) + len(self.gone)

    @property
    def written(self) -> frozenset[Any]:
        return self.new | self.changed


NONE = Difference(frozenset(), frozenset(), frozenset(), 0)


def differences(
    kinds: Iterable[ObjectType], scope: Scope, *, students: Collection[int] = ()
) -> dict[str, Difference]:
    """The differences of these types, by their names. Each edition is asked once, for all of them.

    With `students`, which only records have, of theirs alone.
    """
    chosen = list(kinds)
    if not chosen:
        return {}
    here = fingerprints(chosen, scope, students)
    there = fingerprints(chosen, scope.at_state(), students)
    by_type = {}
    for kind, district, state in zip(chosen, here, there, strict=True):
        district_keys, state_keys = _keys(kind, district - state), _keys(kind, state - district)
        gone = state_keys - district_keys
        if kind is RECORDS and gone:
            # A record whose student has left the year is not sent, and not taken out either: it
            # does not count at the state.
            gone -= _still_there(kind.of_district(scope), gone)
        by_type[kind.name] = Difference(
            district_keys - state_keys, district_keys & state_keys, gone, len(district)
        )
    return by_type


def fingerprints(
    kinds: list[ObjectType], scope: Scope, students: Collection[int] = ()
) -> list[set[Any]]:
    """Key and fingerprint of each row of one edition, comparable with the other's, in a set for
    each type: lines on PostgreSQL, where the server writes all rows of a type as one text, else
    tuples.
    """
    statements: list[str] = []
    values: list[Any] = []
    connection = connections[scope.alias]
    is_postgresql = connection.vendor == "postgresql"
    around = AS_ONE_TEXT if is_postgresql else AS_ROWS
    for number, kind in enumerate(kinds):
        sql, more = _sql_of(kind, scope, students)
        statements.append(around.format(number, sql))
        values += more
    rows: list[set[Any]] = [set() for _ in kinds]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), values)
        for number, *row in cursor.fetchall():
            if not is_postgresql:
                rows[number].add(tuple(row))
            elif row[0]:
                rows[number].update(row[0].split("\n"))
    return rows


AS_ROWS = "SELECT {}, row_key, fingerprint FROM ({}) AS stored"
AS_ONE_TEXT = "SELECT {}, string_agg(row_key || ' ' || fingerprint, E'\\n') FROM ({}) AS stored"


def _keys(kind: ObjectType, rows: set[Any]) -> frozenset[Any]:
    keys = (row.partition(" ")[0] if isinstance(row, str) else row[0] for row in rows)
    is_text = kind.model._meta.pk.get_internal_type() == "CharField"
    return frozenset(keys if is_text else map(int, keys))


def _sql_of(kind: ObjectType, scope: Scope, students: Collection[int]) -> tuple[str, Sequence[Any]]:
    """Prepared for a district: the tables and their columns take Django longer than the database."""
    question, named = _question(kind), filled_up(tuple(students))
    if scope.district:
        return question.sql(scope, named, _alike())
    return question.query(scope, named, _alike()).query.get_compiler(scope.alias).as_sql()


@cache
def _question(kind: ObjectType) -> Prepared[[Scope, tuple[int, ...], bool]]:
    key, *names = kind.fields

    @prepared
    def rows(scope: Scope, students: tuple[int, ...], alike: bool) -> models.QuerySet[Any]:
        stored = kind.sent(scope) if scope.edition is Edition.DISTRICT else kind.of_district(scope)
        theirs = stored.filter(student__pk__in=students) if students else stored
        if connections[scope.alias].vendor != "postgresql":
            columns = {"row_key": F(key), "fingerprint": RowText(*map(F, names))}
        else:
            hashed = (RowHash if alike else RowDigest)(*map(F, names))
            columns = {"row_key": Cast(key, TextField()), "fingerprint": hashed}
        return theirs.order_by().annotate(**columns).values_list(*columns)

    return rows


def _alike() -> bool:
    """Whether both servers are of one version that hashes."""
    if connections[Edition.DISTRICT.value].vendor != "postgresql":
        return False
    versions = {connections[edition.value].pg_version // 10_000 for edition in Edition}  # type: ignore[attr-defined]
    return len(versions) == 1 and versions.pop() >= 14


def parts(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """As many keys at a time as one statement names."""
    ordered = list(keys)
    for at in range(0, len(ordered), MOST_KEYS):
        yield ordered[at : at + MOST_KEYS]


def _still_there(rows: models.QuerySet[Any], keys: frozenset[Any]) -> frozenset[Any]:
    return frozenset(
        key
        for some in parts(sorted(keys))
        for key in rows.filter(pk__in=some).values_list("pk", flat=True)
    )


def owners_of(scope: Scope, records: Collection[int]) -> Iterable[tuple[int, int]]:
    """Key and student of these records; where they are many, of all. A plan for any district would
    read all of the state's.
    """
    if len(records) <= FEW:
        return _owners_of(scope, filled_up(tuple(records)))
    return RECORDS.of_district(scope).values_list("pk", "student_id")


@prepared
def _owners_of(scope: Scope, records: tuple[int, ...]) -> models.QuerySet[Any, tuple[int, int]]:
    return RECORDS.of_district(scope).filter(pk__in=records).values_list("pk", "student_id")
