"""COPY out of PostgreSQL: what a statement finds, as the server writes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def copied(connection: BaseDatabaseWrapper, sql: str, values: Any) -> bytes:
    return b"".join(copied_lines(connection, sql, values))


def copied_lines(
    connection: BaseDatabaseWrapper, sql: str, values: Any
) -> Iterator[bytes | bytearray | memoryview]:
    """One row each, with its line end, as it arrives: however many there are, none is kept."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({cursor.mogrify(sql, values)}) TO STDOUT") as copy,
    ):
        yield from copy
