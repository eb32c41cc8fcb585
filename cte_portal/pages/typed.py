"""Numbers that a person may have typed, or that an address or a form carries: what is none is no
number, and no error.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

DIGITS = 9
"""A number of so many digits fits every column; the keys of large tables have twice as many."""
KEY_DIGITS = 18


def number(text: str, *, digits: int = DIGITS) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def paged(
    request: HttpRequest, lines: Sequence[Any] | Collection[Any] | QuerySet[Any], size: int
) -> tuple[Page[Any], str]:
    """The page of a list that the address asks for, and the rest of its query, for the links to
    other pages.
    """
    query = request.GET.copy()
    page = query.pop("page", ["1"])[-1]
    return Paginator(lines, size).get_page(page), query.urlencode()  # type: ignore[arg-type]


def all_of(rows: int, size: int) -> str:
    """The label of the box that chooses a whole list, which is shown in pages of a size."""
    more = ", including other pages" if rows > size else ""
    return f"All {rows:,} in this list{more}"


class RowsField(forms.ModelMultipleChoiceField):
    """The rows of a list that a person has selected. A key that no row can have is as one of a row
    that is gone: SQLite would end in an error over it.
    """

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, list | tuple) else ():
            if number(str(key), digits=KEY_DIGITS) is None:
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(key)[:KEY_DIGITS]},
                )
        return super().clean(value)
