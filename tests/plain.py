"""Patterns beside what they are short for: the same page with each template rendered whole, and
values that would show if one were taken for a mark, for a format or for HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from hypothesis import strategies

from cte_portal.ui.patterns import Patterns

HOSTILE = (
    "<script>alert(1)</script>",
    "\"'><img src=x>",
    "%s %(name)s %%",
    "{student} {0} {} {{ student }} {% if %}",
    "{",
    "}}",
    "a\0b",
    "&amp;",
    "É – ﷺ",
    "",
)
hostile = strategies.lists(strategies.sampled_from(HOSTILE), max_size=3).map("".join)


@contextmanager
def plainly() -> Iterator[None]:
    def whole(
        patterns: Patterns, template: str, values: dict[str, Any], **of_kind: Any
    ) -> SafeString:
        return render_to_string(template, {**of_kind, **values})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Patterns, "fill", whole)
        yield
