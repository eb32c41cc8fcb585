"""COPY out of PostgreSQL: what a statement finds, as the server writes it."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def copied(connection: BaseDatabaseWrapper, sql: str, values: Any) -> bytes:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({cursor.mogrify(sql, values)}) TO STDOUT") as copy,
    ):
        return b"".join(copy)
