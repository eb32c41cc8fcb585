"""Values and names as people read them, in one place."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from cte_portal.words import listed_name, text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "Yes"),
        (False, "No"),
        (Decimal("0.5"), "0.50"),
        (1.0, "1.00"),
        (datetime.date(2024, 8, 1), "08/01/2024"),
        (datetime.date(202, 8, 1), "08/01/0202"),
        (12, "12"),
        ("Health", "Health"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_values_are_words(value: Any, words: str) -> None:
    assert text(value) == words


def test_nothing_is_empty_where_the_place_wants_it() -> None:
    assert text(None, "") == text("", "") == ""


def test_names_stand_in_capitals_with_the_initial() -> None:
    assert listed_name("Anderson", "Kayla", "Rose") == "ANDERSON, KAYLA R."
    assert listed_name("Núñez", "Zoë") == "NÚÑEZ, ZOË"


def test_no_other_module_makes_words_of_a_truth() -> None:
    """A canonical value is a format of its own."""
    makers = [
        path.relative_to(settings.BASE_DIR).as_posix()
        for package in ("cte_portal", "pathways", "certification")
        for path in (settings.BASE_DIR / package).rglob("*.py")
        if 'return "Yes" if value else "No"' in path.read_text()
    ]
    assert sorted(makers) == ["cte_portal/words.py", "pathways/rules/stored.py"]
