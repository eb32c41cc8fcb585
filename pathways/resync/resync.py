"""The only writer of the State edition's records (guide, Step Three; ADR 0001).

A resync holds the district in both editions, writes at the state what differs, and says in the same
transaction what stands there (`StateCopy`). The state is committed first; a resync that finds its
own batch there has only its result left to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connections, models, transaction
from django.utils import timezone

from cte_portal.editions import Edition, Scope, writing_state
from pathways.ledger import canonical
from pathways.ledger.locks import lock_at_state, lock_district
from pathways.models import StateCopy
from pathways.resync.cursors import Cursors, cursors_of, sent_cursors
from pathways.resync.difference import Difference, differences, parts
from pathways.resync.object_types import BY_NAME, NAMES, OBJECTS, RECORDS, ObjectType, in_order

STATE = Edition.STATE.value
DISTRICT = Edition.DISTRICT.value


@dataclass
class Sent:
    """The result of one resync, as it stands in the StateCopy too."""

    written: int = 0
    removed: int = 0
    processed: dict[str, int] = field(default_factory=dict)
    refused: dict[str, list[list[Any]]] = field(default_factory=dict)


def resync(
    scope: Scope,
    names: Iterable[str],
    *,
    batch: UUID,
    attempt: int,
    by: str,
    before_commit: Callable[[], None] | None = None,
) -> StateCopy:
    """Bring the named types of a district to the state. Must run inside a transaction of the
    District edition, which ends after the state's.

    A row whose parent is not at the state is left out and named in `refused`. The same batch twice
    is one resync. What `before_commit` raises leaves the state as it was.
    """
    lock_district(scope, exclusive=True)
    chosen = in_order({*names, "District"})
    with writing_state(), transaction.atomic(STATE):
        lock_at_state(scope)
        copy = StateCopy.objects.of_district(scope.district)
        if copy is not None and copy.batch == batch:
            return copy
        cursors = cursors_of(scope.district)
        sent = _send(scope, chosen)
        copy = _say(scope, copy, sent, chosen, cursors=cursors, batch=batch, attempt=attempt, by=by)
        if before_commit:
            before_commit()
    return copy


def _send(scope: Scope, names: tuple[str, ...]) -> Sent:
    """Out with what is gone, in with what differs, parents before what names them.

    What still names a removed row after its own type was written is an orphan, of another year
    perhaps, and goes too; a row that has got another parent does not. Foreign keys are deferred,
    and the database looks at them when all is done.
    """
    kinds = [BY_NAME[name] for name in names]
    sent, by_type = Sent(), differences(kinds, scope)
    removed: dict[type[models.Model], list[Any]] = {}
    for kind in reversed(kinds):
        if not kind.kept_by_opi and (gone := sorted(by_type[kind.name].gone)):
            removed[kind.model] = gone
            sent.removed += remove(kind, gone)
    for kind in OBJECTS:
        differs = by_type.get(kind.name)
        if differs is not None:
            sent.processed[kind.name] = differs.total
        if differs is not None and differs.written and not kind.kept_by_opi:
            refused = _written(kind, differs, scope)
            if refused:
                sent.refused[kind.name] = refused
            sent.processed[kind.name] -= len(refused)
            sent.written += len(differs.written) - len(refused)
        if lost := orphans(kind, removed):
            removed.setdefault(kind.model, []).extend(lost)
            sent.removed += remove(kind, lost)
    return sent


def _written(kind: ObjectType, differs: Difference, scope: Scope) -> list[list[Any]]:
    """Write a type's rows, or none of them when the state does not take them: the other types go
    on. Returns what was left out and why.
    """
    try:
        with transaction.atomic(STATE):
            return write(kind, differs, scope)
    except IntegrityError:
        return [[key, "The state does not accept these values"] for key in sorted(differs.written)]


def remove(kind: ObjectType, keys: list[Any]) -> int:
    """Take rows out of the state."""
    removed = 0
    with connections[STATE].cursor() as cursor:
        for some in parts(keys):
            marks = ", ".join(["%s"] * len(some))
            cursor.execute(f"DELETE FROM {kind.table} WHERE {kind.columns[0]} IN ({marks})", some)
            removed += int(cursor.rowcount)
    return removed


def orphans(kind: ObjectType, removed: Mapping[type[models.Model], list[Any]]) -> list[Any]:
    """Keys of rows at the state that name one of the removed rows."""
    keys: set[Any] = set()
    for named, parent in kind.parents:
        for some in parts(removed.get(parent, [])):
            keys.update(
                kind.model._base_manager.using(STATE)
                .filter(**{f"{named.attname}__in": some})
                .values_list("pk", flat=True)
            )
    return sorted(keys)


def write(kind: ObjectType, differs: Difference, scope: Scope) -> list[list[Any]]:
    """Carry the rows over and write them; returns (key, reason) of those that another district has
    or whose parent is missing.
    """
    staged = f"resync_{kind.table}"
    columns = ", ".join(kind.columns)
    key, *rest = kind.columns
    refused: list[list[Any]] = []
    with connections[STATE].cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {staged}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {staged} AS SELECT {columns} FROM {kind.table} WHERE 1 = 0"
        )
        carry(kind, sorted(differs.written), staged)
        if differs.new:
            for some in parts(foreign(kind, staged, scope)):
                refused += [
                    [value, "Another district has it at the state and must send first"]
                    for value in some
                ]
                cursor.execute(
                    f"DELETE FROM {staged} WHERE {key} IN ({', '.join(['%s'] * len(some))})", some
                )
        for named, parent in kind.parents:
            column, parent_key = named.column, parent._meta.pk.column
            missing = (
                f"FROM {staged} WHERE {column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
                f" {parent._meta.db_table} parent WHERE parent.{parent_key} = {staged}.{column})"
            )
            cursor.execute(f"SELECT {key} {missing} ORDER BY {key}")
            lost = cursor.fetchall()
            if lost:
                refused += [
                    [row[0], f"Its {parent._meta.verbose_name} is not at the state"] for row in lost
                ]
                cursor.execute(f"DELETE {missing}")
        pairs = ", ".join(f"{name} = staged.{name}" for name in rest)
        update = (
            f"UPDATE {kind.table} SET {pairs} FROM {staged} staged WHERE {kind.table}.{key} ="
            f" staged.{key}"
        )
        try:
            with transaction.atomic(STATE):
                cursor.execute(update)
        except IntegrityError:
            # Two rows have exchanged what only one may have, a State ID perhaps: out with them, and
            # in again.
            cursor.execute(f"DELETE FROM {kind.table} WHERE {key} IN (SELECT {key} FROM {staged})")
        cursor.execute(
            f"INSERT INTO {kind.table} ({columns}) SELECT {columns} FROM {staged} staged WHERE NOT"
            f" EXISTS (SELECT 1 FROM {kind.table} stored WHERE stored.{key} = staged.{key})"
        )
        cursor.execute(f"DROP TABLE {staged}")
    return refused


def foreign(kind: ObjectType, staged: str, scope: Scope) -> list[Any]:
    """Keys of staged rows that the state has under another district: its copy is not changed behind
    its back.
    """
    with connections[STATE].cursor() as cursor:
        cursor.execute(
            f"SELECT stored.{kind.columns[0]} FROM {kind.table} stored JOIN {staged} USING"
            f" ({kind.columns[0]})"
        )
        stored = [row[0] for row in cursor.fetchall()]
    rows = kind.model._base_manager.using(STATE).exclude(**{kind.owner: scope.district})
    return sorted(
        key
        for some in parts(stored)
        for key in rows.filter(pk__in=some).values_list("pk", flat=True)
    )


def carry(kind: ObjectType, keys: list[Any], staged: str) -> None:
    """Rows of the District edition, as they are stored, into a table of the state's connection."""
    columns, key = ", ".join(kind.columns), kind.columns[0]
    here, there = connections[DISTRICT], connections[STATE]
    with here.cursor() as reading, there.cursor() as writing:
        if here.vendor == "postgresql":
            query = f"COPY (SELECT {columns} FROM {kind.table} WHERE {key} = ANY(%s)) TO STDOUT"
            with (
                reading.copy(reading.mogrify(query, [keys])) as out,
                writing.copy(f"COPY {staged} ({columns}) FROM STDIN") as into,
            ):
                for data in out:
                    into.write(data)
            writing.execute(f"ANALYZE {staged}")
            return
        insert = (
            f"INSERT INTO {staged} ({columns}) VALUES ({', '.join(['%s'] * len(kind.columns))})"
        )
        for some in parts(keys):
            reading.execute(
                f"SELECT {columns} FROM {kind.table} WHERE {key} IN"
                f" ({', '.join(['%s'] * len(some))})",
                some,
            )
            writing.executemany(insert, reading.fetchall())


def _say(
    scope: Scope,
    copy: StateCopy | None,
    sent: Sent,
    names: tuple[str, ...],
    *,
    cursors: Cursors,
    batch: UUID,
    attempt: int,
    by: str,
) -> StateCopy:
    """Write what stands at the state now, beside the rows."""
    now: datetime = timezone.now()
    digest = canonical.digest(
        scope.at_state()
    )  # OPI's lists are in it, which a publish may have changed since
    moved = (
        copy is None
        or bool(sent.written or sent.removed)
        or (copy.digest, copy.end_year) != (digest, scope.end_year)
    )
    earlier = copy.objects_sent if copy else {}
    whole = [name for name in names if name in cursors and name not in sent.refused]
    seen = sent_cursors(copy) | {name: cursors[name] for name in whole}
    sent_now = {
        name: {
            "last": now.isoformat(),
            "processed": sent.processed[name],
            "errors": len(sent.refused.get(name, ())),
            "end_year": scope.end_year,
            "cursor": seen.get(name, 0),
        }
        for name in names
    }
    if (
        copy and copy.end_year != scope.end_year
    ):  # a resync written before the year stood beside each type is of the copy's year
        earlier = {name: {"end_year": copy.end_year, **entry} for name, entry in earlier.items()}
    complete = names == NAMES and not sent.refused
    kept = {
        name: rows for name, rows in (copy.refused if copy else {}).items() if name not in names
    }
    copy = StateCopy(
        district=scope.district,
        generation=(copy.generation if copy else 0) + moved,
        end_year=scope.end_year,
        batch=batch,
        attempt=attempt,
        cursor=seen.get(RECORDS.name, 0),
        digest=digest,
        sent_at=now,
        sent_by=by,
        complete_at=(
            now
            if complete
            else copy.complete_at
            if copy and copy.end_year == scope.end_year
            else None
        ),
        objects_sent={**earlier, **sent_now},
        refused={**kept, **sent.refused},
    )
    copy.save(using=STATE)
    return copy
