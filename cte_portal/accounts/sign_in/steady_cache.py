"""The cache: Redis or files while they answer, a table of the District edition while they do not.

It counts tries at signing in, and holds what pages have counted of a district or compared with the
state. People sign in and pages are right without it; they are slower.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cached_property
from time import monotonic
from typing import Any, ClassVar

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.db import OperationalError

log = logging.getLogger("cte_portal.cache")

ROUNDS = (
    3  # between *there is one already* and *there is none* somebody else may have given it back
)
# seconds for which a cache that did not answer is not asked again, so that its time-out is paid
# once
LEFT_ALONE = 30

LOCK, LOCK_SECONDS = ":lock", 1
"""How the keys of the limiter's locks end, and how long one holds in the first cache. Whoever waits
for a lock waits a second and is then told of too many tries, so a lock that a frozen cache kept,
and that nobody gives back, is gone by then; it is held for milliseconds.
"""


class SteadyCache(BaseCache):
    """Settings name two other caches in OPTIONS: FIRST, and SECOND for as long as the first raises
    whatever it raises.
    """

    _silent_until: ClassVar[dict[str, float]] = {}
    """Of this process, by the name of the first cache."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._first, self._second = params["OPTIONS"]["FIRST"], params["OPTIONS"]["SECOND"]

    def _ask(self, operation: str, *arguments: Any, **options: Any) -> Any:
        if monotonic() >= self._silent_until.get(self._first, 0):
            brief = (
                {"timeout": LOCK_SECONDS}
                if operation == "add" and str(arguments[0]).endswith(LOCK)
                else {}
            )
            try:
                return getattr(caches[self._first], operation)(*arguments, **{**options, **brief})
            except Exception as error:  # noqa: BLE001 - whatever the cache has, people sign in
                self._silent_until[self._first] = monotonic() + LEFT_ALONE
                log.warning(
                    "cache=%s does not answer error=%s; the database stands in",
                    self._first,
                    type(error).__name__,
                )
        return getattr(caches[self._second], operation)(*arguments, **options)

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        for _ in range(ROUNDS):
            if self._ask("add", key, value, timeout=timeout, version=version):
                return True
            if self._ask("get", key, version=version) is not None:
                return False
        # The table answers *no* as well when it cannot be written; who signs in then would be told
        # of too many tries.
        raise OperationalError(
            "the database is locked or has no room"
        )  # a sentence that passes for both: busy

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """At once, as far as the cache can: Redis otherwise answers each of 400 by itself."""
        values: dict[Any, Any] = self._ask("get_many", list(keys), version=version)
        return values

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._ask("set", key, value, timeout=timeout, version=version)

    def set_many(
        self, data: dict[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[Any]:
        failed: list[Any] = self._ask("set_many", data, timeout=timeout, version=version)
        return failed

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(self._ask("touch", key, timeout=timeout, version=version))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._ask("delete", key, version=version))

    def clear(self) -> None:
        self._ask("clear")


class LastingClient(RedisCacheClient):
    """Django makes a client of the pool for each word with Redis: that takes twice as long as what
    is said, half a dozen times a page.
    """

    @cached_property
    def _lasting(self) -> Any:
        return super().get_client(write=True)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._lasting


class QuickCache(RedisCache):
    """Redis, at one address."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = LastingClient
