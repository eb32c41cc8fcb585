"""The heads and rows of a table for its page. django-tables2 asks for each cell what holds for its
whole column: here a column is asked once, and each kind of row is a pattern that cells are filled
into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import quote

import django_tables2 as tables
from django.http import QueryDict
from django.utils.safestring import SafeString
from django_tables2.utils import Accessor, signature

from cte_portal.ui.patterns import MOST_KEPT, filled, kept_patterns

SORT = re.compile("(?<![^&])sort=(?![^&])")


@lru_cache(maxsize=MOST_KEPT)
def _signature(render: Callable[..., Any]) -> tuple[tuple[str, ...], str | None]:
    """What a column is drawn from, which Python takes long to say."""
    arguments, takes_all = signature(render)
    return tuple(name for name in arguments if name != "self"), takes_all


class Place(NamedTuple):
    """Where a column's cell stands in a row: what the pattern of a row is made of."""

    mark: str
    header: str
    css: str
    has_label: bool
    names_row: bool


class Cells:
    """A column of a table. Its attributes are the same for all rows, and a field with choices shows
    what is stored unless the table has a method that says more.
    """

    def __init__(self, bound: Any, *, names_row: bool) -> None:
        self.bound, self.name, attrs = bound, bound.name, bound.attrs
        self.place = Place(
            f"{{{bound.name}}}",
            str(bound.header).replace("{", "{{").replace("}", "}}"),
            attrs["td"].get("class", ""),
            has_label=not attrs["th"].get("hidden"),
            names_row=names_row,
        )
        self.accessor, self.default = Accessor(bound.accessor), bound.default
        bits = self.accessor.bits
        self.is_path = len(bits) > 1
        are_names = all(bit.isidentifier() for bit in bits)
        self.attribute = attrgetter(".".join(bits)) if are_names else None
        self.empty_values = bound.column.empty_values
        self.render = bound.render
        arguments, self.takes_all = _signature(getattr(bound.render, "__func__", bound.render))
        self.asks_for = () if self.takes_all else arguments
        self.is_as_stored = getattr(bound.render, "__func__", None) is tables.Column.render

    def drawn(self, table: tables.Table, rows: Sequence[Any], *, has_keys: bool) -> list[Any]:
        """The column's cell of each row; `has_keys`: whether a record may be a mapping."""
        empty, default, draw = self.empty_values, self.default, self._draw(table)
        value_of = self._resolved if has_keys else self._value
        cells = []
        for row, record in rows:
            value = value_of(record)
            if not value and value in empty:
                value = default
            elif draw:
                value = draw(value, row)
            cells.append(value)
        return cells

    def _draw(self, table: tables.Table) -> Callable[[Any, Any], Any] | None:
        """What makes a cell of a value and its row; None where it shows the value."""
        render = self.render
        if self.is_as_stored:
            return None
        match self.asks_for:
            case ("value",):
                return lambda value, row: render(value=value)
            case ("record",):
                return lambda value, row: render(record=row.record)

        def by_facts(value: Any, row: Any) -> Any:
            facts = {
                "value": value,
                "record": row.record,
                "column": self.bound.column,
                "bound_column": self.bound,
                "bound_row": row,
                "table": table,
            }
            return render(
                **(facts if self.takes_all else {name: facts[name] for name in self.asks_for})
            )

        return by_facts

    def _value(self, record: Any) -> Any:
        """django-tables2 tries keys first, and writes down the whole record where it has no such
        value, so a record of attributes is asked for the attribute before.
        """
        if self.attribute is None:
            return self._resolved(record)
        try:
            value = self.attribute(record)
        except AttributeError:  # on the way is None, a key, or what has to be called
            return self._resolved(record) if self.is_path else None
        return self._resolved(record) if callable(value) else value

    def _resolved(self, record: Any) -> Any:
        """As django-tables2 finds it."""
        try:
            return self.accessor.resolve(record)
        except ValueError:  # the record has no such value
            return None


def rows_of(table: tables.Table) -> Iterator[SafeString]:
    """Of the page that is shown."""
    named = getattr(table, "named", None)
    first = named() if named else next(iter(table.columns)).name
    columns = [Cells(bound, names_row=bound.name == first) for bound in table.columns]
    names, places = [column.name for column in columns], tuple(column.place for column in columns)
    rows, attrs = [(row, row.record) for row in table.paginated_rows], dict(table.row_attrs)
    has_keys = any(isinstance(record, Mapping) for _, record in rows)
    cells_by_column = [column.drawn(table, rows, has_keys=has_keys) for column in columns]
    patterns: dict[tuple[str, str], str] = {}
    for (_, record), *cells in zip(rows, *cells_by_column, strict=True):
        kind = _of_kind(attrs, "class", record), _of_kind(attrs, "current", record)
        if kind not in patterns:
            css, current = kind
            patterns[kind] = kept_patterns().pattern(
                "ui/row.html", names, css=css, current=current, places=places
            )
        yield filled(patterns[kind], dict(zip(names, cells, strict=True)))


def _of_kind(attrs: dict[str, Any], name: str, record: Any) -> str:
    value = attrs.get(name, "")
    return str(value(record=record)) if callable(value) else value


@dataclass(frozen=True)
class Head:
    """The head of a column; `address` sorts by it, empty where it cannot be sorted."""

    title: str
    css: str = ""
    address: str = ""
    turn: str = ""
    """As aria-sort has it; empty where the list is sorted by another column."""
    is_hidden: bool = False
    """True where only a screen reader says it."""

    def __html__(self) -> SafeString:
        return kept_patterns().fill(
            "ui/head.html",
            {"title": self.title, "address": self.address},
            css=self.css,
            turn=self.turn,
            is_link=bool(self.address),
            is_hidden=self.is_hidden,
        )


def around_sort(query: QueryDict) -> tuple[str, str]:
    """The query as an address has it, what stands before the sorting and what stands after: it is
    encoded once for the heads of all columns.
    """
    there = query.copy()
    there["sort"] = ""
    before, after = SORT.split(there.urlencode())
    return before, after


def heads_of(table: tables.Table, query: QueryDict) -> Iterator[Head]:
    """`query` is that of the page, which stays in the addresses, but for the number of the page."""
    there = query.copy()
    there.pop("page", None)
    before, after = around_sort(there)
    for column in table.columns:
        attrs, address, turn = column.attrs["th"], "", ""
        if column.orderable:
            address = f"?{before}sort={quote(column.order_by_alias.next)}{after}"
        if column.is_ordered:
            turn = "descending" if column.order_by_alias.is_descending else "ascending"
        css, is_hidden = attrs.get("class") or "", bool(attrs.get("hidden"))
        yield Head(column.header, css, address, turn, is_hidden)
