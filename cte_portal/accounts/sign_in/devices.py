"""Devices from which a person has signed in before: a signed cookie, so that strangers' wrong tries
lock nobody out of the own desk.

The cookie holds a random number and digests of user names; nothing in it is secret, and it opens
nothing: a password is still asked.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

SALT = "cte_portal.accounts.sign_in.devices"
KEPT = 400 * 24 * 60 * 60  # seconds; browsers keep no cookie longer
MOST_PEOPLE = 40
"""A desk that more people share knows the last ones."""


def plain_name(username: str) -> str:
    """A user name as tries are counted for it, however it is written."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def device_of(request: HttpRequest, username: str) -> str:
    """The number of a device on which this person has signed in before; empty for any other."""
    seen = _read(request)
    return str(seen["id"]) if _digest(username) in seen["people"] else ""


def remember(request: HttpRequest, response: HttpResponseBase, username: str) -> None:
    """The person has proved on this device who she is."""
    seen = _read(request)
    others = [one for one in seen["people"] if one != _digest(username)]
    people = [*others[1 - MOST_PEOPLE :], _digest(username)]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"id": seen["id"], "people": people}, salt=SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    fresh = {"id": secrets.token_urlsafe(9), "people": []}
    try:
        seen = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=KEPT
        )
    except signing.BadSignature:
        return fresh
    return seen if isinstance(seen, dict) and {"id", "people"} <= seen.keys() else fresh


def _digest(username: str) -> str:
    return salted_hmac(SALT, plain_name(username), algorithm="sha256").hexdigest()[:16]
