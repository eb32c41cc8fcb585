"""Roster rows on their way in: typed, in temporary tables of the connection, whose rows live as
long as the transaction that uses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from pathways.roster.shape import Shape
from pathways.roster.shapes import SHAPES

CHUNK = 5_000
FEW = 500  # rows that are not worth statistics

Line = tuple[int, int]
"""Where a row came from: the file's place in what was sent, from 0, and the line in it."""


def prepare(cursor: Any, *shapes: Shape) -> None:
    """Empty tables for the rows of these kinds, or of all, and for what becomes of each. Must run
    inside the transaction that also plans and writes them.

    PostgreSQL keeps the tables as long as the connection, and their rows no longer than the
    transaction: of a small district, to make the tables takes longer than to fill them.
    """
    tables = [
        table
        for shape in shapes or SHAPES
        for table in ((shape.rows_in, _of_rows(shape)), (shape.plan, _of_plan(shape)))
    ]
    ends = " ON COMMIT DELETE ROWS" if connection.vendor == "postgresql" else ""
    statements = [
        sql
        for name, columns in tables
        for sql in (
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}){ends}",
            f"DELETE FROM {name}",
        )
    ]
    for sql in ("; ".join(statements),) if connection.vendor == "postgresql" else statements:
        cursor.execute(sql)


def _of_rows(shape: Shape) -> str:
    return ", ".join(["part integer, line integer", *_columns(shape.staged)])


def _of_plan(shape: Shape) -> str:
    return ", ".join(
        [
            "part integer, line integer, row_id bigint, problem text, operation text",
            *_columns({f"key_{column}": shape.staged[column] for column in shape.key}),
            *_columns({column: shape.planned[column] for column in shape.image}),
        ]
    )


def _columns(kinds: Mapping[str, str]) -> list[str]:
    return [f"{name} {kind}" for name, kind in kinds.items()]


def stage(
    cursor: Any, shape: Shape, rows: Iterable[tuple[Line, tuple[Any, ...]]], table: str = ""
) -> int:
    """Put rows into the shape's table, or one like it: where each came from, and its values in the
    order of `shape.staged`. Returns how many.
    """
    table = table or shape.rows_in
    names = ", ".join(("part", "line", *shape.staged))
    number = 0
    for chunk in _chunks(rows):
        number += len(chunk)
        values = [(*line, *typed) for line, typed in chunk]
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * (len(shape.staged) + 2))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
    analyze(cursor, table, number)
    return number


def analyze(cursor: Any, table: str, rows: int, columns: Sequence[str] = ()) -> None:
    """Let the database know what is in a table of so many rows; on PostgreSQL in these `columns`,
    and not in one of few rows, which is read as soon as it is analyzed.
    """
    if connection.vendor != "postgresql":
        cursor.execute(f"ANALYZE {table}")
    elif rows > FEW:
        of = f" ({', '.join(columns)})" if columns else ""
        cursor.execute(f"ANALYZE {table}{of}")


def clear(cursor: Any, *shapes: Shape) -> None:
    """Leave nothing of these kinds' rows, or of all, where the transaction's end does not see to
    it.
    """
    if connection.vendor != "postgresql":
        for shape in shapes or SHAPES:
            cursor.execute(f"DELETE FROM {shape.rows_in}")
            cursor.execute(f"DELETE FROM {shape.plan}")


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
