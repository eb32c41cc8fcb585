"""Refuses what the portal does not do just now: writing while it is read-only, everything while it
is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import can_statewide, page_of
from cte_portal.ui import errors
from cte_portal.watch.models import Service
from cte_portal.watch.service import service

SIGN_IN = {
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "stay-signed-in",
    "portal-service",
}
"""What goes on in every mode: people sign in and out, and OPI opens the portal again."""
WATCH = {"health-ready", "metrics", "help"}
SENTENCES = {
    Service.Mode.READ_ONLY: (
        "The portal can only be read right now, so this was not saved or sent. Jobs wait and start"
        " later."
    ),
    Service.Mode.CLOSED: "The portal is closed right now. Your records are safe.",
}
TITLES = {
    Service.Mode.READ_ONLY: "Read only right now",
    Service.Mode.CLOSED: "Back soon",
}


class ServiceMiddleware:
    """Stands behind sign-in and the CSRF check, so that only the person's own form is given back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        now = service.current()
        if now.takes_writes or page_of(request) in SIGN_IN | WATCH:
            return None
        reads = request.method in ("GET", "HEAD", "OPTIONS")
        if reads and (now.mode == Service.Mode.READ_ONLY or _keeps_the_portal(request)):
            return None
        mode = Service.Mode(now.mode)
        return errors.held_back(
            request, TITLES[mode], SENTENCES[mode], now.announcement, framed=reads is False
        )


def _keeps_the_portal(request: HttpRequest) -> bool:
    return request.user.is_authenticated and can_statewide(request, Capability.KEEP_LISTS)
