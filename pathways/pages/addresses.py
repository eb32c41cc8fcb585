"""Addresses of a district's pages that a list says for each of its lines."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.urls import reverse

from cte_portal.editions import Scope

MOST = 1024
"""Pages of districts and school years whose addresses are kept."""
PLACE = 900_000_000
"""Stands for the first key in an address, the next number for the second."""


def address_of(scope: Scope, page: str, *keys: int, of: str = "") -> str:
    """The same as Django's reverse() of a page whose keys are numbers, perhaps after a word such as
    the id of a rule (`of`); it is asked once a process.
    """
    return pattern_of(scope, page, len(keys), of=of) % keys


def pattern_of(scope: Scope, page: str, number: int, *, of: str = "") -> str:
    """The same of any keys, of which there are so many, to be filled in for each line by `%`."""
    return _pattern(page, scope.district, scope.end_year, of, number)


@lru_cache(maxsize=MOST)
def _pattern(page: str, district: str, end_year: int, of: str, number: int) -> str:
    places: list[Any] = [PLACE + at for at in range(number)]
    address = reverse(page, args=[district, end_year, *([of] if of else []), *places])
    for place in places:
        address = address.replace(str(place), "%d")
    return address
