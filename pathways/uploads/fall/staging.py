"""The rows of a Fall CTE file on their way in: read, not yet judged, in temporary tables of the
connection.
"""

from __future__ import annotations

from django.db import connection

from pathways.files.fall.reader import FallRow
from pathways.ledger.staging import FALL_ROWS, FALL_VERDICTS, Staged
from pathways.uploads.checking import prepare

_NULL = "\\N"
COLUMNS = "line, student_id, school, status, date_contacted, cells_read"


def prepare_fall() -> Staged:
    staged = prepare(FALL_ROWS, FALL_VERDICTS)
    make = (
        f"CREATE TEMPORARY TABLE {FALL_ROWS} (line integer, student_id bigint, school varchar(4),"
        " status varchar(2), date_contacted date, cells_read integer)"
    )
    with connection.cursor() as cursor:
        cursor.execute(staged.own(make))
    return staged


def add_rows(staged: Staged, rows: list[FallRow]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            into = staged.own(f"COPY {FALL_ROWS} ({COLUMNS}) FROM STDIN")
            with cursor.copy(into) as copy:
                copy.write("".join(map(_as_copied, rows)))
        else:
            cursor.executemany(
                staged.own(f"INSERT INTO {FALL_ROWS} ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"),
                rows,
            )


def _as_copied(row: FallRow) -> str:
    """A line of COPY's text. Only the school's number is as the file has it, without tab or line
    end; a backslash would begin something else.
    """
    line, student, school, status, day, cells_read = row
    school = school.replace("\\", "\\\\")
    return (
        f"{line}\t{student or _NULL}\t{school}\t{status or _NULL}\t{day or _NULL}\t{cells_read}\n"
    )
