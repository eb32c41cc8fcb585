"""A list as a page and as a file: the same filter, the same order, the same columns."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.paginator import Page
from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.accounts.access.scoped import PortalView
from cte_portal.accounts.listing.filter import ListFilter
from cte_portal.accounts.listing.shelf import SavedLink, Shelf
from cte_portal.accounts.listing.table import ListTable
from cte_portal.pages.typed import paged
from cte_portal.ui import csv_file, xlsx_file
from cte_portal.ui.tables.rows import Head, around_sort

AT_ONCE = 500
"""Rows of a file that are read together."""
FORMS = {"csv": "CSV", "xlsx": "XLSX"}


@dataclass(frozen=True)
class Listing:
    """What templates/listing/ shows of a list."""

    form: ListFilter
    page: Page[Any]
    table: ListTable
    query: str
    """What stays in the address beside the page."""
    files: list[tuple[str, str]]
    """(name of the form, address) of the files; empty for who may take none."""
    address: str
    saved: list[SavedLink]
    save_address: str
    rows: Sequence[Any]
    """Of the page, for a list that writes them itself: many small cells cost a table most."""

    @property
    def heads(self) -> list[Head]:
        """Of the chosen columns."""
        titles, sorts = self.form.table.titles(), self.form.table.sorts()
        before, after = around_sort(QueryDict(self.query))
        sorting = self.form.sorting
        heads = []
        for name in self.form.chosen_columns:
            css = self.form.table.base_columns[name].attrs.get("th", {}).get("class", "")
            turn = {name: "ascending", f"-{name}": "descending"}.get(sorting, "")
            sort = f"-{name}" if sorting == name else name
            address = f"?{before}sort={sort}{after}" if name in sorts else ""
            heads.append(Head(titles[name], css, address, turn))
        return heads

    @property
    def after(self) -> int:
        """How many rows the next page has."""
        return min(self.form.size, self.page.paginator.count - self.page.end_index())

    @property
    def is_empty(self) -> bool:
        return not self.page.paginator.count


class RowsView(PortalView):
    """A list is known by the keys of its rows, which the database narrows and sorts; the rows of
    one page, or of a part of a file, are read by them.
    """

    file_name: ClassVar[str]
    filter_class: ClassVar[type[ListFilter]]

    @property
    @abstractmethod
    def table(self) -> type[ListTable]: ...

    @abstractmethod
    def filter_of(self, query: Any) -> ListFilter: ...

    @abstractmethod
    def keys(self) -> Sequence[Any]:
        """Of all rows, in their order."""

    @abstractmethod
    def rows(self, keys: Sequence[Any]) -> Sequence[Any]:
        """In the order of the keys; a row that is gone is left out."""

    @abstractmethod
    def file_address(self, form: str) -> str:
        """Of the list as a file, without a query; empty for who may take none."""

    @cached_property
    def filter(self) -> ListFilter:
        return self.filter_of(self.request.GET)

    @cached_property
    def readable_keys(self) -> Sequence[Any]:
        return self.keys() if self.filter.is_readable else []

    def listing(self, **options: Any) -> Listing:
        page, query = paged(self.request, self.readable_keys, self.filter.size)
        files = [(title, self.file_address(form)) for form, title in FORMS.items()]
        rows = self.rows(list(page.object_list))
        return Listing(
            self.filter,
            page,
            self.table.of(
                rows,
                self.filter.chosen_columns,
                self.filter.sorting,
                **options,
            ),
            query,
            [
                (title, f"{address}?{query}" if query else address)
                for title, address in files
                if address
            ],
            self.request.get_full_path(),
            self.shelf.links(self.person.pk, self.request.path),
            self.shelf.address("saved-lists"),
            rows,
        )

    @property
    def shelf(self) -> Shelf:
        return Shelf(getattr(self.request, "scope", None))

    def lines(self) -> Iterator[list[str]]:
        """All rows as a file has them."""
        keys, columns = self.readable_keys, self.filter.chosen_columns
        for start in range(0, len(keys), AT_ONCE):
            rows = self.rows(keys[start : start + AT_ONCE])
            yield from self.table.of(rows, columns, self.filter.sorting).lines()


class RowsFile(RowsView):
    """The list as a file for a spreadsheet; Views and Downloads names who took it."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = kwargs["form"]
        if form not in FORMS:
            raise Http404("There is no such file.")
        titles = [self.table.titles()[name] for name in self.filter.chosen_columns]
        scope = getattr(request, "scope", None)
        parts = [self.file_name, *([scope.district] if scope else []), str(timezone.localdate())]
        name = f"{'-'.join(parts)}.{form}"
        if form == "csv":
            return csv_file.download(name, titles, self.lines())
        content = io.BytesIO()
        xlsx_file.write_xlsx(content, titles, self.lines(), sheet="List")
        content.seek(0)
        return FileResponse(content, as_attachment=True, filename=name, content_type=xlsx_file.XLSX)
