"""What a page sends: few rows, which go to the database as a value of each statement about them.

No table has to be made for a clerk's save, and no statement has another name each time: PostgreSQL
keeps the plans of all of them, that of the catalogue among them, which takes longer to plan than to
answer; SQLite, which reads every statement anew once a temporary table was made, keeps what it has
read. Nothing of the rows stands on the connection, whoever gets it next.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from typing import Any

from django.db import connection

from cte_portal.prepared import keep_plans
from pathways.ledger.shape import RecordShape, Row
from pathways.ledger.staging import PLAN, TABLE, Staged, columns_of, computed_by, named_in

_BEGINS_WITH = re.compile(r"\s*WITH\s")
_SIZES = (1, 10)
"""Of how many rows the server is told that there are no more; it takes others for a hundred."""


@dataclass(frozen=True)
class StagedValues(Staged):
    """The staged rows and their plan, each as JSON by the name that the code knows it by."""

    relations: dict[str, str] = field(default_factory=dict)

    def execute(self, cursor: Any, sql: str, values: Sequence[Any] = ()) -> None:
        keep_plans(cursor)
        statement, names = _with_relations(sql, self.shape, self.rows)
        cursor.execute(statement, [*(self.relations[name] for name in names), *values])

    def written(self, cursor: Any, sql: str, values: Sequence[Any] = ()) -> int:
        if connection.vendor == "postgresql":
            return super().written(cursor, sql, values)
        self.execute(cursor, sql, values)
        # Python counts the rows of a statement that begins with the word for writing alone.
        cursor.execute("SELECT changes()")
        return int(cursor.fetchone()[0])

    def plan(
        self, cursor: Any, select: str, values: Sequence[Any]
    ) -> list[tuple[str, int, int | None]]:
        self.execute(cursor, select, values)
        names = [column[0] for column in cursor.description]
        planned = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        self.relations[PLAN] = _json(planned)
        return [
            (row["operation"], 1, row["line"] if row["operation"] == "stale" else None)
            for row in sorted(planned, key=lambda row: row["line"])
        ]


def stage_values(rows: Iterable[Row]) -> Staged:
    """Rows that a person sent, numbered from 1 in their order."""
    names = [column.name for column in fields(Row)]
    numbered = [
        {"line": line, **{name: getattr(row, name) for name in names}}
        for line, row in enumerate(rows, 1)
    ]
    return StagedValues("", rows=len(numbered), relations={TABLE: _json(numbered)})


def _json(rows: list[dict[str, Any]]) -> str:
    """Days, moments and amounts as text, which the database reads by their types."""
    return json.dumps(rows, default=_text)


def _text(value: object) -> str:
    if isinstance(value, datetime.datetime):
        value = connection.ops.adapt_datetimefield_value(value)
    return str(value)


@lru_cache(maxsize=256)
def _with_relations(sql: str, shape: RecordShape, number: int) -> tuple[str, tuple[str, ...]]:
    """The statement with the relations before it, and the names of those, in the order in which
    their values are given.
    """
    names = tuple(name for name in (TABLE, PLAN) if name in named_in(sql))
    limit = next((f" LIMIT {size}" for size in _SIZES if number <= size), "")
    relations = ", ".join(
        f"{name} AS (SELECT {_columns(shape)[name][0]} FROM {_columns(shape)[name][1]}{limit})"
        for name in names
    )
    begin = _BEGINS_WITH.match(sql)
    rest = f", {sql[begin.end() :]}" if begin else f" {sql}"
    return f"WITH {relations}{rest}", names


@cache
def _columns(shape: RecordShape) -> dict[str, tuple[str, str]]:
    """Of each relation what is selected, and from what: the rows of its value."""
    computed = computed_by(shape)
    staged = {
        name: kind.removesuffix(" NOT NULL").removesuffix(" PRIMARY KEY")
        for name, kind in columns_of(shape).items()
        if name not in computed
    }
    left_out = ("version", "delete_row")
    planned = {
        **{name: kind for name, kind in staged.items() if name not in left_out},
        "record_id": "bigint",
        "seen_version": "integer",
        "operation": "text",
        "version": "integer",
    }
    totals = "".join(
        f", CAST({expression} AS {shape.holds[name].value}) AS {name}"
        for name, expression in computed.items()
    )
    rows_of = _recordset if connection.vendor == "postgresql" else _rows_of_sqlite
    return {
        name: (selected, rows_of(name, columns))
        for name, selected, columns in ((TABLE, f"*{totals}", staged), (PLAN, "*", planned))
    }


def _recordset(name: str, columns: dict[str, str]) -> str:
    typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    return f"json_to_recordset(%s) AS {name}({typed})"


def _rows_of_sqlite(name: str, columns: dict[str, str]) -> str:
    """Days and moments are text to SQLite, which would read a year from them by their types."""
    typed = ", ".join(
        f"CAST(json_extract(value, '$.{column}') AS"
        f" {'text' if kind.startswith(('date', 'time')) else kind}) AS {column}"
        for column, kind in columns.items()
    )
    return f"(SELECT {typed} FROM json_each(%s)) AS {name}"
