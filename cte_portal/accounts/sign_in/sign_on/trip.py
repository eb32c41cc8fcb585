"""The way to the provider's page and back, in one browser: what was asked waits in the session, is
answered once, and is the portal's alone to say.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
import time
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from cte_portal.accounts.sign_in.letters import portal_address
from cte_portal.accounts.sign_in.sign_on import provider, tokens

log = logging.getLogger("cte_portal.sign_on")

TRIP = "sign_on_trip"
MOST_SECONDS = 600
"""How long somebody may take at the provider."""


class Canceled(Exception):
    """The person, or the provider, broke off there."""


class NotAwaited(Exception):
    """An answer that this browser did not ask for, has had already, or that came too late."""


@dataclass(frozen=True)
class Trip:
    """`why` is what for, `back` the page to go on with, `about` what is to be signed."""

    why: str
    back: str
    about: str
    state: str
    nonce: str
    verifier: str
    at: float


def begin(
    request: HttpRequest, why: str, *, back: str = "/", about: str = "", anew: bool = False
) -> HttpResponseRedirect:
    """Lead to the provider's page; `anew` has it ask the person again, whoever is signed in there.
    Raises Away.
    """
    page = provider.endpoints().authorization
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    trip = Trip(why, back, about, state, nonce, verifier, time.time())
    request.session[TRIP] = asdict(trip)
    digest = hashlib.sha256(trip.verifier.encode()).digest()
    fields = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": _answer(request),
        "scope": "openid email",
        "state": trip.state,
        "nonce": trip.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    if settings.OIDC_STRONG_ACR:
        fields["acr_values"] = " ".join(settings.OIDC_STRONG_ACR)
    if anew:
        fields |= {"prompt": "login", "max_age": "0"}
    return HttpResponseRedirect(f"{page}{'&' if '?' in page else '?'}{urlencode(fields)}")


def finish(request: HttpRequest) -> tuple[Trip, tokens.Identity, str]:
    """The answer that the browser brings back, with the identity token itself. Raises Away,
    Rejected, Unfit, Canceled or NotAwaited.
    """
    kept = request.session.pop(TRIP, None)
    trip = Trip(**kept) if isinstance(kept, dict) else None
    state = request.GET.get("state", "")
    if trip is None or not hmac.compare_digest(state.encode(), trip.state.encode()):
        raise NotAwaited
    if time.time() - trip.at > MOST_SECONDS:
        raise NotAwaited
    if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        raise tokens.Unfit("iss")
    if "error" in request.GET:
        raise Canceled
    token = provider.exchange(
        request.GET.get("code", "")[:4000], verifier=trip.verifier, redirect=_answer(request)
    )
    return trip, tokens.identity(token, nonce=trip.nonce), token


def _answer(request: HttpRequest) -> str:
    return portal_address(request, reverse("sign-on-answer"))
