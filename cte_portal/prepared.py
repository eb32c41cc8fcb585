"""Questions that many pages ask: the query is put into SQL once a process, not once a page.

Building a query with several subqueries takes Django many times as long as PostgreSQL takes to
answer it. A question is written as ever, by the QuerySets; `@prepared` keeps the SQL that they come
to, and each call only gives it the values.
"""

from __future__ import annotations

import datetime
import inspect
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import connections, models
from django.db.models.expressions import Expression
from psycopg import RawCursor

from cte_portal.connection import with_constants, with_numbers
from cte_portal.editions import Scope

P = ParamSpec("P")
T = TypeVar("T")

AS_SHAPE = (bool, Enum, datetime.timedelta)
VALUES = (str, int, Decimal, datetime.date, uuid.UUID)
AS_THEY_ARE = (int, str)
"""What both databases are given as Python has it: a page of 200 lines names 600 students."""

DAY = re.compile(r"\d{4}-\d\d-\d\d")  # SQLite is given days and moments as text


class PlannedCursor(RawCursor[Any]):
    """PostgreSQL keeps the plan of what it is given; Django still learns what was asked.

    Django's places become PostgreSQL's once a process: psycopg itself would look for those of a
    long statement anew each time.
    """

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(with_numbers(query), params)
        return self._query


def keep_plans(cursor: Any) -> None:
    """Let PostgreSQL keep the plan of what Django's cursor is given next."""
    if cursor.db.vendor == "postgresql":
        cursor.cursor = PlannedCursor(cursor.db.connection)


class Asked(Expression):
    """The place of a value in a prepared question."""

    def __init__(self, name: str, part: str | int | None = None) -> None:
        super().__init__()
        self.name, self.part = name, part

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def get_group_by_cols(self) -> list[Any]:
        return []

    def value(self, values: dict[str, Any]) -> Any:
        value = values[self.name]
        if isinstance(self.part, str):
            return getattr(value, self.part)
        return value if self.part is None else value[self.part]


@dataclass(frozen=True)
class Statement:
    """The SQL of a question in one shape, and how its columns become Python's values."""

    alias: str
    sql: str
    params: tuple[Any, ...]
    columns: tuple[Any, ...]
    model: type[models.Model] | None = None
    """Of a question about whole objects."""
    fields: tuple[str, ...] = ()
    """Those of the object that are read: the first columns; its annotations follow."""
    extra: tuple[str, ...] = ()

    def parameters(self, values: dict[str, Any]) -> list[Any]:
        """What the SQL is given, in its order."""
        ordered = [
            param.value(values) if isinstance(param, Asked) else param for param in self.params
        ]
        adapt = connections[self.alias].ops.adapt_unknown_value
        return [value if type(value) in AS_THEY_ARE else adapt(value) for value in ordered]

    def rows(self, values: dict[str, Any], *, by_a_kept_plan: bool = True) -> list[Any]:
        connection = connections[self.alias]
        with connection.cursor() as cursor:
            if by_a_kept_plan:
                keep_plans(cursor)
            cursor.execute(self.sql, self.parameters(values))
            rows: list[Any] = cursor.fetchall()
        rows = self._converted(rows, connection)
        return rows if self.model is None else [self._object(self.model, row) for row in rows]

    def _converted(self, rows: list[Any], connection: Any) -> list[Any]:
        """The rows with Python's values, a column after the other."""
        if not rows or not self._to_convert:
            return rows
        columns: list[Any] = list(zip(*rows, strict=True))
        for at, converters in self._to_convert:
            column, values = self.columns[at], columns[at]
            for converter in converters:
                values = [converter(value, column, connection) for value in values]
            columns[at] = values
        return list(zip(*columns, strict=True))

    @cached_property
    def _to_convert(self) -> tuple[tuple[int, tuple[Callable[..., Any], ...]], ...]:
        """The columns that a database gives otherwise than Python has them, and what makes Python's
        values of them: the same on each of its connections.
        """
        connection = connections[self.alias]
        converters = (
            (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
            for column in self.columns
        )
        return tuple((at, of_column) for at, of_column in enumerate(converters) if of_column)

    def _object(self, model: type[models.Model], row: Any) -> models.Model:
        stored = model.from_db(self.alias, self.fields, row[: len(self.fields)])
        for name, value in zip(self.extra, row[len(self.fields) :], strict=True):
            setattr(stored, name, value)
        return stored


class Shaped(Generic[P]):
    """Something whose SQL is put together once for each shape of its values.

    Text, numbers, moments, tuples of them, and the district and year of a Scope are filled in anew
    each time; None, True, False, a member of an Enum, a length of time, the edition and the length
    of a tuple are part of the shape.
    """

    def __init__(self, query: Callable[..., Any]) -> None:
        self.query = query
        self.names = tuple(inspect.signature(query).parameters)
        self.statements: dict[Any, Statement] = {}

    def _values(self, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        return {**dict(zip(self.names, args, strict=False)), **kwargs}

    def _statement(self, values: dict[str, Any]) -> Statement:
        shape = tuple((name, _shape(values[name])) for name in self.names)
        statement = self.statements.get(shape)
        if statement is None:
            statement = self.statements[shape] = self._built(values)
        return statement

    def _built(self, values: dict[str, Any]) -> Statement:
        raise NotImplementedError

    def _query(self, values: dict[str, Any]) -> Any:
        """What the function says, with places instead of the values."""
        return self.query(**{name: _place(name, value) for name, value in values.items()})

    def _as_sql(self, compiler: Any) -> tuple[str, tuple[Any, ...]]:
        text, params = compiler.as_sql()
        if any(
            isinstance(param, datetime.date | str) and DAY.match(str(param)) for param in params
        ):
            raise TypeError(f"{self.query!r} would keep a moment. Give it as a value.")
        if compiler.connection.vendor == "sqlite":
            return with_constants(text, params)
        return text, tuple(params)


class Prepared(Shaped[P]):
    """A question whose query is built once for each shape of its values.

    Called with values it returns all rows: tuples of a `values_list`, else objects with their
    annotations.

    PostgreSQL plans it once for whatever values, as for a district of a usual size: right for
    look-ups, wrong for all records of a district, which it would read out of the whole table where
    few districts have most of them. Those are planned with their values, each time.
    """

    def __init__(
        self, query: Callable[..., models.QuerySet[Any]], around: str, *, keeps_plan: bool = True
    ) -> None:
        super().__init__(query)
        self.around, self.keeps_plan = around, keeps_plan

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Any]:
        values = self._values(*args, **kwargs)
        return self._statement(values).rows(values, by_a_kept_plan=self.keeps_plan)

    def sql(self, *args: P.args, **kwargs: P.kwargs) -> tuple[str, list[Any]]:
        """The statement and its values, for what is put around several questions."""
        values = self._values(*args, **kwargs)
        statement = self._statement(values)
        return statement.sql, statement.parameters(values)

    def _built(self, values: dict[str, Any]) -> Statement:
        rows = self._query(values)
        model: type[models.Model] | None = None
        fields: tuple[str, ...] = ()
        extra: tuple[str, ...] = ()
        if rows._iterable_class is models.query.ModelIterable:
            left_out, is_deferred = rows.query.deferred_loading
            model, extra = rows.model, tuple(rows.query.annotation_select)
            fields = tuple(
                field.attname
                for field in model._meta.concrete_fields
                if not (is_deferred and field.attname in left_out)
            )
            rows = rows.values_list(*fields, *extra)
        compiler = rows.query.get_compiler(rows.db)
        text, params = self._as_sql(compiler)
        if self.around:
            return Statement(rows.db, self.around.format(text), params, ())
        columns = tuple(column for column, _, _ in compiler.select[: compiler.col_count])
        return Statement(rows.db, text, params, columns, model, fields, extra)


def prepared(query: Callable[P, models.QuerySet[Any]]) -> Prepared[P]:
    """Keeps the SQL of a function that builds a query from its values and nothing else."""
    return Prepared(query, "")


def of_whole_district(query: Callable[P, models.QuerySet[Any]]) -> Prepared[P]:
    """The same of all rows of a district: they are planned as the district is large."""
    return Prepared(query, "", keeps_plan=False)


def counted(
    figures: str, *, keeps_plan: bool = True
) -> Callable[[Callable[P, models.QuerySet[Any]]], Prepared[P]]:
    """The same of figures over the query's rows, such as `COUNT(*)`: one row of numbers."""

    def of(query: Callable[P, models.QuerySet[Any]]) -> Prepared[P]:
        return Prepared(query, f"SELECT {figures} FROM ({{}}) AS counted", keeps_plan=keeps_plan)

    return of


def moment_of(text: str) -> datetime.datetime:
    """What a database writes of a moment as text: a list of hundreds that shows few of them reads
    those alone. SQLite's are of UTC, and do not say so.
    """
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def filled_up(values: tuple[T, ...]) -> tuple[T, ...]:
    """The same values, the last one again and again up to the next power of two: whatever number is
    named, few shapes are kept.
    """
    if not values:
        return values
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))


def _shape(value: Any) -> Any:
    if isinstance(value, Scope):
        return value.edition
    if value is None or isinstance(value, AS_SHAPE):
        return (type(value), value)
    if isinstance(value, tuple):
        return len(value)
    if isinstance(value, VALUES):
        return ""
    raise TypeError(f"A prepared question takes no {type(value).__name__}.")


def _place(name: str, value: Any) -> Any:
    if isinstance(value, Scope):
        district: Any = Asked(name, "district")
        end_year: Any = Asked(name, "end_year")
        return Scope(district, end_year, value.edition)
    if isinstance(value, tuple):
        return tuple(Asked(name, number) for number in range(len(value)))
    return value if value is None or isinstance(value, AS_SHAPE) else Asked(name)
