"""Changes of rows that every job makes, put into SQL once a process like the questions of many pages
(docs/adr/0013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec

from django.db import connections, models, transaction
from django.db.models.sql import UpdateQuery

from cte_portal.prepared import Shaped, Statement

P = ParamSpec("P")
Change = tuple[models.QuerySet[Any], dict[str, Any]]
"""Rows, and what their columns become."""


class PreparedChange(Shaped[P]):
    """Called with values it returns how many rows it has changed. The database plans it with its
    values, as any other.
    """

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> int:
        values = self._values(*args, **kwargs)
        statement = self._statement(values)
        with (
            transaction.mark_for_rollback_on_error(statement.alias),
            connections[statement.alias].cursor() as cursor,
        ):
            cursor.execute(statement.sql, statement.parameters(values))
            return int(cursor.rowcount)

    def _built(self, values: dict[str, Any]) -> Statement:
        rows, columns = self._query(values)
        change = rows.query.chain(UpdateQuery)
        change.add_update_values(columns)
        text, params = self._as_sql(change.get_compiler(rows.db))
        return Statement(rows.db, text, params, ())


def prepared_change(change: Callable[P, Change]) -> PreparedChange[P]:
    """Keeps the SQL of a function that says which rows change, and to what."""
    return PreparedChange(change)
