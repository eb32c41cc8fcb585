"""The differences of the District and the State edition, as sets of keys: a resync writes them, the
comparison shows them.

Both databases are asked for key and hash of each row, and the answers are subtracted as sets: no
row is compared one by one. It finds what the ledger's cursor cannot, such as changes made by SQL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.db.models import BigIntegerField, CharField, F, Func, TextField, Value
from django.db.models.functions import Cast

from cte_portal.editions import Edition, Scope
from pathways.ledger.copy_out import copied
from pathways.resync.object_types import RECORDS, ObjectType

MOST_KEYS = 5_000  # named in one statement


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


def differences(
    kinds: Iterable[ObjectType], scope: Scope, *, students: Collection[int] = ()
) -> dict[str, Difference]:
    """The differences of these types, by their names. Each edition is asked once, for all of them.

    With `students`, which only records have, of theirs alone.
    """
    chosen = list(kinds)
    if not chosen:
        return {}
    theirs_alone = {"student_id__in": students} if students else {}
    here = Fingerprints(scope, [kind.sent(scope).filter(**theirs_alone) for kind in chosen], chosen)
    there = Fingerprints(
        scope.at_state(),
        [kind.of_district(scope.at_state()).filter(**theirs_alone) for kind in chosen],
        chosen,
    )
    only_here, only_there = here.beyond(there), there.beyond(here)
    by_type = {}
    for number, kind in enumerate(chosen):
        district_keys, state_keys = only_here[number], only_there[number]
        gone = state_keys - district_keys
        if kind is RECORDS:
            # A record whose student has left the year is not sent, and not taken out either: it
            # does not count at the state.
            gone -= _still_there(kind.of_district(scope), gone)
        by_type[kind.name] = Difference(
            district_keys - state_keys, district_keys & state_keys, gone, here.totals[number]
        )
    return by_type


class Fingerprints:
    """Key and fingerprint of each row of one edition, comparable with the other's: tuples, or lines
    as the server wrote them.
    """

    def __init__(
        self, scope: Scope, rows: list[models.QuerySet[Any]], kinds: list[ObjectType]
    ) -> None:
        self.kinds, self.connection = kinds, connections[scope.alias]
        self.lines: set[Any] = set()
        self.totals = [0] * len(kinds)
        (self._copied if self.connection.vendor == "postgresql" else self._fetched)(rows)

    def beyond(self, edition: Fingerprints) -> list[frozenset[Any]]:
        """Keys, by type, of what the other edition does not have so."""
        keys: list[set[Any]] = [set() for _ in self.kinds]
        for line in self.lines - edition.lines:
            if isinstance(line, bytes):
                number, key, _ = line.split(b"\t", 2)
                keys[int(number)].add(int(key) if self._numbered[int(number)] else key.decode())
            else:
                keys[line[0]].add(line[1])
        return [frozenset(some) for some in keys]

    def _copied(self, rows: list[models.QuerySet[Any]]) -> None:
        """All types are one statement; each line begins with the number of its type."""
        self._numbered = [
            kind.model._meta.pk.get_internal_type() != "CharField" for kind in self.kinds
        ]
        hashed = RowHash if _alike() else RowDigest
        statements: list[str] = []
        values: list[Any] = []
        for number, (kind, query) in enumerate(zip(self.kinds, rows, strict=True)):
            key, *names = kind.fields
            columns = {
                "kind_number": Value(number),
                "row_key": Cast(key, TextField()),
                "fingerprint": hashed(*(F(name) for name in names)),
            }
            sql, more = _sql(query.annotate(**columns).values_list(*columns))
            statements.append(sql)
            values += more
        data = copied(self.connection, " UNION ALL ".join(statements), values)
        self.lines = set(data.splitlines())
        self.totals = [
            data.count(b"\n%d\t" % number) + data.startswith(b"%d\t" % number)
            for number in range(len(self.kinds))
        ]

    def _fetched(self, rows: list[models.QuerySet[Any]]) -> None:
        """One statement as well: both editions of this vendor hold a value in the same form, so its
        JSON is alike too.
        """
        statements: list[str] = []
        values: list[Any] = []
        for number, (kind, query) in enumerate(zip(self.kinds, rows, strict=True)):
            key, *names = kind.fields
            columns = {
                "kind_number": Value(number),
                "row_key": F(key),
                "fingerprint": RowText(*(F(name) for name in names)),
            }
            sql, more = _sql(query.order_by().annotate(**columns).values_list(*columns))
            statements.append(sql)
            values += more
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), values)
            lines = cursor.fetchall()
        self.lines = set(lines)
        for number, many in Counter(row[0] for row in lines).items():
            self.totals[number] = many


def _alike() -> bool:
    versions = {connections[edition.value].pg_version // 10_000 for edition in Edition}  # type: ignore[attr-defined]
    return len(versions) == 1 and versions.pop() >= 14


def _sql(rows: models.QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    return rows.query.get_compiler(rows.db).as_sql()


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
