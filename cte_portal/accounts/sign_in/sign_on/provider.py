"""The identity provider over the network: where its pages and keys are, and the code that is
exchanged for a token. No visitor waits long for it, and nobody at all once it was silent.
"""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import BoundedSemaphore, Lock
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

log = logging.getLogger("cte_portal.sign_on")

STEP_SECONDS, WHOLE_SECONDS = 2.0, 3.0
"""What a step of the network may take, and a whole answer."""
AT_ONCE, PLACE_SECONDS = 3, 0.3
"""How many threads of a process wait for the provider at one time, and how long another waits for
its turn: one of a web process's four always serves the others.
"""
LEFT_ALONE = 20.0
"""Seconds for which a provider that did not answer is not asked again."""
FRESH, STALE = 3600.0, 86400.0
"""Seconds for which what it said of itself is believed, and is used while it is away."""
NEW_KEYS = 60.0
"""Seconds between two looks for a key that nobody knows: tokens can be made up."""
MOST_BYTES = 200_000
DISCOVERY = "/.well-known/openid-configuration"


class Away(Exception):
    """It does not answer, or not in a way that can be used."""


class Rejected(Exception):
    """It does not accept what was sent to it: a code that was used, or has expired."""


@dataclass(frozen=True)
class Endpoints:
    authorization: str
    token: str
    keys: str
    end_session: str
    posts_secret: bool


@dataclass
class _Memory:
    """What this process knows of the provider."""

    silent_until: float = 0.0
    endpoints: Endpoints | None = None
    endpoints_at: float = 0.0
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys_at: float = 0.0
    lock: Lock = field(default_factory=Lock)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any, **more: Any) -> None:
        return None


_memory = _Memory()
_opener = build_opener(_NoRedirect)
_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sign-on")
_places = BoundedSemaphore(AT_ONCE)


def forget() -> None:
    """As a process that has just started."""
    global _memory
    _memory = _Memory()


def origin() -> str:
    """Scheme, host and port of the issuer."""
    parts = urlsplit(settings.OIDC_ISSUER)
    return f"{parts.scheme}://{parts.netloc}"


def endpoints() -> Endpoints:
    known, age = _memory.endpoints, time.monotonic() - _memory.endpoints_at
    if known and age < FRESH:
        return known
    try:
        known = _endpoints_in(_ask(settings.OIDC_ISSUER.rstrip("/") + DISCOVERY))
    except Away:
        if known and age < STALE:
            return known
        raise
    _memory.endpoints, _memory.endpoints_at = known, time.monotonic()
    return known


def key(name: str) -> dict[str, Any]:
    """The public key of that name, as JSON. Keys change; who is asked for an unknown one looks."""
    age = time.monotonic() - _memory.keys_at if _memory.keys_at else STALE
    if age >= FRESH or (name not in _memory.keys and age >= NEW_KEYS):
        try:
            answer = _ask(endpoints().keys).get("keys")
        except Away:
            if name not in _memory.keys or age >= STALE:
                raise
        else:
            rows = answer if isinstance(answer, list) else []
            _memory.keys = {
                str(row.get("kid", "")): row
                for row in rows
                if isinstance(row, dict) and row.get("use", "sig") == "sig"
            }
            _memory.keys_at = time.monotonic()
    if name not in _memory.keys:
        raise Rejected
    return _memory.keys[name]


def exchange(code: str, *, verifier: str, redirect: str) -> str:
    """The identity token for a code."""
    where = endpoints()
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect,
    }
    headers = {}
    if where.posts_secret:
        fields |= {"client_id": settings.OIDC_CLIENT_ID, "client_secret": settings.OIDC_SECRET}
    else:
        pair = f"{quote(settings.OIDC_CLIENT_ID, '')}:{quote(settings.OIDC_SECRET, '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    token = _ask(where.token, fields=fields, headers=headers).get("id_token")
    if not isinstance(token, str):
        raise Rejected
    return token


def _endpoints_in(answer: dict[str, Any]) -> Endpoints:
    """Its pages, which people see, are on the issuer's own host: the portal lets a browser go
    nowhere else.
    """
    start = f"{origin()}/"
    pages = {
        name: str(answer.get(name) or "")
        for name in ("authorization_endpoint", "end_session_endpoint")
    }
    machines = {name: str(answer.get(name) or "") for name in ("token_endpoint", "jwks_uri")}
    secure = all(
        urlsplit(address).scheme == "https" or address.startswith(start)
        for address in machines.values()
    )
    if (
        answer.get("issuer") != settings.OIDC_ISSUER
        or not secure
        or not pages["authorization_endpoint"].startswith(start)
    ):
        log.error("the identity provider's configuration does not belong to OIDC_ISSUER")
        raise Away
    ways = answer.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    end = pages["end_session_endpoint"]
    return Endpoints(
        authorization=pages["authorization_endpoint"],
        token=machines["token_endpoint"],
        keys=machines["jwks_uri"],
        end_session=end if end.startswith(start) else "",
        posts_secret="client_secret_basic" not in ways and "client_secret_post" in ways,
    )


def _ask(
    address: str,
    *,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An answer as JSON, within the seconds that a visitor waits. Once it was silent, one visitor
    at a time finds out whether it is back.
    """
    with _memory.lock:
        now = time.monotonic()
        if now < _memory.silent_until:
            raise Away
        if _memory.silent_until:
            _memory.silent_until = now + LEFT_ALONE
    if not _places.acquire(timeout=PLACE_SECONDS):
        raise Away
    work = _pool.submit(_fetch, address, fields, dict(headers or {}))
    work.add_done_callback(lambda _: _places.release())
    try:
        answer = work.result(timeout=WHOLE_SECONDS)
    except (OSError, HTTPException, TimeoutError, ValueError) as error:
        _memory.silent_until = time.monotonic() + LEFT_ALONE
        log.error("the identity provider does not answer: error=%s", type(error).__name__)
        raise Away from None
    _memory.silent_until = 0.0
    if answer is None:
        raise Rejected
    return answer


def _fetch(
    address: str, fields: Mapping[str, str] | None, headers: dict[str, str]
) -> dict[str, Any] | None:
    """None where it says that what was sent is wrong."""
    data = urlencode(fields).encode() if fields else None
    request = Request(address, data, {"Accept": "application/json", **headers})  # noqa: S310
    ends = time.monotonic() + WHOLE_SECONDS
    try:
        with _opener.open(request, timeout=STEP_SECONDS) as response:
            parts: list[bytes] = []
            while part := response.read1(65_536):
                parts.append(part)
                if time.monotonic() > ends or sum(map(len, parts)) > MOST_BYTES:
                    raise TimeoutError
    except HTTPError as error:
        if fields and 400 <= error.code < 500:
            return None
        raise
    answer = json.loads(b"".join(parts))
    if not isinstance(answer, dict):
        raise HTTPException
    return answer
