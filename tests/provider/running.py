"""npm's oidc-provider beside the tests: a real identity provider, with a page of its own, keys of
its own and sessions of its own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from tests import npm
from tests.by_hand.services import free_port
from tests.provider import FOLDER, prepare

CLIENT_ID, SECRET = "portal", "a secret of the tests alone"


class Provider:
    """What the tests tell it, and what it has sent over the back channel."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.people: dict[str, dict[str, Any]] = {}
        self.logout_tokens: list[str] = []
        self.forward_to = ""
        """Where the back channel leads beside this list; a live portal."""

    def control(self, **values: Any) -> list[str]:
        """The addresses that it was asked for until now."""
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.issuer}/control",
            json.dumps(values).encode() if values else None,
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            addresses: list[str] = json.load(response)
        return addresses

    def knows(self, name: str, **claims: Any) -> None:
        """Somebody who signs in there under that name, with what it says of her."""
        self.people[name] = claims
        self.control(people=self.people)

    def as_new(self) -> None:
        self.people.clear()
        self.logout_tokens.clear()
        self.forward_to = ""
        self.control(people={}, acr=None, amr=None, silent=False, broken=False)

    def heard(self, body: bytes) -> int:
        """A logout token over the back channel."""
        self.logout_tokens.append(urllib.parse.parse_qs(body.decode())["logout_token"][0])
        if not self.forward_to:
            return 200
        address = f"{self.forward_to}/accounts/sign-on/ended/"
        with urllib.request.urlopen(address, body, timeout=10) as response:  # noqa: S310
            return int(response.status)


def prepared() -> None:
    """The packages of package-lock.json; CI has them, and fails without."""
    if npm.is_there():
        prepare()
    elif os.environ.get("CI"):
        pytest.fail("Node.js is not installed: .ci/run installs it.")
    else:
        pytest.skip("Node.js is not installed (Debian: apt-get install nodejs npm)")


@contextmanager
def running(*portals: str) -> Iterator[Provider]:
    """One that leads back to these portals."""
    prepared()
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}")

    class Channel(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(provider.heard(body))
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            pass

    channel = ThreadingHTTPServer(("127.0.0.1", 0), Channel)
    threading.Thread(target=channel.serve_forever, daemon=True).start()
    command = ["node", "provider.mjs", str(port), f"http://127.0.0.1:{channel.server_port}/"]
    process = subprocess.Popen(
        [*command, *portals], cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        while line := process.stdout.readline():
            if line == b"listening\n":
                break
        assert line, "The provider did not start."
        provider.as_new()
        yield provider
    finally:
        process.kill()
        process.wait()
        channel.shutdown()
        channel.server_close()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any, **more: Any) -> None:
        return None


class Visitor:
    """A person with a browser: the portal's cookies in `client`, the provider's in a jar."""

    def __init__(self, name: str, portal: str = "http://testserver") -> None:
        self.name, self.portal = name, portal
        self.client = Client()
        self._opener = urllib.request.build_opener(
            _Stay, urllib.request.HTTPCookieProcessor(CookieJar())
        )
        self.asked_there = 0
        """How often the provider's page asked for the name."""

    def _open(
        self, address: str, fields: Mapping[str, str] | None = None
    ) -> tuple[int, HTTPMessage, str]:
        data = urllib.parse.urlencode(fields).encode() if fields else None
        try:
            with self._opener.open(address, data, timeout=10) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def at_provider(self, address: str, *, cancel: bool = False) -> str:
        """Through its pages; the address of the portal that it leads back to."""
        fields: dict[str, str] | None = None
        for _ in range(12):
            status, headers, body = self._open(address, fields)
            fields = None
            if status in (302, 303):
                address = urllib.parse.urljoin(address, headers["Location"])
                if address.startswith(self.portal):
                    return address.removeprefix(self.portal)
            elif "/session/end/confirm" in body:  # another person is signed in there
                (address,) = re.findall(r'action="([^"]+)"', body)
                fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', body))
            else:
                assert "/interaction/" in address, body
                self.asked_there += 1
                fields = {"cancel": "1"} if cancel else {"name": self.name}
        raise AssertionError(f"The provider leads in circles: {address}")

    def goes(self, path: str, fields: Mapping[str, str] | None = None) -> Any:
        """A button of the portal, the provider's page, and what the portal answers then."""
        page = self.client.post(path, dict(fields or {}))
        return self.returns(page) if page.status_code == 302 else page

    def returns(self, page: Any) -> Any:
        return self.client.get(self.at_provider(page["Location"]))

    @property
    def inside(self) -> bool:
        return self.client.get("/accounts/security/").status_code == 200
