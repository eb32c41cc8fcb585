"""What a field of choices offers, where that is known only as the page is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.safestring import SafeString

MOST = 1024
"""Lists of choices that are kept as they were rendered."""


class KeptSelect(forms.Select):
    """A list that stands on page after page with the same choices: each of its values is rendered
    once. A developer who changes its template sees that at once.
    """

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        if settings.RELOAD:
            return super().render(name, value, attrs, renderer)
        own = tuple({**self.attrs, **(attrs or {})}.items())
        return _rendered(name, tuple(self.choices), tuple(self.format_value(value)), own)


@lru_cache(maxsize=MOST)
def _rendered(
    name: str, choices: tuple[Any, ...], values: tuple[str, ...], attrs: tuple[Any, ...]
) -> SafeString:
    return forms.Select(choices=choices).render(name, values, dict(attrs))


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let the field `name` offer `choices`, as (value, words)."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def offer_rows(
    form: forms.BaseForm, name: str, rows: QuerySet[Any], *, empty: str | None = None
) -> None:
    """Let the field `name` offer these rows alone; `empty` are the words for none of them."""
    field = cast("forms.ModelChoiceField[Model]", form.fields[name])
    field.queryset = rows
    if empty is not None:
        field.empty_label = empty
