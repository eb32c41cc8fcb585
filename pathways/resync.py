"""The only writer of the State edition's records (guide, Step Three; ADR 0001).

A resync holds the district in both editions, writes at the state what differs, and says in the same transaction what stands there
(`StateCopy`). The state is committed first; a resync that finds its own batch there has only its result left to write.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from cte_portal.editions import Edition, Scope, writing_state
from pathways import canonical
from pathways.difference import Difference, difference
from pathways.locks import lock_at_state, lock_district
from pathways.models import Change, StateCopy
from pathways.objects import BY_NAME, NAMES, RECORDS, ObjectType, in_order, needing

STATE = Edition.STATE.value
DISTRICT = Edition.DISTRICT.value


@dataclass
class Sent:
    """What one resync did, as it stands in the StateCopy too."""

    written: int = 0
    removed: int = 0
    processed: dict[str, int] = field(default_factory=dict)
    refused: dict[str, list[list[Any]]] = field(default_factory=dict)


def resync(scope: Scope, names: Iterable[str], *, batch: UUID, attempt: int, by: str) -> StateCopy:
    """Bring the named types of a district to the state. Must run inside a transaction of the District edition, which ends after the state's.

    A row whose parent is not at the state is left out and named in `refused`. The same batch twice is one resync.
    """
    lock_district(scope, exclusive=True)
    chosen = in_order({*names, "District"})
    with writing_state(), transaction.atomic(STATE):
        lock_at_state(scope)
        copy = StateCopy.objects.of_district(scope.district)
        if copy is not None and copy.batch == batch:
            return copy
        cursor = Change.objects.cursor(scope.district)
        sent = _send(scope, chosen)
        return _say(scope, copy, sent, chosen, cursor=cursor, batch=batch, attempt=attempt, by=by)


def _send(scope: Scope, names: tuple[str, ...]) -> Sent:
    kinds = [BY_NAME[name] for name in names]
    sent, found = Sent(), {kind.name: difference(kind, scope) for kind in kinds}
    for kind in reversed(kinds):
        if not kind.kept_by_opi:
            sent.removed += remove(kind, found[kind.name].gone)
    for kind in kinds:
        differs = found[kind.name]
        sent.processed[kind.name] = differs.total
        if kind.kept_by_opi or not differs.written:
            continue
        try:
            with transaction.atomic(STATE):
                refused = write(kind, differs)
                with connections[STATE].cursor() as cursor:  # a deferred check speaks here, where it is known what failed
                    if cursor.db.vendor == "postgresql":
                        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        except IntegrityError:
            refused = [[key, "The state does not take these values"] for key in sorted(differs.written)]
        if refused:
            sent.refused[kind.name] = refused
        sent.processed[kind.name] -= len(refused)
        sent.written += len(differs.written) - len(refused)
    return sent


def remove(kind: ObjectType, keys: Iterable[Any]) -> int:
    """Take rows out of the state, and first whatever names them there."""
    ordered, removed = sorted(keys), 0
    key = kind.columns[0]
    for at in range(0, len(ordered), 5000):
        some = ordered[at : at + 5000]
        for other in needing(kind):
            field = next(field for field, model in other.parents if model is kind.model)
            named = other.model._base_manager.using(STATE).filter(**{f"{field.attname}__in": some})
            removed += remove(other, list(named.values_list("pk", flat=True)))
        marks = ", ".join(["%s"] * len(some))
        with connections[STATE].cursor() as cursor:
            cursor.execute(f"DELETE FROM {kind.table} WHERE {key} IN ({marks})", some)
            removed += int(cursor.rowcount)
    return removed


def write(kind: ObjectType, differs: Difference) -> list[list[Any]]:
    """Carry the rows over and write them; returns (key, reason) of those whose parent is missing at the state."""
    staged = f"resync_{kind.table}"
    columns = ", ".join(kind.columns)
    key, *others = kind.columns
    with connections[STATE].cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {staged}")
        cursor.execute(f"CREATE TEMPORARY TABLE {staged} AS SELECT {columns} FROM {kind.table} WHERE 1 = 0")
        carry(kind, sorted(differs.written), staged)
        refused: list[list[Any]] = []
        for named, parent in kind.parents:
            column, parent_key = named.column, parent._meta.pk.column  # type: ignore[union-attr]
            orphans = (
                f"FROM {staged} WHERE {column} IS NOT NULL AND NOT EXISTS "
                f"(SELECT 1 FROM {parent._meta.db_table} parent WHERE parent.{parent_key} = {staged}.{column})"
            )
            cursor.execute(f"SELECT {key} {orphans} ORDER BY {key}")
            lost = cursor.fetchall()
            if lost:
                refused += [[row[0], f"Its {parent._meta.verbose_name} is not at the state"] for row in lost]
                cursor.execute(f"DELETE {orphans}")
        pairs = ", ".join(f"{name} = staged.{name}" for name in others)
        update = f"UPDATE {kind.table} SET {pairs} FROM {staged} staged WHERE {kind.table}.{key} = staged.{key}"
        try:
            with transaction.atomic(STATE):
                cursor.execute(update)
        except IntegrityError:
            # Two rows have exchanged what only one may have, a State ID perhaps: out with them, and in again.
            cursor.execute(f"DELETE FROM {kind.table} WHERE {key} IN (SELECT {key} FROM {staged})")
        cursor.execute(
            f"INSERT INTO {kind.table} ({columns}) SELECT {columns} FROM {staged} staged "
            f"WHERE NOT EXISTS (SELECT 1 FROM {kind.table} stored WHERE stored.{key} = staged.{key})"
        )
        cursor.execute(f"DROP TABLE {staged}")
    return refused


def carry(kind: ObjectType, keys: list[Any], staged: str) -> None:
    """Rows of the District edition, as they are stored, into a table of the state's connection."""
    columns, key = ", ".join(kind.columns), kind.columns[0]
    here, there = connections[DISTRICT], connections[STATE]
    with here.cursor() as reading, there.cursor() as writing:
        if here.vendor == "postgresql":
            asked = f"COPY (SELECT {columns} FROM {kind.table} WHERE {key} = ANY(%s)) TO STDOUT"
            with reading.copy(asked, [keys]) as out, writing.copy(f"COPY {staged} ({columns}) FROM STDIN") as into:
                for data in out:
                    into.write(data)
            writing.execute(f"ANALYZE {staged}")
            return
        insert = f"INSERT INTO {staged} ({columns}) VALUES ({', '.join(['%s'] * len(kind.columns))})"
        for at in range(0, len(keys), 5000):
            some = keys[at : at + 5000]
            reading.execute(f"SELECT {columns} FROM {kind.table} WHERE {key} IN ({', '.join(['%s'] * len(some))})", some)
            writing.executemany(insert, reading.fetchall())


def _say(
    scope: Scope, copy: StateCopy | None, sent: Sent, names: tuple[str, ...], *, cursor: int, batch: UUID, attempt: int, by: str
) -> StateCopy:
    """Write what stands at the state now, beside the rows."""
    now: datetime = timezone.now()
    moved = bool(sent.written or sent.removed)
    earlier = copy.objects_sent if copy else {}
    told = {name: {"last": now.isoformat(), "processed": sent.processed[name], "errors": len(sent.refused.get(name, ()))} for name in names}
    complete = names == NAMES and not sent.refused
    records_sent = RECORDS.name in names and RECORDS.name not in sent.refused
    kept = {name: rows for name, rows in (copy.refused if copy else {}).items() if name not in names}
    copy = StateCopy(
        district=scope.district,
        generation=(copy.generation if copy else 0) + (moved or copy is None),
        end_year=scope.end_year,
        batch=batch,
        attempt=attempt,
        cursor=cursor if records_sent else copy.cursor if copy else 0,
        digest=canonical.digest(scope.at_state()) if moved or copy is None or copy.end_year != scope.end_year else copy.digest,
        sent_at=now,
        sent_by=by,
        complete_at=now if complete else copy.complete_at if copy else None,
        objects_sent={**earlier, **told},
        refused={**kept, **sent.refused},
    )
    copy.save(using=STATE)
    return copy
