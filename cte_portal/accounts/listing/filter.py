"""How a person looks at a list: narrowed, sorted, with these columns, so many rows on a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from cte_portal.accounts.listing.table import ListTable
from cte_portal.pages.offered import KeptSelect, offer
from cte_portal.ui.patterns import kept_pattern

PAGE, MOST_ROWS = 50, 200
OF_ALL_LISTS = ("sort", "rows")


class ListFilter(forms.Form):
    """Fields of a subclass narrow its list. What cannot be read finds nothing and says so: a list
    must not say more than was asked for.
    """

    use_required_attribute = False

    sort = forms.ChoiceField(widget=KeptSelect, label="Sort by", required=False)
    rows = forms.TypedChoiceField(
        widget=KeptSelect,
        label="Rows on a page",
        required=False,
        choices=[(PAGE, PAGE), (MOST_ROWS, MOST_ROWS)],
        coerce=int,
    )

    def __init__(
        self, query: QueryDict, table: type[ListTable], *, spare: Iterable[str] | None = None
    ) -> None:
        """`spare` stands in place of the table's own."""
        self.table, self.named = table, table.named()
        titles = table.titles()
        standard = [
            name for name in titles if name not in (table.spare if spare is None else spare)
        ]
        self.columns = [name for name in query.getlist("columns") if name in titles] or standard
        super().__init__(query, auto_id="%s")
        offer(
            self,
            "sort",
            [("", "As listed")]
            + [
                (f"{turn}{name}", f"{title}{words}")
                for name, title in table.sorts().items()
                for turn, words in (("", ""), ("-", ", last first"))
            ],
        )

    @property
    def narrowing(self) -> Iterator[BoundField]:
        """The fields of the list itself."""
        return (self[name] for name in self.fields if name not in OF_ALL_LISTS)

    @property
    def drawn(self) -> SafeString:
        """The same, drawn once for all who are offered the same and chose the same; what is refused
        is drawn anew, with the reason.
        """
        if self.errors or settings.RELOAD:
            return self._drawn()
        key = type(self), tuple(_looks(field) for field in self.narrowing)
        look = _known.get(key)
        if look is None:
            if len(_known) >= MOST_DRAWN:  # another thread may clear them at any moment
                _known.clear()
            look = _known[key] = self._drawn()
        return look

    def _drawn(self) -> SafeString:
        return render_to_string("listing/narrowing.html", {"fields": self.narrowing})

    @property
    def values(self) -> dict[str, Any]:
        """What can be read of it."""
        self.is_valid()
        return self.cleaned_data

    @property
    def is_readable(self) -> bool:
        """Whether all that narrows the list can be read. A sorting that is none is passed
        over.
        """
        self.is_valid()
        return not set(self.errors) - set(OF_ALL_LISTS)

    @property
    def is_narrowed(self) -> bool:
        return any(self.values.get(field.name) for field in self.narrowing)

    @property
    def sorting(self) -> str:
        return self.values.get("sort") or ""

    @property
    def size(self) -> int:
        return self.values.get("rows") or PAGE

    @property
    def chosen_columns(self) -> list[str]:
        """In the order of the table; the one that names the row is always among them."""
        chosen = {*self.columns, self.named}
        return [name for name in self.table.titles() if name in chosen]

    @property
    def columns_and_order(self) -> SafeString:
        """Drawn once for all who see the same columns and sort by the same."""
        return _columns_and_order(
            self.named,
            tuple(self.column_choices),
            self["sort"].as_widget(),
            self["rows"].as_widget(),
        )

    @property
    def column_choices(self) -> list[tuple[str, str, bool]]:
        """Name, title, and whether it is there, of the columns that may be left out."""
        titles = self.table.titles()
        chosen = set(self.chosen_columns)
        return [(name, titles[name], name in chosen) for name in titles if name != self.named]


MOST_DRAWN = 512
"""Looks of filters that are kept: a list of schools and pathways has some thousand characters."""
_known: dict[Any, SafeString] = {}


def _looks(field: BoundField) -> tuple[Any, ...]:
    """All that decides how a field without an error is drawn, beside the kind of its form."""
    value, choices = field.value(), getattr(field.field, "choices", ())
    return field.name, str(field.label), str(value), tuple(choices)


@kept_pattern
def _columns_and_order(
    named: str, choices: tuple[tuple[str, str, bool], ...], sort: SafeString, rows: SafeString
) -> SafeString:
    context = {"named": named, "choices": choices, "sort": sort, "rows": rows}
    return render_to_string("listing/columns.html", context)
