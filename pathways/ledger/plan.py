"""The plan of what becomes of staged rows, and the statements that carry it out, for any shape of
record.

One row and 100,000 rows run the same handful of statements. The SQL is plain enough for both
vendors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db import connection

from cte_portal.editions import Scope
from pathways.ledger.shape import RecordShape
from pathways.ledger.staging import PLAN, Staged


@dataclass(frozen=True)
class Statements:
    """What is run for the records of one shape. `update` and `create` take who saved them: date,
    name, end year; `record` takes the district, the same three, moment, source, batch, account.
    """

    plan: str
    update: str
    create: str
    delete: str
    record: str


@cache
def statements(shape: RecordShape) -> Statements:
    """The SQL of a shape; its tables of staging by the names that the code knows them by."""
    typed = ", ".join(shape.typed)
    plan_typed = ", ".join(f"plan.{name}" for name in shape.typed)
    key = ", ".join(shape.key)
    plan_key = ", ".join(f"plan.{name}" for name in shape.key)
    modified = (
        "COALESCE(plan.modified_date, %s), COALESCE(plan.modified_by, %s),"
        " COALESCE(plan.modified_end_year, %s)"
    )
    return Statements(
        plan=_plan(shape),
        update=f"""
UPDATE {shape.table}
SET {", ".join(f"{name} = plan.{name}" for name in shape.typed)}, version = plan.version,
    modified_date = COALESCE(plan.modified_date, %s),
    modified_by = COALESCE(plan.modified_by, %s),
    modified_end_year = COALESCE(plan.modified_end_year, %s)
FROM {PLAN} plan
WHERE {shape.table}.id = plan.record_id
  AND {shape.table}.version = plan.seen_version
  AND plan.operation = 'update'
""",
        create=f"""
INSERT INTO {shape.table}
    ({key}, {typed}, version, modified_date, modified_by, modified_end_year)
SELECT {plan_key}, {plan_typed}, plan.version, {modified}
FROM {PLAN} plan WHERE plan.operation = 'create' ORDER BY plan.line
""",
        delete=f"""
DELETE FROM {shape.table}
WHERE EXISTS (
    SELECT 1 FROM {PLAN} plan
    WHERE plan.record_id = {shape.table}.id
      AND plan.seen_version = {shape.table}.version
      AND plan.operation = 'delete'
)
""",
        record=f"""
INSERT INTO {shape.history}
    (district, {key}, version, operation, {typed}, modified_date, by, end_year, at, source, batch, by_id)
SELECT %s, {plan_key}, plan.version, plan.operation, {plan_typed}, {modified},
    COALESCE(plan.modified_at, %s), %s, %s, %s
FROM {PLAN} plan WHERE plan.operation IN ('create', 'update', 'delete') ORDER BY plan.line
""",
    )


def _plan(shape: RecordShape) -> str:
    # A record has the version of its last Change; only one that is new, or was deleted, is looked
    # for in the history.
    same = " AND ".join(f"stored.{name} = staged.{name}" for name in shape.typed)
    # A deleted row's Change keeps its last image; every other image is what was staged.
    image = ", ".join(
        f"CASE WHEN staged.delete_row THEN stored.{name} ELSE staged.{name} END AS {name}"
        for name in shape.typed
    )
    return f"""
SELECT
    staged.line,
    {", ".join(f"staged.{name}" for name in shape.key)},
    stored.id AS record_id,
    stored.version AS seen_version,
    CASE
        WHEN student.id IS NULL THEN 'stale'
        WHEN staged.version IS NOT NULL AND staged.version <> COALESCE(stored.version, 0) THEN 'stale'
        WHEN staged.delete_row AND stored.id IS NULL THEN 'unchanged'
        WHEN staged.delete_row THEN 'delete'
        WHEN stored.id IS NULL THEN 'create'
        WHEN {same} THEN 'unchanged'
        ELSE 'update'
    END AS operation,
    CASE
        WHEN stored.id IS NOT NULL THEN stored.version
        ELSE COALESCE((
            SELECT MAX(earlier.version) FROM {shape.history} earlier
            WHERE {_of_one_record("earlier", "staged", shape)}
        ), 0)
    END + 1 AS version,
    staged.modified_at,
    staged.modified_date,
    staged.modified_by,
    staged.modified_end_year,
    {image}
FROM {shape.rows_in} staged
LEFT JOIN pathways_student student ON student.id = staged.{shape.key[0]} AND student.district_id = %s
LEFT JOIN {shape.table} stored ON {_of_one_record("stored", "staged", shape)}
"""


def _of_one_record(table: str, second: str, shape: RecordShape) -> str:
    return " AND ".join(f"{table}.{name} = {second}.{name}" for name in shape.key)


def holds(scope: Scope, staged: Staged) -> bool:
    """Whether all students of the plan are the district's still, and all records as the plan has
    seen them. The ledger's last line alone does not say so: whoever drew an earlier one may commit
    later.
    """
    shape = staged.shape
    key = ", ".join(shape.key)
    students = "SELECT id FROM pathways_student WHERE district_id = %s"
    stored = f"FROM {shape.table} WHERE {shape.key[0]} IN ({students})"
    # Differences of sets, as the plan has no statistics: joined, each row would be looked for.
    select = f"""
SELECT EXISTS (
    SELECT {shape.key[0]} FROM {PLAN} WHERE operation <> 'stale' EXCEPT {students}
) OR EXISTS (
    SELECT record_id, seen_version FROM {PLAN}
    WHERE operation <> 'stale' AND record_id IS NOT NULL EXCEPT SELECT id, version {stored}
) OR EXISTS (
    SELECT {key} FROM {PLAN} WHERE operation <> 'stale' AND record_id IS NULL
    INTERSECT SELECT {key} {stored}
)
"""
    with connection.cursor() as cursor:
        staged.execute(cursor, select, [scope.district] * 3)
        return not cursor.fetchone()[0]


def make_plan(scope: Scope, staged: Staged) -> tuple[dict[str, int], tuple[int, ...]]:
    """One join: for each staged row, whether it is new, changed, unchanged, deleted or stale.
    Returns counts by operation and the stale lines.
    """
    with connection.cursor() as cursor:
        rows = staged.plan(cursor, statements(staged.shape).plan, [scope.district])
    counts: dict[str, int] = {}
    for operation, number, _ in rows:
        counts[operation] = counts.get(operation, 0) + number
    return counts, tuple(line for _, _, line in rows if line is not None)
