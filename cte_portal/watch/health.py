"""Whether the portal can serve: `health/live` (the process answers) and `health/ready` (what it
needs answers). Without sign-in or secrets.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views.generic import View

from cte_portal.connection import answers as answers_in_time
from cte_portal.editions import Edition

log = logging.getLogger("cte_portal.watch")

PATIENCE = 2
"""Seconds that a database has for its answer; whoever watches waits no longer than 10 for all of
them.
"""

_migrated: set[str] = set()  # what has been migrated once stays so while this process lives


def reads(alias: str) -> bool:
    if connections[alias].vendor == "postgresql":
        return answers_in_time(connections[alias], PATIENCE)
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def is_migrated(alias: str) -> bool:
    if alias not in _migrated:
        loader = MigrationLoader(connections[alias])
        if set(loader.graph.nodes) - set(loader.applied_migrations):
            return False
        _migrated.add(alias)
    return True


def keeps() -> bool:
    mark = secrets.token_hex(8)
    cache.set("watch", mark, 10)
    return isinstance(cache.get("watch"), str)  # another process may have written meanwhile


def missing() -> list[str]:
    """What does not answer, or is not as this version needs it."""
    absent: list[str] = []
    for edition in Edition:
        steps: dict[str, Callable[[], bool]] = {
            f"{edition.label} database": partial(reads, edition.value),
            f"migrations of the {edition.label} database": partial(is_migrated, edition.value),
        }
        # What does not answer is not asked on: without a limit of time it would be waited for.
        absent += next(
            ([name] for name, answers in steps.items() if not _answers(name, answers)), []
        )
    return absent if _answers("cache", keeps) else [*absent, "cache"]


def _answers(name: str, answers: Callable[[], bool]) -> bool:
    try:
        return answers()
    except Exception as error:  # noqa: BLE001 - whatever it has, it is not ready
        log.warning("not ready: %s error=%s", name, type(error).__name__)
        return False


@method_decorator(login_not_required, name="dispatch")
class Health(View):
    """For a load balancer, a container engine, or whoever watches."""

    asks = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        absent = missing() if self.asks else []
        return JsonResponse(
            {"ready": not absent, "missing": absent},
            status=503 if absent else 200,
            headers={"Cache-Control": "no-store"},
        )
