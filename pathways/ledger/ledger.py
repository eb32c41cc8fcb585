"""The only writer of participations in the District edition (ADR 0002).

Form, grid, upload, undo and demo stage their rows and come here. One row and 100,000 rows run the
same handful of statements: one join makes the plan, then UPDATE, INSERT and DELETE follow the plan,
and one INSERT … SELECT writes the history. The SQL is plain enough for both vendors.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django.utils import timezone

from cte_portal.editions import Edition, Scope
from pathways.ledger.judgment import Judgment
from pathways.ledger.locks import lock_district
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
from pathways.ledger.staging import PLAN, TABLE, TYPED, Staged, names_a_missing_table
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
    skip_stale: bool = False,
    batch: UUID | None = None,
    exclusive: bool = False,
) -> Applied:
    """Write the staged rows of a district, all or none, and their history.

    `by` is the author as records show her, `by_id` her account: two people may have one name. The
    demo has no account. `checked` is what the catalogue said of these rows; when the district's
    records or OPI's reference data have moved since, `check` says it again under the lock. None
    stands for rows that need no leave: undo, restore, demo. A row whose version the person did not
    see stops the whole call with `Stale`, or is left out and named in the result with `skip_stale`.
    Raises NotApplied; then nothing is written.
    """
    assert scope.edition is Edition.DISTRICT, "the State edition is written by resync alone"
    with refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=exclusive)
        standing = _standing(scope)
        if standing.active_end_year != scope.end_year:
            raise OtherYear(scope.end_year, standing.active_end_year)
        if standing.closed:
            raise Locked(
                CollectionLock.objects.on_participations(
                    scope.district, standing.active_end_year
                ).first()
            )
        if (
            checked
            and (checked.cursor, checked.generation) != (standing.cursor, standing.generation)
            and check
        ):
            checked = check(scope, staged)
        if checked and checked.refused:
            raise Refused(checked.refused)
        counts, stale = _plan(scope, staged)
        if stale and not skip_stale:
            raise Stale(stale)
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


def preview(scope: Scope, staged: Staged) -> Applied:
    """What `apply` would do with the staged rows if nothing else happened; the plan stays in the
    temporary table `ledger_plan`.
    """
    counts, stale = _plan(scope, staged)
    return Applied(
        counts.get("create", 0),
        counts.get("update", 0),
        counts.get("delete", 0),
        counts.get("unchanged", 0),
        stale,
    )


@contextmanager
def refusals_named():  # type: ignore[no-untyped-def]
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
    names = (
        "pathways_one_record_per_student_and_pathway",
        "pathways_one_change_per_record_and_version",
    )
    columns = (
        "pathways_participation.student_id, pathways_participation.pathway_id",
        "pathways_change.student_id, pathways_change.pathway_id, pathways_change.version",
    )
    return any(name in str(error) for name in (*names, *columns))


def _standing(scope: Scope) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                COALESCE((SELECT MAX(id) FROM pathways_change WHERE district = %s), 0),
                (SELECT generation FROM pathways_referencegeneration WHERE id = 1),
                active.end_year,
                EXISTS (
                    SELECT 1 FROM pathways_collectionlock closed
                    WHERE closed.district = %s AND closed.end_year = active.end_year AND closed.collection = %s
                )
            FROM pathways_schoolyear active WHERE active.is_active
            """,
            [scope.district, scope.district, CollectionLock.Collection.END_OF_YEAR],
        )
        found = cursor.fetchone()
        if found is None:
            raise NoActiveYear
        at, generation, active_end_year, closed = found
        return Standing(at, generation or 0, active_end_year, bool(closed))


_SAME = " AND ".join(f"stored.{name} = staged.{name}" for name in TYPED)
# A deleted row's Change keeps its last image; every other image is what was staged.
_IMAGE = ", ".join(
    f"CASE WHEN staged.delete_row THEN stored.{name} ELSE staged.{name} END AS {name}"
    for name in TYPED
)
_MAKE_PLAN = f"""
CREATE TEMPORARY TABLE {PLAN} AS
SELECT
    staged.line,
    staged.student_id,
    staged.pathway_id,
    stored.id AS participation_id,
    stored.version AS seen_version,
    CASE
        WHEN student.id IS NULL THEN 'stale'
        WHEN staged.version IS NOT NULL AND staged.version <> COALESCE(stored.version, 0) THEN 'stale'
        WHEN staged.delete_row AND stored.id IS NULL THEN 'unchanged'
        WHEN staged.delete_row THEN 'delete'
        WHEN stored.id IS NULL THEN 'create'
        WHEN {_SAME} THEN 'unchanged'
        ELSE 'update'
    END AS operation,
    COALESCE((
        SELECT MAX(earlier.version) FROM pathways_change earlier
        WHERE earlier.student_id = staged.student_id AND earlier.pathway_id = staged.pathway_id
    ), 0) + 1 AS version,
    staged.modified_at,
    staged.modified_date,
    staged.modified_by,
    staged.modified_end_year,
    {_IMAGE}
FROM {TABLE} staged
LEFT JOIN pathways_student student ON student.id = staged.student_id AND student.district_id = %s
LEFT JOIN pathways_participation stored ON stored.student_id = staged.student_id AND stored.pathway_id = staged.pathway_id
"""


def _plan(scope: Scope, staged: Staged) -> tuple[dict[str, int], tuple[int, ...]]:
    """One join: for each staged row, whether it is new, changed, unchanged, deleted or stale.
    Returns counts and the stale lines.
    """
    with connection.cursor() as cursor:
        drop, make = staged.own(f"DROP TABLE IF EXISTS {PLAN}"), staged.own(_MAKE_PLAN)
        if connection.vendor == "postgresql":
            cursor.execute(f"{drop};{make}", [scope.district])  # one way to the server and back
        else:
            cursor.execute(drop)
            cursor.execute(make, [scope.district])
        each = (
            f"SELECT operation, COUNT(*), CASE WHEN operation = 'stale' THEN line END FROM {PLAN}"
            " GROUP BY 1, 3 ORDER BY 3"
        )
        cursor.execute(staged.own(each))
        found = cursor.fetchall()
    counts: dict[str, int] = {}
    for operation, number, _ in found:
        counts[operation] = counts.get(operation, 0) + number
    return counts, tuple(line for operation, _, line in found if operation == "stale")


_TYPED = ", ".join(TYPED)
_PLAN_TYPED = ", ".join(f"plan.{name}" for name in TYPED)
_MODIFIED = (
    "COALESCE(plan.modified_date, %s), COALESCE(plan.modified_by, %s),"
    " COALESCE(plan.modified_end_year, %s)"
)
_UPDATE = f"""
UPDATE pathways_participation
SET {", ".join(f"{name} = plan.{name}" for name in TYPED)}, version = plan.version,
    modified_date = COALESCE(plan.modified_date, %s),
    modified_by = COALESCE(plan.modified_by, %s),
    modified_end_year = COALESCE(plan.modified_end_year, %s)
FROM {PLAN} plan
WHERE pathways_participation.id = plan.participation_id
  AND pathways_participation.version = plan.seen_version
  AND plan.operation = 'update'
"""
_INSERT = f"""
INSERT INTO pathways_participation
    (student_id, pathway_id, {_TYPED}, version, modified_date, modified_by, modified_end_year)
SELECT plan.student_id, plan.pathway_id, {_PLAN_TYPED}, plan.version, {_MODIFIED}
FROM {PLAN} plan WHERE plan.operation = 'create' ORDER BY plan.line
"""
_DELETE = f"""
DELETE FROM pathways_participation
WHERE EXISTS (
    SELECT 1 FROM {PLAN} plan
    WHERE plan.participation_id = pathways_participation.id
      AND plan.seen_version = pathways_participation.version
      AND plan.operation = 'delete'
)
"""
_RECORD = f"""
INSERT INTO pathways_change
    (district, student_id, pathway_id, version, operation, {_TYPED}, modified_date, by, end_year, at, source, batch, by_id)
SELECT %s, plan.student_id, plan.pathway_id, plan.version, plan.operation, {_PLAN_TYPED}, {_MODIFIED},
    COALESCE(plan.modified_at, %s), %s, %s, %s
FROM {PLAN} plan WHERE plan.operation IN ('create', 'update', 'delete') ORDER BY plan.line
"""


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
    now = timezone.now()
    modified: list[Any] = [timezone.localdate(now), by, standing.active_end_year]
    for operation, statement, values in (
        ("update", _UPDATE, modified),
        ("create", _INSERT, modified),
        ("delete", _DELETE, []),
    ):
        if counts.get(operation):
            cursor.execute(staged.own(statement), _for_vendor(values))
            if cursor.rowcount != counts[operation]:
                raise Stale
    applied = Applied(
        counts.get("create", 0),
        counts.get("update", 0),
        counts.get("delete", 0),
        counts.get("unchanged", 0),
        stale,
    )
    if applied.written:
        marker = batch.hex if batch and connection.vendor == "sqlite" else batch
        cursor.execute(
            staged.own(_RECORD),
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
