"""What is counted of a district once and kept until the district moves: for pages that would count
thousands of rows again for every student.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from cte_portal.editions import Scope
from pathways.ledger.position import position_of, settled_position

Answer = TypeVar("Answer")

NO_CACHE = (OSError, RedisError)
"""Without the cache each page counts: slower, and right."""
FRESH = 60
"""Seconds until a row that was changed past the portal shows."""


def kept(
    scope: Scope,
    known: dict[Any, Any],
    name: str,
    count: Callable[[], Answer],
    *narrowed: Any,
    anew: bool = False,
) -> Answer:
    """What `count` says of the District edition at the district's position; `narrowed` is what it
    depends on besides, and `known` what the page knows already. `anew` counts whatever is kept.

    The key in the cache tells nobody what was searched for.
    """
    place = (name, scope, narrowed)
    if anew or place not in known:
        known[place] = _kept(scope, known, name, count, narrowed, anew=anew)
    answer: Answer = known[place]
    return answer


def _kept(
    scope: Scope,
    known: dict[Any, Any],
    name: str,
    count: Callable[[], Answer],
    narrowed: Any,
    *,
    anew: bool,
) -> Answer:
    position = position_of(scope, known)
    key = salted_hmac(f"kept-{name}", repr((scope, narrowed)), algorithm="sha256").hexdigest()
    with suppress(*NO_CACHE):
        match None if anew else cache.get(key):
            case (kept_at, answer) if kept_at == position:
                return answer
    settled = settled_position(scope, known)
    answer = count()
    if settled:
        with suppress(*NO_CACHE):
            cache.set(key, (settled, answer), FRESH)
    return answer
