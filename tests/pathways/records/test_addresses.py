"""Addresses that a list says for each of its lines."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cte_portal.editions import Edition, Scope
from pathways.pages.addresses import address_of


@pytest.mark.parametrize(
    ("page", "keys"),
    [
        ("cte-roster-entry", ()),
        ("cte-student", (12,)),
        ("cte-record-new", (7,)),
        ("cte-record", (9_012, 2_025)),
        ("cte-record-history", (900_000_001, 5)),
        ("explanation-take-back", (3,)),
    ],
)
def test_an_address_is_that_of_its_page(page: str, keys: tuple[int, ...]) -> None:
    for district, year in [("9012", 2025), ("0965", 2026), ("9012", 2026)]:
        scope = Scope(district, year, Edition.DISTRICT)
        assert address_of(scope, page, *keys) == reverse(page, args=[district, year, *keys])
