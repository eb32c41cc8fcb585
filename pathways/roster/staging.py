"""Roster rows on their way in: typed, in temporary tables of the connection that live as long as
the transaction that uses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from pathways.roster.shape import Shape
from pathways.roster.shapes import SHAPES

CHUNK = 5_000
FEW = 500

Line = tuple[int, int]
"""Where a row came from: the file's place in what was sent, from 0, and the line in it."""


def prepare(cursor: Any) -> None:
    """Empty tables for every kind of row. Must run inside the transaction that also plans and
    writes them.
    """
    _prepare(cursor, SHAPES)


def prepare_kind(cursor: Any, shape: Shape) -> None:
    """An empty table for one kind of row."""
    _prepare(cursor, (shape,))


def _prepare(cursor: Any, shapes: Sequence[Shape]) -> None:
    created = []
    for shape in shapes:
        columns = ", ".join(f"{name} {kind}" for name, kind in shape.staged.items())
        created.append(
            f"CREATE TEMPORARY TABLE {shape.rows_in} (part integer, line integer, {columns})"
        )
    _execute(cursor, [*_dropped(shapes), *created])


def _dropped(shapes: Sequence[Shape]) -> list[str]:
    """Statements after which neither rows nor plans are there."""
    tables = [table for shape in shapes for table in (shape.rows_in, shape.plan)]
    names = [", ".join(tables)] if connection.vendor == "postgresql" else tables
    return [f"DROP TABLE IF EXISTS {name}" for name in names]


def _execute(cursor: Any, statements: Sequence[str]) -> None:
    """Statements without values, of which PostgreSQL takes many at once."""
    for sql in ("; ".join(statements),) if connection.vendor == "postgresql" else statements:
        cursor.execute(sql)


def stage(cursor: Any, shape: Shape, rows: Iterable[tuple[Line, tuple[Any, ...]]]) -> int:
    """Put rows into the shape's table: where each came from, and its values in the order of
    `shape.staged`. Returns how many.
    """
    names = ", ".join(("part", "line", *shape.staged))
    number = 0
    for chunk in _chunks(rows):
        number += len(chunk)
        values = [(*line, *typed) for line, typed in chunk]
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {shape.rows_in} ({names}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * (len(shape.staged) + 2))
            cursor.executemany(f"INSERT INTO {shape.rows_in} ({names}) VALUES ({marks})", values)
    analyze(cursor, shape.rows_in, number)
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


def drop(cursor: Any) -> None:
    _execute(cursor, _dropped(SHAPES))


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
