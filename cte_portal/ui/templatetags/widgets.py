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
from django.utils.safestring import SafeString

from cte_portal.ui.patterns import kept_patterns

register = template.Library()
register.filter("attributes", flatatt)


@register.filter
def options(
    groups: Iterable[tuple[str | None, list[dict[str, Any]], int]],
) -> Iterator[tuple[str | None, SafeString]]:
    """The options of a select by their groups. Django renders each option with two templates, and a
    list may have hundreds.
    """
    for name, members in groupby(groups, key=itemgetter(0)):
        lines = (_option(option) for _, group, _ in members for option in group)
        yield name, SafeString("\n".join(lines))


def _option(option: dict[str, Any]) -> SafeString:
    attrs = option["attrs"]
    values = {
        "value": option["value"],
        "attributes": flatatt(attrs) if attrs else "",
        "label": option["label"],
    }
    return kept_patterns().fill("ui/option.html", values)
