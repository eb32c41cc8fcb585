"""What PostgreSQL knows of the tables of roster data, by which it plans."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from pathways.ledger import statistics
from pathways.roster.shapes import BY_NAME

GROWN = 10
"""A table has grown when one row of so many is new."""


def renew(new: Mapping[str, int]) -> None:
    """Make new statistics where `new` rows, by kind, are many. Where a table has hardly grown, as
    with the last of many districts, they hold, and would cost more than the upload.
    """
    if connection.vendor != "postgresql":
        return
    rows = {BY_NAME[name].table: number for name, number in new.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples FROM pg_class WHERE relnamespace ="
            " current_schema()::regnamespace AND relname = ANY(%s)",
            [list(rows)],
        )
        for table, known in cursor.fetchall():
            if rows[table] * GROWN > known:
                statistics.renew(table)
