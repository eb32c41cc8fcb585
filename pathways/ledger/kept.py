"""What is counted of a district once and kept until the district moves: for pages that would count
thousands of rows again for every student.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from cte_portal.accounts.access.reach import PAGE
from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.ledger.position import Position, position_of, settled_position
from pathways.models import Change

Answer = TypeVar("Answer")

NO_CACHE = (OSError, RedisError)
"""Without the cache each page counts: slower, and right."""
FRESH = 300
"""Seconds until a row that was changed past the portal shows. On the last day two hundred districts
have somebody at work at once: to count all of each anew takes a tenth of a second."""
MOST = 4096
"""Keys that a process knows, and pages of districts of which it knows what they ask for."""
ASKED, AHEAD = "keys that were asked for", "values that were read ahead"
KEPT = 2 * FRESH
"""Seconds for which it is known what was counted last."""


def is_fresh(counted_at: float) -> bool:
    """False when it is to be counted anew: after `FRESH` seconds at most, half of them at least.
    The fraction of its second, which is like drawn by lot, says when: districts that were counted
    at one moment, as when work begins in the morning, are not all counted anew at another.

    What was counted after now is not fresh: the clock was set back, nobody knows how far.
    """
    return 0 <= time.time() - counted_at < FRESH * (1 + counted_at % 1) / 2


class HangsOn(Enum):
    """What of the district's records an answer hangs on, so that a clerk's save does not have what
    it leaves as it was counted again.
    """

    VALUES = "what they hold"
    KEYS = "which there are"
    NOTHING = "nothing of them"


def kept(
    scope: Scope,
    known: dict[Any, Any],
    name: str,
    count: Callable[[], Answer],
    *narrowed: Any,
    anew: bool = False,
    of_records: HangsOn = HangsOn.VALUES,
    is_long: bool = False,
) -> Answer:
    """What `count` says of the District edition at the district's position; `narrowed` is what it
    depends on besides, and `known` what the page knows already. `anew` counts whatever is kept;
    `of_records` is what of them the answer hangs on. One that `is_long` is kept by itself, and a
    process that has read it reads it no more.

    The key in the cache tells nobody what was searched for, and is of one version of the portal: an
    answer that another one kept may have another shape.
    """
    place = (name, scope, narrowed)
    if anew or place not in known:
        known[place] = _kept(scope, known, name, count, narrowed, anew, of_records, is_long)
    answer: Answer = known[place]
    return answer


_last_asked: dict[Any, list[str]] = {}


def cached(key: str, scope: Scope, known: dict[Any, Any]) -> Any:
    """What the cache has under a key, None where it has nothing. Raises what the cache raises.

    A page asks for the same half a dozen values as the last one of its kind, and a question to Redis
    costs nearly as much as all of them together: what that one asked for is read at once.
    """
    if PAGE not in known:
        return cache.get(key)
    ahead: dict[str, Any] = known.setdefault(AHEAD, {})
    if ASKED not in known:
        page = known[PAGE], scope
        keys, known[ASKED] = tuple(_last_asked.get(page, ())), []
        if len(_last_asked) >= MOST:
            _last_asked.clear()
        _last_asked[page] = known[ASKED]
        if len(keys) > 1:
            ahead.update({**dict.fromkeys(keys), **cache.get_many(keys)})
    known[ASKED].append(key)
    return ahead.pop(key) if key in ahead else cache.get(key)


def _kept(
    scope: Scope,
    known: dict[Any, Any],
    name: str,
    count: Callable[[], Answer],
    narrowed: Any,
    anew: bool,
    of_records: HangsOn,
    is_long: bool,
) -> Answer:
    position = position_of(scope, known)
    key, stored = _key(name, scope, narrowed, settings.PORTAL_VERSION), None
    with suppress(*NO_CACHE):
        stored = None if anew else cached(key, scope, known)
    with suppress(LookupError, *NO_CACHE):
        match stored:
            case (kept_at, answer, counted_at) if _stands(kept_at, position, of_records):
                if is_fresh(counted_at):
                    return _whole(key, answer)
            case (kept_at, answer, counted_at) if of_records is HangsOn.KEYS and _stands(
                kept_at, position, HangsOn.NOTHING
            ):
                settled = settled_position(scope, known)
                if _came_or_went(scope.district, kept_at.cursor):
                    stored = None
                elif is_fresh(counted_at):
                    whole = _whole(key, answer)
                    if settled and _stands(kept_at, settled, HangsOn.NOTHING):
                        _keep(key, settled, answer, counted_at)
                    return whole
            case _:
                stored = None
    # Where nothing that it hangs on has moved since an earlier settled position, the answer is that
    # of the position, whoever writes now.
    settled = settled_position(scope, known) or (stored and stored[0])
    counted_at, answer = time.time(), count()
    if settled:
        _keep(key, settled, _by_itself(key, answer) if is_long else answer, counted_at)
    return answer


@lru_cache(maxsize=MOST)
def _key(name: str, scope: Scope, narrowed: Any, version: str) -> str:
    narrowing = repr((version, scope, narrowed))
    return str(salted_hmac(f"kept-{name}", narrowing, algorithm="sha256").hexdigest())


def _keep(key: str, position: Position, answer: Any, counted_at: float) -> None:
    with suppress(*NO_CACHE):
        cache.set(key, (position, answer, counted_at), KEPT)


@dataclass(frozen=True)
class ByItself:
    """Stands in the place of a long answer; the token is no other one's."""

    token: str


def _by_itself(key: str, answer: Any) -> ByItself:
    place = ByItself(secrets.token_hex(8))
    with suppress(*NO_CACHE):
        cache.set(f"{key}-long", (place.token, answer), KEPT)
    return place


def _whole(key: str, answer: Any) -> Any:
    """Raises LookupError where a long answer is not kept any more."""
    return _long(key, answer.token) if isinstance(answer, ByItself) else answer


@lru_cache(maxsize=16)  # of the largest district one takes 2 MB, and each save makes another
def _long(key: str, token: str) -> Any:
    match cache.get(f"{key}-long"):
        case (kept, answer) if kept == token:
            return answer
    raise LookupError


def _stands(kept_at: Position, now: Position, of_records: HangsOn) -> bool:
    """Whether nothing has moved since that an answer hangs on. It was counted while nobody wrote,
    so whatever was written later has a later line in the ledger.
    """
    if of_records is HangsOn.NOTHING and now.cursor >= kept_at.cursor:
        return replace(kept_at, cursor=now.cursor) == now
    return kept_at == now


@prepared
def _came_or_went(district: str, cursor: int) -> QuerySet[Change, tuple[int]]:
    """The first record that was entered or deleted since."""
    changes = Change.objects.after(district, cursor).exclude(operation=Change.Operation.UPDATE)
    return changes.values_list("pk")[:1]
