"""Rows on their way in: typed, not yet judged, in a temporary table of the connection.

A form stages one row, a grid 200, an upload a million; from here on all go the same way. Staging runs outside any write transaction
(ADR 0003): on SQLite `executemany` in autocommit leaves the file's write lock alone, which `bulk_create` would not.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db import connection

from pathways.models import Change, Participation

TABLE = "staged_participation"

# Amounts have no scale: a third decimal is for a rule to refuse, not for the database to round away.
_TYPES = {
    "line": "integer PRIMARY KEY",
    "student_id": "bigint",
    "pathway_id": "bigint",
    "concentrator": "boolean",
    "single_parent": "boolean",
    "start_date": "date",
    "in_district_credits": "numeric",
    "out_of_district_credits": "numeric",
    "dual_enrollment_credits": "numeric",
    "work_based_learning_credits": "numeric",
    "version": "integer",
    "delete_row": "boolean NOT NULL",
    "modified_at": "timestamp with time zone",
    "modified_date": "date",
    "modified_by": "varchar(120)",
    "modified_end_year": "integer",
}


@dataclass(frozen=True)
class Row:
    """One row to stage. None is *missing*: whether that matters is for a rule to say.

    `version` is the version the person saw: 0 for a new record, None to write over whatever is there. The `modified_…` values are for the
    demo alone; the ledger sets them for everyone else.
    """

    student_id: int | None
    pathway_id: int | None
    concentrator: bool | None = None
    single_parent: bool | None = None
    start_date: datetime.date | None = None
    in_district_credits: Decimal | None = None
    out_of_district_credits: Decimal | None = None
    dual_enrollment_credits: Decimal | None = None
    work_based_learning_credits: Decimal | None = None
    version: int | None = None
    delete_row: bool = False
    modified_at: datetime.datetime | None = None
    modified_date: datetime.date | None = None
    modified_by: str | None = None
    modified_end_year: int | None = None

    @classmethod
    def of(cls, record: Participation | Change, **values: object) -> Row:
        """The row that a record, or the image in its history, would be staged as; `values` replace its own."""
        own = {name: getattr(record, name) for name in TYPED}
        return cls(**{"student_id": record.student_id, "pathway_id": record.pathway_id, **own, **values})  # type: ignore[arg-type]


# What a person types on the screen, in the order of the screen.
TYPED = (
    "concentrator",
    "single_parent",
    "start_date",
    "in_district_credits",
    "out_of_district_credits",
    "dual_enrollment_credits",
    "work_based_learning_credits",
)


@dataclass(frozen=True)
class Staged:
    """The relation that the catalogue judges and the ledger applies."""

    table: str = TABLE
    rows: int = 0


def stage(rows: Iterable[Row]) -> Staged:
    """Put rows into the connection's staging table, numbered from 1 in their order, in place of what was there."""
    names = [field.name for field in fields(Row)]
    columns = ", ".join(["line", *names])
    written = 0

    def numbered() -> Iterable[tuple[Any, ...]]:
        nonlocal written
        for written, row in enumerate(rows, 1):
            moment = connection.ops.adapt_datetimefield_value(row.modified_at) if row.modified_at else None
            yield (written, *(moment if name == "modified_at" else getattr(row, name) for name in names))

    with connection.cursor() as cursor:
        prepare(cursor)
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {TABLE} ({columns}) FROM STDIN") as copy:
                for values in numbered():
                    copy.write_row(values)
        else:
            marks = ", ".join(["%s"] * (len(names) + 1))
            cursor.executemany(f"INSERT INTO {TABLE} ({columns}) VALUES ({marks})", list(numbered()))
        # Never analyzed, a table of one row is taken for several hundred, and every student is hashed to meet it.
        cursor.execute(f"ANALYZE {TABLE}")
    return Staged(rows=written)


FILE_COLUMNS = ("line", "student_id", "pathway_id", *TYPED)


def add_lines(rows: list[tuple[int, int | None, int | None, tuple[Any, ...]]]) -> None:
    """Put rows of a file beside those that are already staged: line of the file, student, pathway, and the values of `TYPED`."""
    columns = ", ".join((*FILE_COLUMNS, "delete_row"))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The values hold no tab, backslash or line end: numbers, dates, True and False alone. Rows that are alike share one tuple.
            missing = "\\N"
            texts: dict[int, str] = {}
            lines = []
            for line, student, pathway, typed in rows:
                text = texts.get(id(typed))
                if text is None:
                    text = texts[id(typed)] = "\t".join([missing if value is None else str(value) for value in typed])
                known = [missing if key is None else str(key) for key in (student, pathway)]
                lines.append(f"{line}\t{known[0]}\t{known[1]}\t{text}\tFalse\n")
            with cursor.copy(f"COPY {TABLE} ({columns}) FROM STDIN") as copy:
                copy.write("".join(lines))
        else:
            marks = ", ".join(["%s"] * len(FILE_COLUMNS))
            values = [(line, student, pathway, *typed) for line, student, pathway, typed in rows]
            cursor.executemany(f"INSERT INTO {TABLE} ({columns}) VALUES ({marks}, FALSE)", values)


def prepare(cursor) -> None:  # type: ignore[no-untyped-def]
    """The staging table of this connection, empty."""
    columns = ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
    cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {TABLE} ({columns})")
    cursor.execute(f"DELETE FROM {TABLE}")


def forget() -> None:
    """Let the staging table go. Emptied again and again by DELETE, it would keep the room of all rows it ever held."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
