"""Days as people type them, MM/DD/YYYY, and whole days as moments of the portal's clock."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django import forms
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone

FORMAT = "%m/%d/%Y"


class DayField(forms.DateField):
    """A day centuries away is a slip of the keyboard, and after the last one of the calendar there
    is none.
    """

    def __init__(
        self,
        *,
        wrong: str,
        outside: str = "",
        attrs: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(
            input_formats=[FORMAT],
            widget=forms.DateInput(format=FORMAT, attrs=dict(attrs or {})),
            error_messages={"invalid": wrong, **options.pop("error_messages", {})},
            validators=_sensible(outside or wrong),
            **options,
        )


def day_in(text: str) -> datetime.date | None:
    """The day that an address names; None where it names none."""
    with suppress(forms.ValidationError):
        day: datetime.date | None = DayField(required=False, wrong="").clean(text)
        return day
    return None


def _sensible(message: str) -> list[BaseValidator]:
    return [
        MinValueValidator(datetime.date(2000, 1, 1), message),
        MaxValueValidator(datetime.date(2099, 12, 31), message),
    ]


def begins(day: datetime.date) -> datetime.datetime:
    """The moment a day begins in Montana."""
    return datetime.datetime.combine(day, datetime.time(), timezone.get_default_timezone())


def ends(day: datetime.date) -> datetime.datetime:
    """The moment from which a day is over in Montana."""
    return begins(day + datetime.timedelta(days=1))


def in_days(first: datetime.date | None, last: datetime.date | None, *, field: str = "at") -> Q:
    """Moments within whole days, both included."""
    condition = Q()
    if first:
        condition &= Q(**{f"{field}__gte": begins(first)})
    if last:
        condition &= Q(**{f"{field}__lt": ends(last)})
    return condition
