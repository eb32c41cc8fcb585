"""The forms by which a district defines its elements."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms

from pathways.elements.definitions import ElementDefinition
from pathways.files.values import tidy
from pathways.models import Element
from pathways.models.elements.value import FAR

MOST_CHOICES = 50
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BoundField(forms.DecimalField):
    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            max_digits=13,
            decimal_places=4,
            min_value=Decimal(-FAR),
            max_value=Decimal(FAR),
            widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 10}),
            help_text="For a number only",
        )


class NewElementForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="As it stands on the record, like Bus route",
        error_messages={"required": "Enter a name"},
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Select a kind"), *Element.Kind.choices],
        error_messages={"required": "Select a kind", "invalid_choice": "Select a kind"},
    )
    choices = forms.CharField(
        label="Choices",
        required=False,
        max_length=4000,
        help_text="For a choice list only. One on each line, in the order of the list",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    lowest = BoundField("Lowest number")
    highest = BoundField("Highest number")
    help = forms.CharField(
        label="Help",
        required=False,
        max_length=200,
        help_text="Shown below the field. Nothing is required",
    )
    position = forms.IntegerField(
        label="Order",
        min_value=1,
        max_value=99,
        help_text="1 stands first",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 3}),
        error_messages={"required": "Enter a number from 1 to 99"},
    )

    def clean_choices(self) -> list[str]:
        listed: dict[str, str] = {}
        for line in self.cleaned_data["choices"].splitlines():
            if name := tidy(line):
                listed.setdefault(name.lower(), name)
        names = list(listed.values())
        if len(names) > MOST_CHOICES:
            raise forms.ValidationError(f"Enter no more than {MOST_CHOICES} choices")
        if any(len(name) > 60 for name in names):
            raise forms.ValidationError("Each choice must have no more than 60 characters")
        if any(_FORBIDDEN.search(name) for name in names):
            raise forms.ValidationError("Type the choices again instead of pasting them")
        return names

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        kind, lowest, highest = (typed.get(name) for name in ("kind", "lowest", "highest"))
        if kind and kind != Element.Kind.NUMBER and (lowest is not None or highest is not None):
            self.add_error("kind", "Only a number can have a lowest and a highest number")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("lowest", "The lowest number must not be above the highest")
        if (
            kind == Element.Kind.CHOICE
            and not typed.get("choices")
            and "choices" not in self.errors
        ):
            self.add_error("choices", "Enter at least one choice")
        if kind and kind != Element.Kind.CHOICE and typed.get("choices"):
            self.add_error("choices", "Only a choice list has choices")
        return typed

    @property
    def definition(self) -> ElementDefinition:
        typed = self.cleaned_data
        names = ("name", "help", "kind", "lowest", "highest", "position", "choices")
        return ElementDefinition(
            **{name: typed[name] for name in names}, is_retired=typed.get("is_retired", False)
        )


class ElementForm(NewElementForm):
    is_retired = forms.BooleanField(
        label="Retired",
        required=False,
        help_text="No longer asked. Values that were entered stay readable",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)

    @staticmethod
    def initial_of(element: Element) -> dict[str, Any]:
        offered = [choice.name for choice in element.choices.all() if not choice.is_retired]
        names = ("name", "help", "kind", "position", "is_retired", "version")
        bounds = {
            name: bound if bound is None else f"{bound.normalize():f}"
            for name, bound in (("lowest", element.lowest), ("highest", element.highest))
        }
        return {
            **{name: getattr(element, name) for name in names},
            **bounds,
            "choices": "\n".join(offered),
        }
