"""The heads and rows of a table for its page. django-tables2 asks for each cell what holds for its
whole column: here a column is asked once, and each kind of row is a pattern that cells are filled
into.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import django_tables2 as tables
from django.http import QueryDict
from django.utils.safestring import SafeString
from django_tables2.utils import Accessor, signature

from cte_portal.ui.patterns import Patterns, kept_patterns


class Cells:
    """A column of a table. Its attributes are the same for all rows, and a field with choices shows
    what is stored unless the table has a method that says more.
    """

    def __init__(self, bound: Any, *, names_row: bool) -> None:
        self.bound, self.names_row = bound, names_row
        self.name, self.header, attrs = bound.name, bound.header, bound.attrs
        self.mark = f"{{{bound.name}}}"
        self.css = attrs["td"].get("class", "")
        self.has_label = not attrs["th"].get("hidden")
        self.accessor, self.default = Accessor(bound.accessor), bound.default
        bits = self.accessor.bits
        self.is_path = len(bits) > 1
        are_names = all(bit.isidentifier() for bit in bits)
        self.attribute = attrgetter(".".join(bits)) if are_names else None
        self.empty_values = bound.column.empty_values
        self.render = bound.render
        arguments, self.takes_all = signature(bound.render)
        self.asks_for = () if self.takes_all else tuple(arguments)
        self.is_as_stored = getattr(bound.render, "__func__", None) is tables.Column.render

    def cell(self, table: tables.Table, row: Any) -> Any:
        record = row.record
        value = self._value(record)
        if value in self.empty_values:
            return self.default
        if self.is_as_stored:
            return value
        match self.asks_for:
            case ("value",):
                return self.render(value=value)
            case ("record",):
                return self.render(record=record)
        facts = {
            "value": value,
            "record": record,
            "column": self.bound.column,
            "bound_column": self.bound,
            "bound_row": row,
            "table": table,
        }
        return self.render(
            **(facts if self.takes_all else {name: facts[name] for name in self.asks_for})
        )

    def _value(self, record: Any) -> Any:
        """django-tables2 tries keys first, and writes down the whole record where it has no such
        value. A record of attributes is asked for the attribute.
        """
        if self.attribute and not isinstance(record, Mapping):
            try:
                value = self.attribute(record)
            except AttributeError:
                if not self.is_path:
                    return None
                value = callable  # on the way is None, a key, or what has to be called
            if not callable(value):
                return value
        try:
            return self.accessor.resolve(record)
        except ValueError:  # the record has no such value
            return None


def rows_of(table: tables.Table) -> Iterator[SafeString]:
    """Of the page that is shown."""
    named = getattr(table, "named", None)
    first = named() if named else next(iter(table.columns)).name
    columns = [Cells(bound, names_row=bound.name == first) for bound in table.columns]
    patterns = Patterns()
    for row in table.paginated_rows:
        kind = {
            name: value(record=row.record) if callable(value) else value
            for name, value in table.row_attrs.items()
        }
        yield patterns.fill(
            "ui/row.html",
            {column.name: column.cell(table, row) for column in columns},
            css=kind.get("class", ""),
            current=kind.get("current", ""),
            columns=tuple(columns),
        )


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

    @property
    def html(self) -> SafeString:
        return kept_patterns().fill(
            "ui/head.html",
            {"title": self.title, "address": self.address},
            css=self.css,
            turn=self.turn,
            is_link=bool(self.address),
            is_hidden=self.is_hidden,
        )


def heads_of(table: tables.Table, query: QueryDict) -> Iterator[Head]:
    """`query` is that of the page, which stays in the addresses, but for the number of the page."""
    there = query.copy()
    there.pop("page", None)
    for column in table.columns:
        attrs, address, turn = column.attrs["th"], "", ""
        if column.orderable:
            there["sort"] = column.order_by_alias.next
            address = f"?{there.urlencode()}"
        if column.is_ordered:
            turn = "descending" if column.order_by_alias.is_descending else "ascending"
        css, is_hidden = attrs.get("class") or "", bool(attrs.get("hidden"))
        yield Head(column.header, css, address, turn, is_hidden)
