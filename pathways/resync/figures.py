"""What lists of all districts say of each one's last comparison (`gap.py`): a few numbers, kept in
the cache beside it, and in this process for as long as none are kept anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache

from pathways.ledger.kept import NO_CACHE
from pathways.models.state_copy import CopyInShort

A_WHILE = 60
"""Seconds after which the cache is asked again in any case: it may have dropped something."""


class GapInShort(NamedTuple):
    """What a list of all districts says of one's last comparison."""

    resync: tuple[Any, ...] | None
    cursor: int
    rows: int
    outcomes: int


@dataclass(frozen=True)
class GapsRead:
    """The districts that the cache was asked for, and what it had of them."""

    stamp: str | None
    """None where the cache had none: nothing is kept in it."""
    until: float
    districts: AbstractSet[str]
    figures: Mapping[str, GapInShort]


_read: dict[int, GapsRead] = {}
"""By school year what this process read last."""


def key_of(district: str, end_year: int) -> str:
    """After an upgrade nothing is read that the version before kept, maybe in another shape."""
    return f"unsent-{settings.PORTAL_VERSION}-{district}-{end_year}"


def to_keep(district: str, end_year: int, figures: GapInShort) -> dict[str, Any]:
    """What goes into the cache, by its keys. The stamp is last: who has read it has read no figures
    from before it.
    """
    return {
        _key_of_figures(district, end_year): tuple(figures),
        _key_of_stamp(end_year): secrets.token_hex(8),
    }


def last_known(end_year: int, copies: Mapping[str, CopyInShort]) -> dict[str, GapInShort]:
    """The last comparison of each district since its last resync, however long ago."""
    with suppress(*NO_CACHE):
        figures = _figures(end_year, copies.keys())
        return {
            district: figures[district]
            for district, copy in copies.items()
            if district in figures and figures[district].resync == copy.resync
        }
    return {}


def _figures(end_year: int, districts: AbstractSet[str]) -> Mapping[str, GapInShort]:
    """Hundreds, hardly one of which is another than the last time: they are read again where any
    district of the year was compared since.
    """
    stamp, gaps = cache.get(_key_of_stamp(end_year)), _read.get(end_year)
    if (
        gaps is None
        or gaps.stamp != stamp
        or gaps.until < monotonic()
        or not gaps.districts >= districts
    ):
        by_key = {_key_of_figures(district, end_year): district for district in districts}
        values_by_key = cache.get_many(by_key)
        figures = {by_key[key]: GapInShort._make(values) for key, values in values_by_key.items()}
        gaps = _read[end_year] = GapsRead(
            stamp, monotonic() + A_WHILE, frozenset(districts), figures
        )
    return gaps.figures


def _key_of_figures(district: str, end_year: int) -> str:
    return f"figures-of-{key_of(district, end_year)}"


def _key_of_stamp(end_year: int) -> str:
    return f"stamp-of-{key_of('all', end_year)}"
