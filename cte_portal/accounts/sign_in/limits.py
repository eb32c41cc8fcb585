"""How often somebody may try (settings.ACCOUNT_RATE_LIMITS), counted by allauth's limiter so that
no stranger can keep a person out.

Wrong passwords count for the address, and for the pair of person and address; on a device of the
person's own they count for the device alone. What is confirmed within a session counts for the
person, whom nobody else reaches there.
"""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest

from cte_portal.accounts.sign_in.devices import device_of, plain_name

APP = "allauth.account"


class Tries:
    """Tries of one kind, each counted as it begins and given back when it was right."""

    def __init__(self, request: HttpRequest, *counts: tuple[str, str]) -> None:
        self.request, self.counts = request, counts

    def begin(self) -> list[ratelimit.RateLimitUsage] | None:
        """Count one more; None when there were too many."""
        usages: list[ratelimit.RateLimitUsage] = []
        for action, key in self.counts:
            usage = ratelimit.consume(self.request, app=APP, action=action, key=key)
            if usage is None:
                return None
            usages.append(usage)
        return usages

    @property
    def exhausted(self) -> bool:
        return any(
            ratelimit.consume(self.request, app=APP, action=action, key=key, dry_run=True) is None
            for action, key in self.counts
        )

    def forget(self) -> None:
        """It was right: what went wrong before does not count any more."""
        for action, key in self.counts:
            ratelimit.clear(self.request, app=APP, action=action, key=key)


def passwords(request: HttpRequest, username: str) -> Tries:
    """At signing in."""
    device = device_of(request, username)
    if device:
        return Tries(request, ("login_failed_device", f"{device}|{plain_name(username)}"))
    return Tries(request, ("login_failed", f"{ratelimit.get_ip(request)}|{plain_name(username)}"))


def codes(request: HttpRequest, user: Any) -> Tries:
    """Of the authenticator app, at signing in. Who gets as far knows the password, so from strange
    devices all tries count together too.
    """
    device = device_of(request, user.username)
    if device:
        return Tries(request, ("code_failed", f"{device}|{user.pk}"))
    return Tries(
        request,
        ("code_failed", f"{ratelimit.get_ip(request)}|{user.pk}"),
        ("code_failed_anywhere", str(user.pk)),
    )


def proofs(request: HttpRequest, user: Any) -> Tries:
    """Password or code asked for again within a session: to sign, to confirm."""
    return Tries(request, ("proof_failed", str(user.pk)))


def noticed(request: HttpRequest, username: str) -> Tries:
    """Wrong passwords for a person from anywhere: too many are told, and refuse nothing."""
    return Tries(request, ("login_failed_anywhere", plain_name(username)))
