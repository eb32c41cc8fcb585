"""What PostgreSQL knows of stored tables, by which it plans, made anew after many rows were
written: a table that has grown is planned for as if it had not.
"""

from __future__ import annotations

from django.db import connection


def renew(*tables: str) -> None:
    """Only its owner may analyze a table, and a worker owns none: the owner's own function does it
    (migration 0037). SQLite's plans need no statistics.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute("SELECT pathways_renew_statistics(%s)", [table])
