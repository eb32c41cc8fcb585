"""The fields of a record's District Defined Elements as they are first shown, as patterns that are
filled in: a widget of each took longer than the record's own form.
"""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from cte_portal.ui.patterns import joined, kept_patterns
from pathways.elements.entry_form import PREFIX, ElementsForm
from pathways.models import Element


def fields_of(form: ElementsForm) -> SafeString:
    """What the form says of itself while nothing has been typed into it."""
    return joined(_field(form, element) for element in form.elements)


def _field(form: ElementsForm, element: Element) -> SafeString:
    name = f"{PREFIX}{element.pk}"
    field: Any = form.fields[name]
    options = getattr(field.widget, "choices", ())
    values = {
        "name": name,
        "label": field.label,
        "hint": field.help_text,
        "text": field.initial,
        "seen": form.fields[f"{name}_seen"].initial,
        "options": joined(_option(value, words, field.initial) for value, words in options),
    }
    return kept_patterns().fill(
        "pathways/elements/entry_field.html",
        values,
        has_hint=bool(field.help_text),
        is_list=bool(options),
        is_short="size" in field.widget.attrs,
    )


def _option(value: str, words: str, chosen: str) -> SafeString:
    attributes = " selected" if value == chosen else ""
    values = {"value": value, "attributes": attributes, "label": words}
    return kept_patterns().fill("ui/option.html", values)
