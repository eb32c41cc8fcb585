"""The announcement above every page, and whether the portal is open, read-only or closed.

Every page and every job asks, so a process remembers the answer for a few seconds.
"""

from __future__ import annotations

import time

from django.db import DatabaseError, InterfaceError, transaction

from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.watch.models import Service

FRESH = 3
"""Seconds until all processes know of a change."""
KIND, NAME = "service", "Announcement and service"

_known: tuple[float, Service] | None = None


def current() -> Service:
    """While the database is away nothing is known, and the page says that itself."""
    if _known is not None and time.monotonic() < _known[0]:
        return _known[1]
    try:
        service = Service.objects.first() or Service()
    except (DatabaseError, InterfaceError):
        service = Service()
    remember(service)
    return service


def remember(service: Service, seconds: float = FRESH) -> None:
    global _known
    _known = (time.monotonic() + seconds, service)


def announcement() -> str:
    return current().announcement


def change(announcement: str, mode: str, *, by: User, reason: str) -> None:
    """What is different is written to the audit, with the reason."""
    with transaction.atomic():
        before = Service.objects.select_for_update().first() or Service()
        after = Service(announcement=announcement, mode=mode)
        words = _words(before), _words(after)
        if words[0] == words[1]:
            return
        values = {"announcement": announcement, "mode": mode}
        after, _ = Service.objects.update_or_create(id=1, defaults=values)
        deed = Deed(KIND, "1", NAME, AuditEvent.Operation.CHANGE, *words)
        AuditEvent.objects.record([deed], by=by, reason=reason)
        transaction.on_commit(lambda: remember(after))


def _words(service: Service) -> dict[str, str]:
    return {"Announcement": service.announcement, "Service": service.get_mode_display()}
