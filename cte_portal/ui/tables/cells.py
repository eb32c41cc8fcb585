"""The columns of a table, each asked once for the cells of a whole page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import quote

import django_tables2 as tables
from django.template.loader import render_to_string
from django_tables2.utils import Accessor, signature

from cte_portal.ui.patterns import MOST_KEPT, escaped


class PatternColumn(tables.Column):
    """A column whose cell is a template, which becomes a part of the row's: a row is filled in once
    for all of them. `values` names the attribute of the row for each mark of the template, and
    `conditions` those that choose among its forms by whether they hold anything. A file has what the
    accessor leads to.
    """

    def __init__(
        self,
        template: str,
        *,
        values: Mapping[str, str],
        conditions: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.template, self.values, self.conditions = template, values, conditions or {}


class WholeColumn(tables.Column):
    """A column whose cells are drawn together. Python keeps the frames of its calls in pieces of
    memory: deep in a page's templates, where the last piece is full, a call for each cell takes
    another piece and gives it back each time, which costs more than all that the call does.
    """

    def cells(self, values: Sequence[Any]) -> Sequence[Any]:
        """Of values that are there."""
        raise NotImplementedError

    def render(self, value: Any) -> Any:
        return self.cells([value])[0]


@lru_cache(maxsize=MOST_KEPT)
def _signature(render: Callable[..., Any]) -> tuple[tuple[str, ...], str | None]:
    """What a column is drawn from, which Python takes long to say."""
    arguments, takes_all = signature(render)
    return tuple(name for name in arguments if name != "self"), takes_all


class Values:
    """What is filled into the rows of a page: a list for each mark, and for each attribute by which
    a row's form is chosen. An attribute that several cells show is asked and escaped once.
    """

    def __init__(self, records: Sequence[Any]) -> None:
        self.records = records
        self.lists: list[Sequence[Any]] = []
        self.conditions: dict[str, list[bool]] = {}
        self._marks: dict[str, str] = {}

    def add(self, values: Sequence[Any]) -> str:
        """The mark that stands for these values in the pattern of a row."""
        self.lists.append(escaped(values))
        return f"{{{len(self.lists) - 1}}}"

    def mark_of(self, path: str) -> str:
        """That of an attribute."""
        mark = self._marks.get(path)
        if mark is None:
            mark = self._marks[path] = self.add(list(map(attrgetter(path), self.records)))
        return mark

    def demand(self, path: str) -> None:
        """The form of a row hangs on whether it has this."""
        if path not in self.conditions:
            self.conditions[path] = list(map(bool, map(attrgetter(path), self.records)))


class Place(NamedTuple):
    """Where a column's cell stands in a row: what the pattern of a row is made of. The cell is a
    mark, or a template with its own.
    """

    header: str
    css: str
    has_label: bool
    names_row: bool
    mark: str = ""
    template: str = ""
    context: tuple[tuple[str, Any], ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()

    def of(self, kind: Mapping[str, bool]) -> Place:
        """The same in rows of a kind."""
        if not self.conditions:
            return self
        forms = tuple((name, kind[path]) for name, path in self.conditions)
        return self._replace(context=self.context + forms)

    @property
    def cell(self) -> str:
        return render_to_string(self.template, dict(self.context)) if self.template else self.mark


class Cells:
    """A column of a kind of table: what holds for all of its rows, whatever they are. A field with
    choices shows what is stored unless the table has a method that says more.
    """

    def __init__(self, bound: Any, *, names_row: bool) -> None:
        attrs, column = bound.attrs, bound.column
        self.title, self.head_css = bound.header, attrs["th"].get("class") or ""
        self.is_hidden = bool(attrs["th"].get("hidden"))
        self.sorts_by, self.turn = "", ""
        if bound.orderable:
            self.sorts_by = quote(bound.order_by_alias.next)
        if bound.is_ordered:
            self.turn = "descending" if bound.order_by_alias.is_descending else "ascending"
        self.place = Place(
            str(bound.header).replace("{", "{{").replace("}", "}}"),
            attrs["td"].get("class", ""),
            has_label=not self.is_hidden,
            names_row=names_row,
        )
        render = getattr(bound.render, "__func__", None)
        self.is_as_stored, self.is_whole = (
            render is tables.Column.render,
            render is WholeColumn.render,
        )
        self.arguments, self.takes_all = _signature(getattr(bound.render, "__func__", bound.render))
        self.pattern = column if self.is_as_stored and isinstance(column, PatternColumn) else None
        self.empty, self.default = column.empty_values, bound.default
        self.accessor = Accessor(bound.accessor)
        bits = self.accessor.bits
        self.is_path = len(bits) > 1
        are_names = all(bit.isidentifier() for bit in bits)
        self.attribute = attrgetter(".".join(bits)) if are_names else None

    def placed(self, bound: Any, rows: Sequence[Any], values: Values, *, has_keys: bool) -> Place:
        """Where its cells stand; what they show is added to the values. `bound` is the column in
        the table of the rows, `has_keys` whether a record may be a mapping.
        """
        if self.pattern is None:
            stored = self._stored(values.records, has_keys=has_keys)
            return self.place._replace(mark=values.add(self._drawn(bound, rows, stored)))
        for path in self.pattern.conditions.values():
            values.demand(path)
        marks = {name: values.mark_of(path) for name, path in self.pattern.values.items()}
        return self.place._replace(
            template=self.pattern.template,
            context=tuple(marks.items()),
            conditions=tuple(self.pattern.conditions.items()),
        )

    def _drawn(self, bound: Any, rows: Sequence[Any], stored: Sequence[Any]) -> Sequence[Any]:
        """The column's cell of each row."""
        empty, default, render = self.empty, self.default, bound.render
        if self.is_as_stored:
            return [default if not value and value in empty else value for value in stored]
        if self.is_whole:
            there = [value for value in stored if value or value not in empty]
            cells = bound.column.cells(there)
            if len(there) == len(stored):
                return cells
            following = iter(cells)
            return [
                default if not value and value in empty else next(following) for value in stored
            ]
        if self.arguments == ("value",) and not self.takes_all:
            return [
                default if not value and value in empty else render(value=value) for value in stored
            ]
        return [
            default if not value and value in empty else self._by_facts(bound, row, value)
            for value, row in zip(stored, rows, strict=True)
        ]

    def _by_facts(self, bound: Any, row: Any, value: Any) -> Any:
        facts = {
            "value": value,
            "record": row.record,
            "column": bound.column,
            "bound_column": bound,
            "bound_row": row,
            "table": row.table,
        }
        arguments = facts if self.takes_all else {name: facts[name] for name in self.arguments}
        return bound.render(**arguments)

    def _stored(self, records: Sequence[Any], *, has_keys: bool) -> list[Any]:
        """What the records hold. django-tables2 tries keys first, and writes down the whole record
        where it has no such value, so a record of attributes is asked for the attribute before.
        """
        if has_keys or self.attribute is None:
            return [self._resolved(record) for record in records]
        with suppress(AttributeError):  # on the way is None, a key, or what has to be called
            values = list(map(self.attribute, records))
            if not any(map(callable, values)):
                return values
        return [self._value(record, self.attribute) for record in records]

    def _value(self, record: Any, attribute: Callable[[Any], Any]) -> Any:
        try:
            value = attribute(record)
        except AttributeError:
            return self._resolved(record) if self.is_path else None
        return self._resolved(record) if callable(value) else value

    def _resolved(self, record: Any) -> Any:
        """As django-tables2 finds it."""
        try:
            return self.accessor.resolve(record)
        except ValueError:  # the record has no such value
            return None


_known: dict[Any, Cells] = {}


def cells_of(table: tables.Table) -> list[Cells]:
    """The columns of a table. Each is asked once for all tables of its kind that are sorted alike,
    whatever stands beside it: people choose any number of sets of columns. They know no row.
    """
    kind = type(table), tuple(table.order_by or ()), table.orderable
    named = getattr(table, "named", None)
    first = named() if named else next(iter(table.columns)).name
    return [_cells(kind, bound, names_row=bound.name == first) for bound in table.columns]


def _cells(kind: tuple[Any, ...], bound: Any, *, names_row: bool) -> Cells:
    key = kind, bound.name, names_row
    cells = _known.get(key)
    if cells is None:
        if len(_known) >= MOST_KEPT:  # another thread may clear them at any moment
            _known.clear()
        cells = _known[key] = Cells(bound, names_row=names_row)
    return cells
