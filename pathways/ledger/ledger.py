"""The only writer of participations in the District edition (ADR 0002).

Form, grid, upload, undo and demo stage their rows and come here: one join makes the plan, then
UPDATE, INSERT and DELETE follow the plan, and one INSERT … SELECT writes the history.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.db.models import UniqueConstraint
from django.utils import timezone

from cte_portal.editions import Edition, Scope
from pathways.ledger.judgment import Judgment
from pathways.ledger.locks import lock_district
from pathways.ledger.plan import holds, make_plan, statements
from pathways.ledger.refusals import (
    Busy,
    Locked,
    NoActiveYear,
    NotApplied,
    OtherYear,
    Refused,
    StagingLost,
    Stale,
)
from pathways.ledger.shape import SHAPES, RecordShape
from pathways.ledger.staging import Staged, names_a_missing_table
from pathways.models import Change, CollectionLock

__all__ = [
    "Applied",
    "Busy",
    "Locked",
    "NoActiveYear",
    "NotApplied",
    "OtherYear",
    "Refused",
    "StagingLost",
    "Stale",
    "apply",
    "preview",
    "refusals_named",
]


@dataclass(frozen=True)
class Applied:
    """What a call wrote, as counts of rows."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    stale: tuple[int, ...] = field(default=())

    @classmethod
    def by_plan(cls, counts: dict[str, int], stale: tuple[int, ...]) -> Applied:
        """From the counts by operation and the stale lines of a plan."""
        return cls(
            counts.get("create", 0),
            counts.get("update", 0),
            counts.get("delete", 0),
            counts.get("unchanged", 0),
            stale,
        )

    @property
    def counts(self) -> dict[str, int]:
        """By operation, as the plan names it."""
        return {
            "create": self.created,
            "update": self.updated,
            "delete": self.deleted,
            "unchanged": self.unchanged,
        }

    @property
    def written(self) -> int:
        return self.created + self.updated + self.deleted


@dataclass(frozen=True)
class Standing:
    """How a district stands at one moment, under its lock."""

    cursor: int
    generation: int
    active_end_year: int
    closed: bool


def apply(
    scope: Scope,
    staged: Staged,
    *,
    by: str,
    by_id: int | None = None,
    source: Change.Source,
    checked: Judgment | None,
    check: Callable[[Scope, Staged], Judgment] | None = None,
    plan: Applied | None = None,
    skip_stale: bool = False,
    batch: UUID | None = None,
    exclusive: bool = False,
) -> Applied:
    """Write the staged rows of a district, all or none, and their history.

    `by` is the author as records show her, `by_id` her account: two people may have one name. The
    demo has no account. `checked` is what the catalogue said of these rows; when the district's
    records or OPI's reference data have moved since, `check` says it again under the lock. None
    stands for rows that need no leave: undo, restore, demo. `plan` is what `preview` has said of
    the rows since they were checked: its plan is carried out unless something has moved. A row
    whose version the person did not see stops the whole call with `Stale`, or is left out and named
    in the result with `skip_stale`.
    Raises NotApplied; then nothing is written.
    """
    assert scope.edition is Edition.DISTRICT, "the State edition is written by resync alone"
    refusal: NotApplied
    with refusals_named():
        with transaction.atomic():
            lock_district(scope, exclusive=exclusive)
            try:
                standing = _standing(scope, staged.shape)
                if standing.active_end_year != scope.end_year:
                    raise OtherYear(scope.end_year, standing.active_end_year)
                if standing.closed:
                    raise Locked(
                        CollectionLock.objects.filter(
                            district=scope.district,
                            end_year=scope.end_year,
                            collection=staged.shape.collection,
                        ).first()
                    )
                settled = checked is not None and (checked.cursor, checked.generation) == (
                    standing.cursor,
                    standing.generation,
                )
                if checked and check and not settled:
                    checked = check(scope, staged)
                if checked and checked.refused:
                    raise Refused(checked.refused)
                if plan and settled and holds(scope, staged):
                    counts, stale = plan.counts, plan.stale
                else:
                    counts, stale = make_plan(scope, staged)
                if stale and not skip_stale:
                    raise Stale(stale)
            except (OtherYear, Locked, Refused, Stale) as why:
                refusal = why
            else:
                with connection.cursor() as cursor:
                    return _follow(
                        cursor,
                        scope,
                        staged,
                        standing,
                        counts,
                        stale,
                        by=by,
                        by_id=by_id,
                        source=source,
                        batch=batch,
                    )
        # Nothing is written yet, so it ends like any transaction: at a rollback psycopg forgets all
        # that is prepared on the connection.
        raise refusal


def preview(scope: Scope, staged: Staged) -> Applied:
    """What `apply` would do with the staged rows if nothing else happened; the plan stays in the
    temporary table `ledger_plan`.
    """
    return Applied.by_plan(*make_plan(scope, staged))


@contextmanager
def refusals_named() -> Iterator[None]:
    """The database's own refusals as `NotApplied`: who waits too long, who loses a race, who meets
    a closed collection.
    """
    try:
        yield
    except (OperationalError, ProgrammingError, psycopg.errors.UndefinedTable) as error:
        if names_a_missing_table(error):
            raise StagingLost from error
        busy = getattr(error.__cause__, "sqlstate", None) == "55P03" or "database is locked" in str(
            error
        )
        if not busy:
            raise
        raise Busy from error
    except IntegrityError as error:
        if "pathways_collection_is_locked" in str(error):
            raise Locked(None) from error
        if raced(error):
            raise Stale from error
        raise


def raced(error: IntegrityError) -> bool:
    """Whether somebody wrote the same record or the same version in the same moment."""
    return any(mark in str(error) for shape in SHAPES for mark in _marks_of_a_race(shape))


def _marks_of_a_race(shape: RecordShape) -> Iterator[str]:
    """How the databases name what was written twice: the constraint, or on SQLite its columns."""
    version: tuple[str, ...] = (*shape.key, "version")
    for model, columns in ((shape.model, shape.key), (shape.change, version)):
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                yield constraint.name
        yield ", ".join(f"{model._meta.db_table}.{column}" for column in columns)


def _standing(scope: Scope, shape: RecordShape) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT
                COALESCE((SELECT MAX(id) FROM {shape.history} WHERE district = %s), 0),
                (SELECT generation FROM pathways_referencegeneration WHERE id = 1),
                active.end_year,
                EXISTS (
                    SELECT 1 FROM pathways_collectionlock closed
                    WHERE closed.district = %s AND closed.end_year = active.end_year AND closed.collection = %s
                )
            FROM pathways_schoolyear active WHERE active.is_active
            """,
            [scope.district, scope.district, shape.collection],
        )
        row = cursor.fetchone()
        if row is None:
            raise NoActiveYear
        at, generation, active_end_year, closed = row
        return Standing(at, generation or 0, active_end_year, bool(closed))


def _follow(
    cursor: Any,
    scope: Scope,
    staged: Staged,
    standing: Standing,
    counts: dict[str, int],
    stale: tuple[int, ...],
    *,
    by: str,
    by_id: int | None,
    source: Change.Source,
    batch: UUID | None,
) -> Applied:
    """Carry out the plan. A row that somebody else wrote between plan and write is not met, and
    stops the call.
    """
    sql, now = statements(staged.shape), timezone.now()
    modified: list[Any] = [timezone.localdate(now), by, standing.active_end_year]
    for operation, statement, values in (
        ("update", sql.update, modified),
        ("create", sql.create, modified),
        ("delete", sql.delete, []),
    ):
        planned = counts.get(operation, 0)
        if planned and staged.written(cursor, statement, _for_vendor(values)) != planned:
            raise Stale
    applied = Applied.by_plan(counts, stale)
    if applied.written:
        marker = batch.hex if batch and connection.vendor == "sqlite" else batch
        staged.execute(
            cursor,
            sql.record,
            _for_vendor([scope.district, *modified, now, source.value, marker, by_id]),
        )
    return applied


def _for_vendor(values: list[Any]) -> list[Any]:
    return [
        (
            connection.ops.adapt_datetimefield_value(value)
            if isinstance(value, datetime.datetime)
            else value
        )
        for value in values
    ]
