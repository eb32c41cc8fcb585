"""Rows on their way in: typed, not yet judged, in a temporary table of the connection.

A form stages one row, a grid 200, an upload a million; from here on all go the same way. What a page
sends needs no table (`staged_values.py`). Staging runs outside any write transaction
(ADR 0003): on SQLite `executemany` in autocommit leaves the file's write lock alone, which
`bulk_create` would not.

The tables of each staging bear its own token in their names. So every statement proves that it
reads what was staged for it: on a connection that has been exchanged meanwhile, as some poolers do
between transactions, there is no such table, whoever staged there.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import connection, models

from pathways.ledger.shape import PARTICIPATION, SHAPES, RecordShape, Row

TABLE = PARTICIPATION.rows_in
# What is made of staged rows, by the names that the code knows: the ledger's plan, a file's
# findings, repeated lines and verdicts.
PLAN, FINDINGS, REPEATED, VERDICTS = (
    "ledger_plan",
    "upload_finding",
    "upload_repeated",
    "staged_verdict",
)
# The rows of a Fall CTE file, and what becomes of each.
FALL_ROWS, FALL_VERDICTS = "fall_row", "fall_verdict"
_TABLES = (
    *(shape.rows_in for shape in SHAPES),
    PLAN,
    FINDINGS,
    REPEATED,
    VERDICTS,
    FALL_ROWS,
    FALL_VERDICTS,
)
_NAMES = re.compile(rf"\b({'|'.join((*_TABLES, f'{FINDINGS}_line'))})\b")
_OWN_NAME = re.compile(rf"({'|'.join(_TABLES)})_[0-9a-f]{{16}}\b")

# What every staged row has beside the key and the typed columns of its shape.
_AROUND = {
    "version": "integer",
    "delete_row": "boolean NOT NULL",
    "modified_at": "timestamp with time zone",
    "modified_date": "date",
    "modified_by": "varchar(120)",
    "modified_end_year": "integer",
}


@dataclass(frozen=True)
class Staged:
    """The relation that the catalogue judges and the ledger applies."""

    token: str
    shape: RecordShape = PARTICIPATION
    rows: int = 0
    tables: tuple[str, ...] = (TABLE, PLAN)

    def own(self, sql: str) -> str:
        """The SQL with this staging's own tables in place of the names that the code knows them
        by.
        """
        return _NAMES.sub(rf"\1_{self.token}", sql)

    def execute(self, cursor: Any, sql: str, values: Sequence[Any] = ()) -> None:
        """Ask a statement about the staged rows and their plan."""
        cursor.execute(self.own(sql), values)

    def written(self, cursor: Any, sql: str, values: Sequence[Any] = ()) -> int:
        """Write what the plan says; returns the number of rows."""
        self.execute(cursor, sql, values)
        return int(cursor.rowcount)

    def plan(
        self, cursor: Any, select: str, values: Sequence[Any]
    ) -> list[tuple[str, int, int | None]]:
        """Keep as the plan what a statement says of the staged rows. Returns each operation with
        its number of rows, the stale rows one by one with their lines.
        """
        drop = self.own(f"DROP TABLE IF EXISTS {PLAN}")
        make = self.own(f"CREATE TEMPORARY TABLE {PLAN} AS {select}")
        if connection.vendor == "postgresql":
            cursor.execute(f"{block(drop)};{make}", values)  # one way to the server and back
        else:
            cursor.execute(drop)
            cursor.execute(make, values)
        counts = (
            f"SELECT operation, COUNT(*), CASE WHEN operation = 'stale' THEN line END FROM {PLAN}"
            " GROUP BY 1, 3 ORDER BY 3"
        )
        cursor.execute(self.own(counts))
        rows: list[tuple[str, int, int | None]] = cursor.fetchall()
        return rows


def named_in(sql: str) -> tuple[str, ...]:
    """The names of staging's tables that stand in a statement."""
    return tuple(dict.fromkeys(_NAMES.findall(sql)))


def names_a_missing_table(error: Exception) -> bool:
    """Whether the database has refused a statement because the tables of a staging are not on this
    connection.
    """
    text = str(error)
    return bool(_OWN_NAME.search(text)) and ("does not exist" in text or "no such table" in text)


def stage(rows: Iterable[Row]) -> Staged:
    """Put rows into a staging table of the connection, numbered from 1 in their order, in place of
    what was staged before.
    """
    names = [field.name for field in fields(Row)]
    staged = prepare()
    columns = ", ".join(["line", *names])
    written = 0

    def numbered() -> Iterable[tuple[Any, ...]]:
        nonlocal written
        for written, row in enumerate(rows, 1):
            moment = (
                connection.ops.adapt_datetimefield_value(row.modified_at)
                if row.modified_at
                else None
            )
            yield (
                written,
                *(moment if name == "modified_at" else getattr(row, name) for name in names),
            )

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(staged.own(f"COPY {TABLE} ({columns}) FROM STDIN")) as copy:
                for values in numbered():
                    copy.write_row(values)
        else:
            marks = ", ".join(["%s"] * (len(names) + 1))
            cursor.executemany(
                staged.own(f"INSERT INTO {TABLE} ({columns}) VALUES ({marks})"), list(numbered())
            )
        if not (0 < _last.believed <= FEW and 0 < written <= FEW):
            # Never analyzed, a table of one row is taken for several hundred, and every student is
            # hashed to meet it. Known to be small, it stays so from save to save.
            cursor.execute(staged.own(f"ANALYZE {TABLE}"))
    return replace(staged, rows=written)


FEW = 10


FILE_COLUMNS = ("line", *PARTICIPATION.key, *PARTICIPATION.typed)


def add_lines(
    staged: Staged, rows: list[tuple[int, int | None, int | None, tuple[Any, ...]]]
) -> None:
    """Put rows of a file beside those that are already staged: line of the file, student, pathway,
    and the values of `TYPED`.
    """
    columns = ", ".join((*FILE_COLUMNS, "delete_row"))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The values hold no tab, backslash or line end: numbers, dates, True and False alone.
            # Rows that are alike share one tuple.
            missing = "\\N"
            texts: dict[int, str] = {}
            lines = []
            for line, student, pathway, typed in rows:
                text = texts.get(id(typed))
                if text is None:
                    text = texts[id(typed)] = "\t".join(
                        [missing if value is None else str(value) for value in typed]
                    )
                if student is None:
                    lines.append(f"{line}\t{missing}\t{pathway or missing}\t{text}\tFalse\n")
                else:
                    lines.append(f"{line}\t{student}\t{pathway or missing}\t{text}\tFalse\n")
            with cursor.copy(staged.own(f"COPY {TABLE} ({columns}) FROM STDIN")) as copy:
                copy.write("".join(lines))
        else:
            marks = ", ".join(["%s"] * len(FILE_COLUMNS))
            values = [(line, student, pathway, *typed) for line, student, pathway, typed in rows]
            cursor.executemany(
                staged.own(f"INSERT INTO {TABLE} ({columns}) VALUES ({marks}, FALSE)"), values
            )


def columns_of(shape: RecordShape) -> dict[str, str]:
    """The SQL types of a staging table's columns."""
    # PostgreSQL would keep an index that no statement asks; SQLite's key is the row's own place.
    numbered = "NOT NULL" if connection.vendor == "postgresql" else "PRIMARY KEY"
    computed = computed_by(shape)
    return {
        "line": f"integer {numbered}",
        **dict.fromkeys(shape.key, "bigint"),
        **{
            column.name: (
                f"{column.holds.value} GENERATED ALWAYS AS ({computed[column.name]}) STORED"
                if column.name in computed
                else column.holds.value
            )
            for column in shape.columns
        },
        **_AROUND,
    }


def computed_by(shape: RecordShape) -> dict[str, str]:
    """The SQL of each column that is computed as in the stored record."""
    expressions = {}
    for name, field in shape.fields.items():
        if isinstance(field, models.GeneratedField):
            expression, values = field.generated_sql(connection)
            expressions[name] = expression % tuple(values)
    return expressions


_last = threading.local()  # as the connection is


def prepare(*more: str) -> Staged:
    """An empty staging table of a new token on this connection, in place of what was staged before;
    `more` tables will stand beside it.
    """
    staged = Staged(secrets.token_hex(8), tables=(TABLE, PLAN, *more))
    columns = ", ".join(f"{name} {kind}" for name, kind in columns_of(staged.shape).items())
    make = staged.own(f"CREATE TEMPORARY TABLE {TABLE} ({columns})")
    earlier: Staged | None = getattr(_last, "staged", None)
    _last.believed = 0
    with connection.cursor() as cursor:
        if (
            connection.vendor == "postgresql"
            and earlier
            and not more
            and len(earlier.tables) == len(staged.tables)
        ):
            # A table of a few rows goes on under its new name, in a quarter of the time; where it
            # is not there it is made.
            old, new = earlier.own(TABLE), staged.own(TABLE)
            again = block(
                earlier.own(f"DROP TABLE IF EXISTS {PLAN}"),
                f"ALTER TABLE IF EXISTS {old} RENAME TO {new}",
            )
            make = make.replace("CREATE TEMPORARY TABLE", "CREATE TEMPORARY TABLE IF NOT EXISTS")
            # How many rows the server takes it for: none where it is made, as after a rollback.
            believed = f"SELECT reltuples FROM pg_class WHERE oid = '{new}'::regclass"
            cursor.execute("; ".join([again, make, f"DELETE FROM {new}", believed]))
            while cursor.nextset():
                pass
            _last.believed = int(cursor.fetchone()[0])
        elif connection.vendor == "postgresql":
            cursor.execute("; ".join([*_drops(), make]))  # one way to the server and back
        else:
            for statement in (*_drops(), make):
                cursor.execute(statement)
    _last.staged = staged
    return staged


def block(*statements: str) -> str:
    """Statements of PostgreSQL that drop or rename temporary tables, as one. psycopg forgets all
    that it has prepared on a connection when it sees one of them by itself, and the questions of
    the next pages would be planned again.
    """
    return f"DO $$ BEGIN {'; '.join(statements)}; END $$"


def forget() -> None:
    """Let the tables of the last staging go, and the room that they take."""
    with connection.cursor() as cursor:
        for statement in _drops():
            cursor.execute(statement)
    _last.staged = None


def _drops() -> list[str]:
    """Emptied again and again by DELETE, a table would keep the room of all rows it ever held."""
    earlier: Staged | None = getattr(_last, "staged", None)
    if earlier is None:
        return []
    if connection.vendor == "postgresql":
        return [block(earlier.own(f"DROP TABLE IF EXISTS {', '.join(earlier.tables)}"))]
    return [earlier.own(f"DROP TABLE IF EXISTS {table}") for table in earlier.tables]
