"""Rows of a raw statement, typed alike on both databases: a date is a date and credits are
decimals, wherever the statement found them.

A column of a temporary table or of an expression has no declared type on SQLite, which then gives
back text, floats, and 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col

from pathways.ledger.shape import PARTICIPATION

TYPES = {name: PARTICIPATION.fields[name] for name in PARTICIPATION.typed}
"""What a person types of a record, by its column."""
TOTAL = models.DecimalField(max_digits=20, decimal_places=2)
"""A sum of credits, however far beyond what is allowed."""


def typed(
    connection: BaseDatabaseWrapper, cursor: Any, fields: Sequence[models.Field[Any, Any] | None]
) -> Iterator[tuple[Any, ...]]:
    """The statement's rows, each column as its field would give it. None stands for keys, numbers
    and text, which need nothing.
    """
    columns = [Col("", field) if field else None for field in fields]
    converters = [
        (
            [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
            if column
            else []
        )
        for column in columns
    ]
    while rows := cursor.fetchmany(2000):
        for row in rows:
            values = list(row)
            for at, column in enumerate(columns):
                for convert in converters[at]:
                    values[at] = convert(values[at], column, connection)
            yield tuple(values)
