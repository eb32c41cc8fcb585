"""The heads and rows of a table for its page. django-tables2 asks for each cell what holds for its
whole column: here a column is asked once, and each kind of row is a pattern that cells are filled
into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.http import QueryDict
from django.utils.safestring import SafeString

from cte_portal.ui.patterns import kept_patterns
from cte_portal.ui.tables.cells import Values, cells_of

SORT = re.compile("(?<![^&])sort=(?![^&])")


def rows_of(table: tables.Table) -> Iterator[SafeString]:
    """Of the page that is shown."""
    rows, attrs = list(table.paginated_rows), dict(table.row_attrs)
    records = [row.record for row in rows]
    has_keys, values = any(isinstance(record, Mapping) for record in records), Values(records)
    places = [
        cells.placed(bound, rows, values, has_keys=has_keys)
        for cells, bound in zip(cells_of(table), table.columns, strict=True)
    ]
    kinds = zip(
        _of_kind(attrs, "class", records),
        _of_kind(attrs, "current", records),
        *values.conditions.values(),
        strict=True,
    )
    patterns: dict[Any, str] = {}
    for kind, *cells in zip(kinds, *values.lists, strict=True):
        if kind not in patterns:
            css, current, *conditions = kind
            forms = dict(zip(values.conditions, conditions, strict=True))
            patterns[kind] = kept_patterns().pattern(
                "ui/row.html",
                (),
                css=css,
                current=current,
                places=tuple(place.of(forms) for place in places),
            )
        yield SafeString(patterns[kind].format(*cells))


def _of_kind(attrs: dict[str, Any], name: str, records: Sequence[Any]) -> list[str]:
    value = attrs.get(name, "")
    if callable(value):
        return list(map(str, map(value, records)))
    return [value] * len(records)


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
    for cells in cells_of(table):
        address = f"?{before}sort={cells.sorts_by}{after}" if cells.sorts_by else ""
        yield Head(cells.title, cells.head_css, address, cells.turn, cells.is_hidden)
