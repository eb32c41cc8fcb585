"""What Django's templates of form fields say an attribute or an option at a time:
`{% load widgets %}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from cte_portal.ui.patterns import kept_pattern

register = template.Library()
register.filter("attributes", flatatt)


@kept_pattern
def _option_pattern() -> str:
    return render_to_string("ui/option.html", dict.fromkeys(("value", "attributes", "label"), "{}"))


@register.filter
def options(
    groups: Iterable[tuple[str | None, list[dict[str, Any]], int]],
) -> Iterator[tuple[str | None, SafeString]]:
    """The options of a select by their groups. Django renders each option with two templates, and a
    list may have hundreds.
    """
    for name, members in groupby(groups, key=itemgetter(0)):
        places = (
            (option["value"], flatatt(option["attrs"]), option["label"])
            for _, group, _ in members
            for option in group
        )
        yield name, format_html_join("\n", _option_pattern(), places)
