"""What differs between the District and the State edition, set-wise: what a resync would write, and what the comparison shows.

Both databases are asked for key and hash of each row, and the answers are subtracted as sets: no row is compared one by one. It finds what
the ledger's cursor cannot, such as changes made by SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.db.models import BigIntegerField, CharField, F, Func

from cte_portal.editions import Edition, Scope
from pathways.objects import ObjectType

MOST_KEYS = 20_000  # named in one statement


class RowHash(Func):
    """A row's hash while both servers are of one version, which alone promises that they hash alike."""

    template = "hash_record_extended(ROW(%(expressions)s), 0)"
    output_field = BigIntegerField()  # type: ignore[assignment]


class RowDigest(Func):
    template = "md5(ROW(%(expressions)s)::text)"
    output_field = CharField()  # type: ignore[assignment]


@dataclass(frozen=True)
class Difference:
    """Keys of rows that are never sent, changed since, or only at the state; `total` is how many the district sends."""

    new: frozenset[Any]
    changed: frozenset[Any]
    gone: frozenset[Any]
    total: int

    def __len__(self) -> int:
        return len(self.new) + len(self.changed) + len(self.gone)

    @property
    def written(self) -> frozenset[Any]:
        return self.new | self.changed


def difference(kind: ObjectType, scope: Scope) -> Difference:
    """What a resync of this type would have to do."""
    here, there = fingerprints(kind, kind.sent(scope)), fingerprints(kind, kind.of_district(scope.at_state()))
    ours, theirs = _keys(kind, here - there), _keys(kind, there - here)
    gone = theirs - ours
    # A record whose student has left the year is not sent, and not taken out either: it does not count at the state.
    gone -= _still_there(kind.of_district(scope), gone)
    return Difference(ours - theirs, ours & theirs, gone, len(here))


def fingerprints(kind: ObjectType, rows: models.QuerySet[Any]) -> set[Any]:
    """Key and fingerprint of each row of one edition, comparable with the other's: tuples, or lines as the server wrote them."""
    connection = connections[rows.db]
    key, *others = kind.fields
    if connection.vendor != "postgresql":
        sql, values = _sql(rows.values(key, *others))
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return set(cursor.fetchall())
    hashed = RowHash if _alike() else RowDigest
    sql, values = _sql(rows.values(key).annotate(fingerprint=hashed(*(F(name) for name in others))))
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT", values) as copy:
        return set(b"".join(copy).splitlines())


def _keys(kind: ObjectType, found: set[Any]) -> frozenset[Any]:
    if found and isinstance(next(iter(found)), bytes):
        whole = kind.model._meta.pk.get_internal_type() != "CharField"  # type: ignore[union-attr]
        texts = (line.partition(b"\t")[0].decode() for line in found)
        return frozenset(int(text) for text in texts) if whole else frozenset(texts)
    return frozenset(row[0] for row in found)


def _alike() -> bool:
    versions = {connections[edition.value].pg_version // 10_000 for edition in Edition}  # type: ignore[attr-defined]
    return len(versions) == 1 and versions.pop() >= 14


def _sql(rows: models.QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    return rows.query.get_compiler(rows.db).as_sql()


def _still_there(rows: models.QuerySet[Any], keys: frozenset[Any]) -> frozenset[Any]:
    found: set[Any] = set()
    ordered = sorted(keys)
    for at in range(0, len(ordered), MOST_KEYS):
        found.update(rows.filter(pk__in=ordered[at : at + MOST_KEYS]).values_list("pk", flat=True))
    return frozenset(found)
