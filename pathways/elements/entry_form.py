"""A record's District Defined Elements as a form, beside the state's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from cte_portal.pages.typed import number
from pathways.elements.values import Content, ElementEdit
from pathways.files import values
from pathways.models import Element, ElementValue
from pathways.models.elements.value import FAR

PREFIX = "dde_"
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,4})?|[+-]?\.[0-9]{1,4}", re.ASCII)
_SOCIAL_SECURITY = re.compile(r"\b[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}\b", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def read(element: Element, choices: Sequence[str], typed: str) -> Content:
    """What was typed, as a value of the element's kind; None where nothing was. Raises
    ValidationError.
    """
    words = values.tidy(typed)
    if not words:
        return None
    try:
        if element.kind == Element.Kind.DATE:
            return values.date(words, element.name)
        if element.kind == Element.Kind.YES_NO:
            return values.yes_or_no(words, element.name)
    except values.Unreadable as problem:
        raise ValidationError(problem.message) from problem
    if element.kind == Element.Kind.NUMBER:
        return _number(element, words)
    if element.kind == Element.Kind.CHOICE:
        if words not in choices:
            raise ValidationError(f"Select a choice from the list for {element.name}")
        return words
    if len(words) > 200:
        raise ValidationError(f"{element.name} must have no more than 200 characters")
    if _CONTROL.search(words):
        raise ValidationError(f"Type {element.name} again instead of pasting it")
    if _SOCIAL_SECURITY.search(words):
        raise ValidationError(
            f"{element.name} looks like a Social Security number. Do not enter one here"
        )
    return words


def _number(element: Element, words: str) -> Decimal:
    if not _NUMBER.fullmatch(words):
        raise ValidationError(f"{element.name} must be a number, like 12 or 1.5")
    try:
        amount = Decimal(words)
    except InvalidOperation as problem:
        raise ValidationError(f"{element.name} must be a number, like 12 or 1.5") from problem
    lowest = Decimal(-FAR) if element.lowest is None else element.lowest
    highest = Decimal(FAR) if element.highest is None else element.highest
    if not lowest <= amount <= highest:
        bounds = f"{lowest.normalize():,f} to {highest.normalize():,f}"
        raise ValidationError(f"{element.name} must be from {bounds}")
    return amount


def choices_of(element: Element, stands: str) -> list[str]:
    """What is offered, and a retired choice that stands in the record."""
    choices = element.choices.all()
    return [choice.name for choice in choices if not choice.is_retired or choice.name == stands]


class ElementsForm(forms.Form):
    """One field an element, with the version that the person saw."""

    use_required_attribute = False

    def __init__(
        self, data: Any, elements: Sequence[Element], stored: Mapping[int, ElementValue]
    ) -> None:
        super().__init__(data)
        self.elements = [element for element in elements if not element.is_retired]
        self.stored = stored
        self.choices = {
            element.pk: choices_of(element, stored[element.pk].text if element.pk in stored else "")
            for element in self.elements
        }
        for element in self.elements:
            value = stored.get(element.pk)
            self.fields[f"{PREFIX}{element.pk}"] = forms.CharField(
                label=element.name,
                help_text=element.help or ("MM/DD/YYYY" if element.kind == "date" else ""),
                required=False,
                strip=False,
                initial=value.words if value else "",
                widget=self._widget(element),
            )
            self.fields[f"{PREFIX}{element.pk}_seen"] = forms.CharField(
                required=False,
                initial=value.version if value else 0,
                widget=forms.HiddenInput,
            )

    def _widget(self, element: Element) -> forms.Widget:
        if element.kind in (Element.Kind.CHOICE, Element.Kind.YES_NO):
            names = (
                ["Yes", "No"] if element.kind == Element.Kind.YES_NO else self.choices[element.pk]
            )
            return forms.Select(
                choices=[("", "Nothing entered"), *((name, name) for name in names)]
            )
        if element.kind == Element.Kind.TEXT:
            return forms.TextInput(attrs={"autocomplete": "off"})
        return forms.TextInput(attrs={"autocomplete": "off", "size": 10})

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        self.edits = []
        for element in self.elements:
            name = f"{PREFIX}{element.pk}"
            if name not in self.data:
                continue
            seen = number(typed.get(f"{name}_seen", ""))
            try:
                content = read(element, self.choices[element.pk], typed.get(name, ""))
            except ValidationError as problem:
                self.add_error(name, problem)
                continue
            self.edits.append(ElementEdit(element, content, 2**31 - 1 if seen is None else seen))
        return typed

    def replace_moved(self) -> None:
        """What somebody else saved in between stands beside its field; the next save replaces it."""
        data = QueryDict(mutable=True)
        data.update({name: str(value) for name, value in self.data.items()})
        for element in self.elements:
            name, value = f"{PREFIX}{element.pk}", self.stored.get(element.pk)
            version = value.version if value else 0
            if name in data and str(data.get(f"{name}_seen", "")) != str(version):
                data[f"{name}_seen"] = str(version)
                words = value.words if value else ""
                self.add_error(
                    name,
                    f"Someone else saved {words or 'nothing'} for {element.name} in the meantime."
                    " Save again to keep what you typed",
                )
        self.data = data
