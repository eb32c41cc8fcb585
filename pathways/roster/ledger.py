"""The only writer of roster data (ADR 0011): one join makes a kind's plan, the plan is written
set-wise, and its history with it.

Everything here runs inside a transaction that holds the district alone. 10,000 rows run the
statements of one row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from cte_portal.editions import Scope
from pathways.ledger.refusals import Stale
from pathways.models import CollectionLock, RowChange, SchoolYear
from pathways.roster import certified_year, staging
from pathways.roster.problems import ON_SCREEN, PROBLEMS, REPEATED, TWICE
from pathways.roster.shape import Shape
from pathways.roster.shapes import ENROLLMENT

FIRST = "'create'"
WRITTEN = ("create", "update", "delete")
EVERY_ROW = "all"
"""Instead of the rows in which a file decides over the screen, each as *Student:12*."""


@dataclass(frozen=True)
class Act:
    """On whose behalf roster data are written, and for which district and year."""

    scope: Scope
    by: str
    by_id: int | None
    source: RowChange.Source
    batch: UUID | None = None
    every_grade: bool = False
    """Whether new students below grade 7 are taken from a file as well."""
    to_overrule: frozenset[str] = frozenset()
    """The rows changed on screen in which the file decides, or `EVERY_ROW`."""

    def values(self) -> dict[str, Any]:
        """What the statements need to know."""
        year = SchoolYear.objects.get(end_year=self.scope.end_year)
        closed = CollectionLock.objects.on_participations(
            self.scope.district, self.scope.end_year
        ).exists()
        now = timezone.now()
        return {
            "district": self.scope.district,
            "year": self.scope.end_year,
            "year_starts": connection.ops.adapt_datefield_value(year.starts),
            "sealed": 1 if closed else 0,
            "every_grade": 1 if self.every_grade else 0,
            "by": self.by,
            "by_id": self.by_id,
            "source": self.source.value,
            "at": connection.ops.adapt_datetimefield_value(now),
            "batch": self.batch.hex if self.batch and connection.vendor == "sqlite" else self.batch,
        }


def plan(
    cursor: Any, shape: Shape, values: dict[str, Any], to_overrule: Collection[str] = ()
) -> dict[str, int]:
    """Decide what becomes of each staged row of a kind, whose parents are written. Returns counts
    by operation.

    The file decides over what was entered on screen in the rows `to_overrule`. The plan stays in
    `shape.plan`: part, line, row_id, problem, operation, and the image.
    """
    cases = " ".join(
        f"WHEN {condition} THEN '{problem.id}'" for problem, condition in _conditions(shape)
    )
    image = ", ".join(shape.image.values())
    same = " AND ".join(
        _same(f"stored.{column}", f"({expression})") for column, expression in shape.image.items()
    )
    cursor.execute(
        f"INSERT INTO {shape.plan} SELECT staged.part, staged.line, stored.id, CASE {cases} END,"
        f" CASE WHEN stored.id IS NULL THEN 'create' WHEN {same} THEN 'unchanged' ELSE 'update' END,"
        f" {', '.join(f'staged.{column}' for column in shape.key)}, {image} FROM {shape.rows_in}"
        f" staged {shape.joins}",
        values,
    )
    staging.analyze(cursor, shape.plan, cursor.rowcount, ("row_id", "problem", "operation"))
    _overrule(cursor, shape, to_overrule)
    _unequal_twins(cursor, shape)
    if shape is ENROLLMENT and values["sealed"]:
        certified_year.hold(cursor, values)
    cursor.execute(
        f"SELECT operation, problem, COUNT(*) FROM {shape.plan} GROUP BY operation, problem"
    )
    counts: dict[str, int] = {}
    for operation, problem, number in cursor.fetchall():
        name = operation if problem is None else PROBLEMS[problem].becomes.value
        counts[name] = counts.get(name, 0) + number
    return counts


def _overrule(cursor: Any, shape: Shape, to_overrule: Collection[str]) -> None:
    """Let the file decide where somebody has seen both values and chosen the file's."""
    of_kind = [token.split(":")[1] for token in to_overrule if token.startswith(f"{shape.name}:")]
    if EVERY_ROW not in to_overrule and not of_kind:
        return
    rows = (
        "" if EVERY_ROW in to_overrule else f" AND row_id IN ({', '.join(['%s'] * len(of_kind))})"
    )
    cursor.execute(
        f"UPDATE {shape.plan} SET problem = NULL WHERE problem = %s{rows}",
        [ON_SCREEN.id, *(int(row) for row in of_kind if rows)],
    )


def _conditions(shape: Shape) -> list[tuple[Any, str]]:
    """The shape's own problems, and what no file overrules: a value that a person gave or took
    away on screen since the last file.
    """
    kept = [column for column in shape.image if column != "district_id"]
    overruled = " OR ".join(
        f"NOT {_same(f'stored.{column}', f'({shape.image[column]})')} AND"
        f" ({_filled(shape, column)} OR before.id IS NOT NULL AND NOT"
        f" {_same(f'before.{column}', f'last.{column}')})"
        for column in kept
    )
    on_screen = (
        "%(source)s = 'file' AND stored.id IS NOT NULL AND EXISTS (SELECT 1 FROM"
        f" {shape.history} last LEFT JOIN"
        f" {shape.history} before ON before.row = last.row AND before.version = last.version - 1"
        " WHERE last.row = stored.id AND last.source = 'screen' AND NOT EXISTS (SELECT 1 FROM"
        f" {shape.history} later WHERE later.row = last.row AND later.version > last.version) AND"
        f" ({overruled}))"
    )
    return [*shape.problems, (ON_SCREEN, on_screen)]


def _filled(shape: Shape, column: str) -> str:
    """Whether something stands in a stored column; what was left empty on screen, a file may fill."""
    is_text = isinstance(shape.fields[column], models.CharField)
    return f"stored.{column} <> ''" if is_text else f"stored.{column} IS NOT NULL"


def _same(before: str, after: str) -> str:
    return f"({before} = {after} OR ({before} IS NULL AND {after} IS NULL))"


def _unequal_twins(cursor: Any, shape: Shape) -> None:
    """Rows of the file that name the same item: equal ones count once, different ones are all
    refused.
    """
    keys = ", ".join(f"key_{column}" for column in shape.key)
    # Most files have none. The stored columns tell the same as the keys, and are shorter.
    unique = ", ".join(column for column in shape.unique if column != "district_id")
    cursor.execute(
        f"SELECT 1 FROM {shape.plan} WHERE problem IS NULL GROUP BY {unique} HAVING COUNT(*) > 1"
        " LIMIT 1"
    )
    if cursor.fetchone() is None:
        return
    on = " AND ".join(
        _same(f"twins.key_{column}", f"{shape.plan}.key_{column}") for column in shape.key
    )
    alike = " AND ".join(f"MIN({_text(column)}) = MAX({_text(column)})" for column in shape.image)
    cursor.execute("DROP TABLE IF EXISTS roster_twins")
    cursor.execute(
        f"CREATE TEMPORARY TABLE roster_twins AS SELECT {keys}, CASE WHEN {alike} THEN 1 ELSE 0 END"
        f" AS alike, MIN(part * 10000000 + line) AS first FROM {shape.plan} WHERE problem IS NULL"
        f" GROUP BY {keys} HAVING COUNT(*) > 1"
    )
    cursor.execute(
        f"UPDATE {shape.plan} SET problem = CASE WHEN twins.alike = 1 THEN %s ELSE %s END FROM"
        f" roster_twins twins WHERE {on} AND problem IS NULL AND (twins.alike = 0 OR twins.first <>"
        " part * 10000000 + line)",
        [REPEATED.id, TWICE.id],
    )
    cursor.execute("DROP TABLE roster_twins")


def _text(column: str) -> str:
    return f"COALESCE(CAST({column} AS text), '')"


def apply(
    cursor: Any, shape: Shape, values: dict[str, Any], planned: Mapping[str, int] | None = None
) -> int:
    """Write what the plan says, and its history. Returns the number of rows written; raises Stale
    when a row moved in between. `planned` are the counts of `plan`, where nothing of the plan was
    changed since.
    """
    columns = tuple(shape.image)
    kept = tuple(column for column in columns if column != "district_id")
    good = "plan.problem IS NULL"
    counts = _good(cursor, shape) if planned is None else planned
    if not any(counts.get(operation) for operation in WRITTEN):
        return 0
    stored = ", ".join(f"stored.{column}" for column in kept)
    if counts.get("update") or counts.get("delete"):
        cursor.execute(
            f"INSERT INTO {shape.history} (district, row, version, operation, by, at, source,"
            f" batch, {', '.join(kept)}) SELECT %(district)s, stored.id, 1, 'found', '', %(at)s,"
            f" %(source)s, NULL, {stored} FROM {shape.plan} plan JOIN {shape.table} stored ON"
            f" stored.id = plan.row_id WHERE {good} AND plan.operation IN ('update', 'delete') AND"
            f" NOT EXISTS (SELECT 1 FROM {shape.history} earlier WHERE earlier.row = stored.id)",
            values,
        )
    if counts.get("update"):
        pairs = ", ".join(f"{column} = plan.{column}" for column in columns)
        cursor.execute(
            f"UPDATE {shape.table} SET {pairs} FROM {shape.plan} plan "
            f"WHERE {shape.table}.id = plan.row_id AND {good} AND plan.operation = 'update'"
        )
        if cursor.rowcount != counts["update"]:
            raise Stale
        for statement in shape.follow:
            rows = f"SELECT row_id FROM {shape.plan} plan WHERE {good} AND operation = 'update'"
            cursor.execute(statement.format(rows=rows))
    if counts.get("delete"):
        cursor.execute(
            f"DELETE FROM {shape.table} WHERE id IN (SELECT row_id FROM {shape.plan} plan WHERE"
            f" {good} AND plan.operation = 'delete')"
        )
        if cursor.rowcount != counts["delete"]:
            raise Stale
    if counts.get("update") or counts.get("delete"):
        version = (
            f"COALESCE((SELECT MAX(earlier.version) FROM {shape.history} earlier WHERE earlier.row"
            " = plan.row_id), 0) + 1"
        )
        cursor.execute(
            f"INSERT INTO {shape.history} ({_of_history(kept)}) SELECT"
            f" {_in_history('plan.row_id', version, 'plan.operation')},"
            f" {', '.join(f'plan.{column}' for column in kept)} FROM {shape.plan} plan WHERE {good}"
            " AND plan.operation IN ('update', 'delete') ORDER BY plan.part, plan.line",
            values,
        )
    if counts.get("create"):
        _create(cursor, shape, kept, values)
        if cursor.rowcount != counts["create"]:
            raise Stale
    return sum(counts.get(operation, 0) for operation in WRITTEN)


def _good(cursor: Any, shape: Shape) -> dict[str, int]:
    """How many rows of a plan are written, by operation."""
    cursor.execute(
        f"SELECT operation, COUNT(*) FROM {shape.plan} WHERE problem IS NULL GROUP BY operation"
    )
    return dict(cursor.fetchall())


def _of_history(kept: tuple[str, ...]) -> str:
    return f"district, row, version, operation, by, by_id, at, source, batch, {', '.join(kept)}"


def _in_history(row: str, version: str, operation: str) -> str:
    """The values of a line of history before those of its row."""
    return (
        f"%(district)s, {row}, {version}, {operation}, %(by)s, CAST(%(by_id)s AS bigint), %(at)s,"
        " %(source)s, %(batch)s"
    )


def _create(cursor: Any, shape: Shape, kept: tuple[str, ...], values: dict[str, Any]) -> None:
    """The new rows, and their history of what was written. `cursor.rowcount` tells how many."""
    columns = tuple(shape.image)
    rows = f"FROM {shape.plan} plan WHERE plan.problem IS NULL AND plan.operation = 'create'"
    into = f"INSERT INTO {shape.history} ({_of_history(kept)})"
    planned = ", ".join(f"plan.{column}" for column in columns)
    origin, row = (
        ("written", "written.id") if connection.vendor == "postgresql" else ("plan", "plan.row_id")
    )
    history = (
        f"{_in_history(row, '1', FIRST)}, {', '.join(f'{origin}.{column}' for column in kept)}"
    )
    if connection.vendor == "postgresql":
        cursor.execute(
            f"WITH written AS (INSERT INTO {shape.table} ({', '.join(columns)}) SELECT {planned}"
            f" {rows} ORDER BY plan.part, plan.line RETURNING id, {', '.join(kept)}) {into} SELECT"
            f" {history} FROM written",
            values,
        )
        return
    # SQLite returns no rows to another statement: each has its id before it is written, one that
    # no row has had.
    cursor.execute(
        f"UPDATE {shape.plan} SET row_id = rowid + COALESCE((SELECT seq FROM sqlite_sequence WHERE"
        f" name = '{shape.table}'), 0) WHERE problem IS NULL AND operation = 'create'"
    )
    cursor.execute(
        f"INSERT INTO {shape.table} (id, {', '.join(columns)}) SELECT plan.row_id, {planned} {rows}"
        " ORDER BY plan.part, plan.line"
    )
    cursor.execute(
        f"{into} SELECT {history} {rows} ORDER BY plan.part, plan.line",
        values,
    )
