"""What the portal is measured by: files read with Python's csv and copied into bare tables, then
for each kind of row one upsert and one INSERT … SELECT of its history. No row is checked.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from cte_portal.editions import Scope
from tests.benchmarks.processor import spent

TABLES = {
    "school": (("district_id", "number", "name"), "district_id, number"),
    "calendar": (("school_id", "end_year", "number"), "school_id, end_year, number"),
    "student": (
        (
            "district_id",
            "state_id",
            "local_id",
            "last_name",
            "first_name",
            "middle_name",
            "birth_date",
            "gender",
        ),
        "district_id, state_id",
    ),
    "enrollment": (
        (
            "student_id",
            "calendar_id",
            "service_type",
            "grade",
            "start_date",
            "end_date",
            "end_status",
        ),
        "student_id, calendar_id, service_type, start_date",
    ),
    "course": (
        ("school_id", "number", "name", "answer", "credits", "sced_area", "sced_course"),
        "school_id, number",
    ),
    "section": (("course_id", "calendar_id", "number"), "course_id, calendar_id, number"),
    "roster": (("section_id", "enrollment_id"), "section_id, enrollment_id"),
}


def by_hand(
    scope: Scope,
    starts: datetime.date,
    path: Path,
    names: Iterable[str],
    selects: Mapping[str, str],
    *,
    analyze: bool = True,
) -> float:
    """Load the CSV files `names` of a zip into the scope's district; `selects` gives for each table
    its rows out of the bare tables. Returns seconds of processor time.

    `analyze` is for tables that this load makes many times larger.
    """
    values = {"d": scope.district, "y": scope.end_year, "s": starts}
    started = spent()
    with transaction.atomic(), connection.cursor() as cursor, zipfile.ZipFile(path) as archive:
        cursor.execute("SET LOCAL statement_timeout = 0")  # a job's statements have none either
        for name in names:
            with archive.open(f"{name}.csv") as part:
                _copy(cursor, name, csv.reader(io.TextIOWrapper(part, "utf-8", newline="")))
        for name, (columns, key) in TABLES.items():
            cursor.execute("DROP TABLE IF EXISTS to_write")
            cursor.execute(
                f"CREATE TEMP TABLE to_write ({', '.join(columns)}) AS {selects[name]}", values
            )
            cursor.execute(_upsert(name, columns, key), values)
            if analyze:
                cursor.execute(f"ANALYZE pathways_{name}")
    return spent() - started


def _copy(cursor: Any, name: str, rows: Iterator[list[str]]) -> None:
    titles = (title.lower().replace(" ", "_") for title in next(rows))
    cursor.execute(f"DROP TABLE IF EXISTS raw_{name}")
    cursor.execute(
        f"CREATE TEMP TABLE raw_{name} ({', '.join(f'{title} text' for title in titles)})"
    )
    with cursor.copy(f"COPY raw_{name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"ANALYZE raw_{name}")


def _upsert(name: str, columns: tuple[str, ...], key: str) -> str:
    rest = [column for column in columns if column not in key.split(", ")]
    kept = [column for column in columns if column != "district_id"]
    into = f"pathways_{name}"
    update = (
        f"DO UPDATE SET {', '.join(f'{column} = excluded.{column}' for column in rest)} WHERE"
        f" ({', '.join(f'{into}.{column}' for column in rest)}) IS DISTINCT FROM"
        f" ({', '.join(f'excluded.{column}' for column in rest)})"
        if rest
        else "DO NOTHING"
    )
    return (
        f"WITH written AS (INSERT INTO {into} ({', '.join(columns)}) SELECT * FROM to_write ON"
        f" CONFLICT ({key}) {update} RETURNING *) INSERT INTO {into}change (district, row, version,"
        f" operation, by, at, source, {', '.join(kept)}) SELECT %(d)s, written.id, 1 +"
        f" COALESCE((SELECT MAX(version) FROM {into}change earlier WHERE earlier.row = written.id),"
        f" 0), 'create', 'hand', now(), 'file', {', '.join(f'written.{column}' for column in kept)}"
        " FROM written"
    )
