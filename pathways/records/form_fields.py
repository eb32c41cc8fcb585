"""Fields of the CTE Participant Detail: what is typed is read as a file's values are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from pathways.files import values
from pathways.ledger.shape import LABELS


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


class YesNoField(ReadField):
    def __init__(self, name: str) -> None:
        choices = [("Yes", "Yes"), ("No", "No")]
        super().__init__(
            values.yes_or_no, label=LABELS[name], widget=forms.RadioSelect(choices=choices)
        )
