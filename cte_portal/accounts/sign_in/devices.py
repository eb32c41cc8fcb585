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
    cookie = _read(request)
    return str(cookie["id"]) if _digest(username) in cookie["people"] else ""


def is_shared(request: HttpRequest, username: str) -> bool:
    """Whether somebody else has signed in on this device too, as far as it remembers."""
    return bool({*_read(request)["people"]} - {_digest(username)})


def remember(request: HttpRequest, response: HttpResponseBase, username: str) -> None:
    """The person has proved on this device who she is."""
    cookie = _read(request)
    digests = [digest for digest in cookie["people"] if digest != _digest(username)]
    people = [*digests[1 - MOST_PEOPLE :], _digest(username)]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"id": cookie["id"], "people": people}, salt=SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    fresh = {"id": secrets.token_urlsafe(9), "people": []}
    try:
        cookie = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=KEPT
        )
    except signing.BadSignature:
        return fresh
    return cookie if isinstance(cookie, dict) and {"id", "people"} <= cookie.keys() else fresh


def _digest(username: str) -> str:
    return salted_hmac(SALT, plain_name(username), algorithm="sha256").hexdigest()[:16]
