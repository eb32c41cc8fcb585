"""The table of a list: its columns, what the database sorts them by, and each cell as a page and as
a file have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from typing import Any, ClassVar

import django_tables2 as tables
from django_tables2.data import TableListData
from django_tables2.utils import Sequence

from cte_portal.ui.patterns import Patterns, kept_patterns

CHOOSE, OPEN = "choose", "open"
"""Columns of boxes and of links: nobody chooses them, and no file has them."""

NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}
HIDDEN_HEAD = {"th": {"hidden": True}}
HIDDEN_NUMBER = {"th": {"class": "num d-print-none", "hidden": True}, "td": {"class": "num"}}


class Columns(dict[str, Any]):
    """The columns of a kind of table. Each table has its own, without copies of what they are made
    of: nobody changes that.
    """

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return {name: copy(column) for name, column in self.items()}


class SortedRows(TableListData):
    """Rows that the database has sorted."""

    def order_by(self, aliases: Any) -> None:
        """They stay as they are."""


class ListTable(tables.Table):
    """Its first column, after boxes perhaps, names the row and is always there. A column that can
    be sorted says `orderable=True` and by which fields, as `order_by`.
    """

    patterns: Patterns
    """Of cells that hold more than a text."""
    spare: ClassVar[tuple[str, ...]] = ()
    """Columns that are there only where a person chooses them."""

    class Meta:
        orderable = False
        order_by_field = "sort"
        default = "–"

    def __init_subclass__(cls, **options: Any) -> None:
        """The columns stand in the order of Meta, also for who asks before there are rows."""
        super().__init_subclass__(**options)
        names = Sequence(cls._meta.sequence or ("...",)).expand(cls.base_columns)
        cls.base_columns = Columns({name: cls.base_columns[name] for name in names})

    def __init__(self, *args: Any, **options: Any) -> None:
        self.patterns = kept_patterns()
        super().__init__(*args, **options)

    @classmethod
    def titles(cls) -> dict[str, str]:
        """The columns by name, without those of boxes and links."""
        return {
            name: str(column.verbose_name)
            for name, column in cls.base_columns.items()
            if name not in (CHOOSE, OPEN)
        }

    @classmethod
    def named(cls) -> str:
        """The column that names the row."""
        return next(iter(cls.titles()))

    @classmethod
    def sorts(cls) -> dict[str, str]:
        """The columns that can be sorted, by name."""
        titles = cls.titles()
        return {name: titles[name] for name in titles if cls.base_columns[name].orderable}

    @classmethod
    def fields_of(cls, sort: str) -> tuple[str, ...]:
        """What a column is sorted by; a hyphen before its name turns it round."""
        name = sort.removeprefix("-")
        if name not in cls.sorts():
            return ()
        fields = cls.base_columns[name].order_by
        return tuple(fields.opposite if sort.startswith("-") else fields)

    @classmethod
    def of(
        cls,
        rows: Iterable[Any],
        columns: Iterable[str],
        sort: str,
        *,
        without: Iterable[str] = (),
        **options: Any,
    ) -> Any:
        """The rows with the chosen columns, `without` boxes perhaps; `sort` is how they are sorted
        already.
        """
        hidden = {*cls.titles(), *without} - set(columns)
        return cls(SortedRows(list(rows)), exclude=tuple(hidden), order_by=sort or None, **options)

    def lines(self) -> Iterator[list[str]]:
        """The rows as a file has them, without the titles."""
        rows = self.as_values(exclude_columns=(CHOOSE, OPEN))
        next(rows)
        for row in rows:
            yield ["" if cell is None else str(cell) for cell in row]
