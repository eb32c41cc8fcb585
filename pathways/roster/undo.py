"""Taking a roster file back: what nobody has changed since becomes what it was; what others now
stand on stays, and is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from pathways.roster.shape import Shape
from pathways.roster.shapes import ENROLLMENT, SHAPES, STUDENT

MOVED, NEEDED, RECORDED = "changed since", "other rows depend on it", "the student has records"


@dataclass(frozen=True)
class Undone:
    """How many rows of a kind are as before, and how many stay, by reason."""

    name: str
    restored: int
    remaining: dict[str, int]


def undo(cursor: Any, values: dict[str, Any], batch: Any) -> list[Undone]:
    """Take back what a batch wrote, the kinds that need others first. Must hold the district alone.

    `values` are those of the new act (`ledger.Act.values`); `batch` is the id of the one that is
    taken back.
    """
    return [undo_kind(cursor, shape, values, batch) for shape in reversed(SHAPES)]


def undo_kind(cursor: Any, shape: Shape, values: dict[str, Any], batch: Any) -> Undone:
    """Take back what a batch wrote of one kind of row."""
    values = {**values, "undone": batch.hex if connection.vendor == "sqlite" else batch}
    kept = [column for column in shape.image if column != "district_id"]
    table = f"undo_{shape.table}"
    image = ", ".join(
        f"CASE WHEN before.id IS NULL THEN mine.{column} ELSE before.{column} END AS {column}"
        for column in kept
    )
    cursor.execute(f"DROP TABLE IF EXISTS {table}")
    cursor.execute(
        f"CREATE TEMPORARY TABLE {table} AS SELECT mine.row AS row_id, CASE mine.operation WHEN"
        " 'create' THEN 'delete' WHEN 'delete' THEN 'create' ELSE 'update' END AS operation,"
        f" (SELECT MAX(last.version) + 1 FROM {shape.history} last WHERE last.row = mine.row) AS"
        f" version, CASE WHEN {_moved(shape, kept)} THEN '{MOVED}' {_in_use(shape)}"
        f" {_in_the_way(shape)} END"
        f" AS reason, {image}"
        f" FROM {shape.history} mine LEFT JOIN {shape.history} before ON before.row = mine.row AND"
        " before.version = mine.version - 1 WHERE mine.batch = %(undone)s AND mine.district ="
        " %(district)s",
        values,
    )
    pairs = ", ".join(f"{column} = restored.{column}" for column in kept)
    cursor.execute(
        f"UPDATE {shape.table} SET {pairs} FROM {table} restored WHERE {shape.table}.id ="
        " restored.row_id AND restored.operation = 'update' AND restored.reason IS NULL"
    )
    restored = cursor.rowcount
    cursor.execute(
        f"DELETE FROM {shape.table} WHERE id IN (SELECT row_id FROM {table} WHERE operation ="
        " 'delete' AND reason IS NULL)"
    )
    restored += cursor.rowcount
    own = ", ".join("%(district)s" if column == "district_id" else column for column in shape.image)
    cursor.execute(
        f"INSERT INTO {shape.table} (id, {', '.join(shape.image)}) SELECT row_id, {own} FROM"
        f" {table} WHERE operation = 'create' AND reason IS NULL",
        values,
    )
    restored += cursor.rowcount
    for statement in shape.follow:
        rows = f"SELECT row_id FROM {table} WHERE operation <> 'delete' AND reason IS NULL"
        cursor.execute(statement.format(rows=rows))
    cursor.execute(
        f"INSERT INTO {shape.history} (district, row, version, operation, by, by_id, at, source,"
        f" batch, {', '.join(kept)}) SELECT %(district)s, row_id, version, operation, %(by)s,"
        f" CAST(%(by_id)s AS bigint), %(at)s, %(source)s, %(batch)s, {', '.join(kept)} FROM {table}"
        " WHERE reason IS NULL",
        values,
    )
    cursor.execute(f"SELECT reason, COUNT(*) FROM {table} WHERE reason IS NOT NULL GROUP BY reason")
    remaining = dict(cursor.fetchall())
    cursor.execute(f"DROP TABLE {table}")
    return Undone(shape.name, restored, remaining)


def _moved(shape: Shape, kept: list[str]) -> str:
    """Whether a row is not any more what the batch made of it. What later files did and was undone
    does not count; what somebody did on screen always does.
    """
    differs = " OR ".join(
        f"later.{column} <> mine.{column} OR (later.{column} IS NULL) <> (mine.{column} IS NULL)"
        for column in kept
    )
    return (
        f"EXISTS (SELECT 1 FROM {shape.history} later WHERE later.row = mine.row AND later.version"
        " > mine.version AND (mine.operation = 'delete' OR later.operation = 'delete' OR"
        f" later.source = 'screen' OR (({differs}) AND NOT EXISTS (SELECT 1 FROM {shape.history}"
        " after WHERE after.row = later.row AND after.version > later.version))))"
    )


def _in_the_way(shape: Shape) -> str:
    """Why a removed row cannot come back, as further branches of a CASE: another one has its place,
    or what it belongs to is gone.
    """
    same = " AND ".join(
        f"twin.{column} = {'%(district)s' if column == 'district_id' else f'mine.{column}'}"
        for column in shape.unique
    )
    branches = (
        f" WHEN mine.operation = 'delete' AND EXISTS (SELECT 1 FROM {shape.table} twin WHERE"
        f" {same}) THEN '{MOVED}'"
    )
    for parent in SHAPES:
        for column, field in shape.fields.items():
            if field.related_model is parent.model:
                branches += (
                    f" WHEN mine.operation = 'delete' AND NOT EXISTS (SELECT 1 FROM {parent.table}"
                    f" parent WHERE parent.id = mine.{column}) AND NOT EXISTS (SELECT 1 FROM"
                    f" {parent.history} gone WHERE gone.row = mine.{column} AND gone.batch ="
                    f" %(undone)s) THEN '{MOVED}'"
                )
    return branches


def _in_use(shape: Shape) -> str:
    """Why a row that the batch added cannot go, or one that it changed cannot change back, as
    further branches of a CASE.
    """
    branches = ""
    if shape is ENROLLMENT:
        # Whoever has records would leave the collection with the enrollment: always when it was
        # added, and a certified year changes nothing.
        student = (
            "EXISTS (SELECT 1 FROM pathways_participation record WHERE record.student_id ="
            " mine.student_id)"
        )
        branches += (
            f" WHEN (mine.operation = 'create' OR %(sealed)s = 1) AND {student} THEN '{RECORDED}'"
        )
    if shape is STUDENT:
        branches += (
            " WHEN mine.operation = 'create' AND EXISTS (SELECT 1 FROM pathways_participation"
            f" record WHERE record.student_id = mine.row) THEN '{RECORDED}'"
        )
    for table, column in shape.dependents:
        branches += (
            f" WHEN mine.operation = 'create' AND EXISTS (SELECT 1 FROM {table} child WHERE"
            f" child.{column} = mine.row) THEN '{NEEDED}'"
        )
    return branches
