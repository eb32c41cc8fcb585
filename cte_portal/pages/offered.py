"""What a field of choices offers, where that is known only as the page is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import Model, QuerySet


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
