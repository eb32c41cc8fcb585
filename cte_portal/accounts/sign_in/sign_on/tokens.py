"""What the provider's tokens say, judged: signed by its key, for this portal, now. Nothing is
believed that only stood in the address bar.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings

from cte_portal.accounts.sign_in.sign_on import provider

ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)]
SKEW = 30
"""Seconds by which the two clocks may differ."""
MOST_SECONDS_AGO = 120
"""How long ago somebody may have signed in at the provider, to sign here."""
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Unfit(Exception):
    """The token proves nothing. Its words are for the log: they name a claim and no value."""


@dataclass(frozen=True)
class Identity:
    """Who signed in at the provider, and how."""

    subject: str
    address: str
    """The e-mail address that the provider has verified; empty if it did not."""
    signed_in_at: int | None
    acr: str
    amr: tuple[str, ...]
    session: str

    @property
    def issuer(self) -> str:
        return str(settings.OIDC_ISSUER)

    @property
    def strong(self) -> bool:
        """Whether the provider asked for a second factor, in the words that OPI named."""
        return self.acr in settings.OIDC_STRONG_ACR or any(
            way in settings.OIDC_STRONG_AMR for way in self.amr
        )

    def signed_in_since(self, moment: float) -> bool:
        """Whether the person has typed something there just now, at this portal's wish."""
        now = time.time()
        at = self.signed_in_at
        return at is not None and max(moment, now - MOST_SECONDS_AGO) - SKEW <= at <= now + SKEW


def identity(token: str, *, nonce: str) -> Identity:
    claims = _claims(token, require=["exp", "iat", "sub", "iss", "aud", "nonce"])
    if not hmac.compare_digest(_text(claims, "nonce").encode(), nonce.encode()):
        raise Unfit("nonce")
    party = claims.get("azp")
    if party not in (None, settings.OIDC_CLIENT_ID):
        raise Unfit("azp")
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and party is None:
        raise Unfit("azp")
    at, ways = claims.get("auth_time"), claims.get("amr")
    verified = claims.get("email_verified") is True
    return Identity(
        subject=_text(claims, "sub"),
        address=_text(claims, "email") if verified else "",
        signed_in_at=at if type(at) is int else None,
        acr=_text(claims, "acr"),
        amr=tuple(way for way in ways if isinstance(way, str)) if isinstance(ways, list) else (),
        session=_text(claims, "sid"),
    )


def ended(token: str) -> tuple[str, str]:
    """Subject and session that a logout token ends; one of them may be empty."""
    claims = _claims(token, require=["iat", "iss", "aud", "jti"])
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT), dict):
        raise Unfit("events")
    if "nonce" in claims:
        raise Unfit("nonce")
    if claims["iat"] < time.time() - MOST_SECONDS_AGO - SKEW:
        raise Unfit("iat")
    subject, session = _text(claims, "sub"), _text(claims, "sid")
    if not subject and not session:
        raise Unfit("sub")
    return subject, session


def _claims(token: str, *, require: list[str]) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise Unfit("alg")
        key = jwt.PyJWK(provider.key(str(header.get("kid", ""))), algorithm=algorithm)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=settings.OIDC_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=SKEW,
            options={"require": require},
        )
    except provider.Rejected:
        raise Unfit("kid") from None
    except jwt.PyJWTError as error:
        raise Unfit(type(error).__name__) from None
    return claims


def _text(claims: dict[str, Any], name: str) -> str:
    """A claim that is text, no longer than the portal keeps; else nothing."""
    value = claims.get(name)
    return value if isinstance(value, str) and len(value) <= 255 else ""
