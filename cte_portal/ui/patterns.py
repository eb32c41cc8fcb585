"""What is shown many times with other values. A template would take a second for 1,800 cells: each
kind of row and cell is rendered once, with marks where they differ, and the marks are filled in.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, wraps
from html import escape
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

Text = TypeVar("Text", bound=str)

MOST_KEPT = 4096
AS_THEY_ARE = (SafeString, int)
TO_ESCAPE = re.compile("[&<>\"']").search


class Patterns:
    """What is rendered once: `of_kind` chooses among a template's forms, and holds nothing that a
    person typed; that stands in the values.

    Django's own way of filling one does the same in three times the time.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], str] = {}

    def fill(self, template: str, values: dict[str, Any], **of_kind: Any) -> SafeString:
        pattern = self._known.get((template, *of_kind.values()))
        return filled(pattern or self.pattern(template, values, **of_kind), values)

    def pattern(self, template: str, names: Iterable[str], **of_kind: Any) -> str:
        """With a mark for each name, for who fills in many."""
        key = (template, *of_kind.values())
        pattern = self._known.get(key)
        if pattern is None:
            if len(self._known) >= MOST_KEPT:  # of columns, people choose any number of sets
                self._known.clear()
            marks = {name: f"{{{name}}}" for name in names}
            pattern = self._known[key] = render_to_string(template, {**of_kind, **marks})
        return pattern


def filled(pattern: str, values: dict[str, Any]) -> SafeString:
    return SafeString(
        pattern.format_map(
            {
                name: (
                    value
                    if value.__class__ in AS_THEY_ARE
                    or (value.__class__ is str and not TO_ESCAPE(value))
                    else _escaped(value)
                )
                for name, value in values.items()
            }
        )
    )


def escaped(values: Sequence[Any]) -> Sequence[Any]:
    """Many values as they can be filled in, such as those of a column. In most texts nothing is to
    be escaped, which is seen of all of them at once.
    """
    kinds = set(map(type, values))
    if kinds.issubset(AS_THEY_ARE) or (kinds == {str} and not TO_ESCAPE("".join(values))):
        return values
    return [
        value
        if value.__class__ in AS_THEY_ARE
        else value.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#x27;")
        if value.__class__ is str
        else _escaped(value)
        for value in values
    ]


def _escaped(value: Any) -> str:
    """Whatever is neither a number nor a word in which nothing is to be escaped, as most are."""
    return str(value.__html__()) if hasattr(value, "__html__") else escape(str(value))


def page_around(
    request: HttpRequest, template: str, context: dict[str, Any], **long: SafeString
) -> HttpResponse:
    """A page with something long in it, such as 200 rows of a grid. Each block, condition and
    include around it would copy it twice, a dozen of them one in the other: the page is rendered
    with marks that nobody can know beforehand, and what they stand for is put in last.
    """
    marks = {name: secrets.token_hex(16) for name in long}
    response = render(request, template, {**context, **marks})
    content = response.content
    for name, mark in marks.items():
        content = content.replace(mark.encode(), long[name].encode())
    response.content = content
    return response


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Patterns one after the other."""
    return SafeString("".join(parts))


_KEPT = Patterns()


def kept_patterns() -> Patterns:
    """Those of the whole process, for what is of a few kinds on whatever page. A developer who
    changes one sees that at once.
    """
    return Patterns() if settings.RELOAD else _KEPT


def kept_pattern(pattern: Callable[..., Text]) -> Callable[..., Text]:
    """A template without places to fill in, or whose places are arguments that come again and
    again, as days do in lists. It is rendered once; a developer who changes it sees that at once.
    """
    once = lru_cache(maxsize=MOST_KEPT)(pattern)

    @wraps(pattern)
    def kept(*places: Any) -> Text:
        return (pattern if settings.RELOAD else once)(*places)

    return kept
