"""Fields of the CTE Participant Detail: what is typed is read as a file's values are."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pathways.files import values
from pathways.ledger.shape import LABELS

_ADDED = re.compile(r"\+[0-9.]", re.ASCII)


class ReadField(forms.CharField):
    """Text read by `pathways.files.values`, as a file's is. Whether it may be missing is for the
    catalogue to say, beside the other findings.
    """

    def __init__(self, read: Callable[[str, str], Any], **options: Any) -> None:
        super().__init__(strip=False, **options)
        self.read = read
        self.validators = []

    def clean(self, value: Any) -> Any:
        try:
            return self.read(value or "", str(self.label).removesuffix(" Earned"))
        except values.Unreadable as problem:
            raise ValidationError(problem.message, code=problem.rule) from problem


class CreditsField(ReadField):
    """Never `type=number`, which turns 1,5 into 15 and changes under the mouse wheel."""

    def __init__(self, name: str) -> None:
        attributes = {
            "inputmode": "decimal",
            "autocomplete": "off",
            "size": 6,
            "data-credits": name,
        }
        super().__init__(
            values.credits, label=LABELS[name], widget=forms.TextInput(attrs=attributes)
        )
        self.before: Any = None
        self.before_year = ""
        self.addition = ""

    def clean(self, value: Any) -> Any:
        """*+0.50* is added to what the field was at the end of last year."""
        typed = values.tidy(value or "")
        if not _ADDED.match(typed):
            return super().clean(value)
        amount = super().clean(typed[1:])
        if amount is None:
            return None
        before = self.before or Decimal("0.00")
        self.addition = (
            f"{self.label}: {before:.2f} last year + {amount:.2f} = {before + amount:.2f}."
        )
        return before + amount


class YesNoField(ReadField):
    def __init__(self, name: str) -> None:
        choices = [("Yes", "Yes"), ("No", "No")]
        super().__init__(
            values.yes_or_no, label=LABELS[name], widget=forms.RadioSelect(choices=choices)
        )
