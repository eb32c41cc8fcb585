"""What watches the portal from outside sees what is wrong with it (M-5)."""

from __future__ import annotations

import http.server
import os
import socket
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from cte_portal.connection import answers
from cte_portal.watch import standing
from tests.cte_portal.test_set_up import ROOT

READY, LIVE = "/health/ready", "/health/live"


def test_m_5_a_portal_that_can_work_is_ready(running: None) -> None:
    """M-5: without a sign-in, and without a session."""
    version = settings.PORTAL_VERSION
    for address, health in (
        (READY, {"ready": True, "missing": [], "degraded": [], "version": version}),
        (LIVE, {"live": True, "version": version}),
    ):
        answer = Client().get(address)
        assert (answer.status_code, answer.json()) == (200, health)
        assert not answer.cookies and answer["Cache-Control"] == "no-store"


def test_live_asks_nothing_and_is_no_page() -> None:
    """It costs what a static file costs, since what knows people and pages stands behind it; and no
    database is there in this test.
    """
    behind = settings.MIDDLEWARE.index("cte_portal.watch.outside.live.LiveMiddleware")
    assert settings.MIDDLEWARE[:behind] == ["django.middleware.security.SecurityMiddleware"]
    with override_settings(MIDDLEWARE=settings.MIDDLEWARE[: behind + 1]):
        answer = Client().get(LIVE)
        assert answer.status_code == 200 and answer["X-Content-Type-Options"] == "nosniff"
        assert Client().head(LIVE).status_code == 200
    assert Client().post(LIVE).status_code == 405


def test_live_is_answered_to_the_proxy_alone_and_by_the_portals_name() -> None:
    """As the documents' proxy and load balancer ask: over TLS, with the portal's host."""
    with override_settings(
        ALLOWED_HOSTS=["cte.example.gov"],
        SECURE_SSL_REDIRECT=True,
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    ):
        by_proxy = {"host": "cte.example.gov", "x-forwarded-proto": "https"}
        assert Client().get(LIVE, headers=by_proxy).status_code == 200
        in_clear = Client().get(LIVE, headers={"host": "cte.example.gov"})
        assert (in_clear.status_code, in_clear["Location"]) == (
            301,
            "https://cte.example.gov/health/live",
        )
        assert Client().get(LIVE, headers={**by_proxy, "host": "10.0.0.7"}).status_code == 400


@pytest.mark.parametrize(
    ("place", "alias", "name", "status"),
    [
        ("reads", "default", "District database", 503),
        ("is_migrated", "default", "migrations of the District database", 503),
        ("reads", "state", "State database", 200),
        ("is_migrated", "state", "migrations of the State database", 200),
    ],
)
def test_m_5_a_database_that_does_not_answer_is_named(
    place: str,
    alias: str,
    name: str,
    status: int,
    running: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """M-5: the sign-in page answered 200 with PostgreSQL stopped; without the state people go
    on.
    """
    own = getattr(standing, place)

    def broken(query: str) -> bool:
        if query == alias:
            raise OperationalError("secret words of the database")
        return bool(own(query))

    monkeypatch.setattr(standing, place, broken)
    answer = Client().get(READY)
    health = answer.json()
    assert answer.status_code == status and "secret" not in answer.content.decode()
    assert (health["missing"], health["degraded"]) == (
        ([name], []) if status == 503 else ([], [name])
    )
    assert Client().get(LIVE).status_code == 200


def test_m_5_a_cache_that_does_not_answer_is_named(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-5: a table stands in for Redis, so people go on."""
    monkeypatch.setattr(standing, "keeps", lambda: False)
    answer = Client().get(READY)
    assert answer.status_code == 200 and answer.json()["degraded"] == ["Cache"]


def test_m_5_a_database_of_an_older_version_is_not_ready(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-5: a table that a migration will bring is missing."""
    monkeypatch.setattr(standing, "_migrated", set())
    assert standing.is_migrated("default") and standing.is_migrated("state")
    monkeypatch.setattr(standing, "_migrated", set())
    monkeypatch.setattr(
        "django.db.migrations.recorder.MigrationRecorder.applied_migrations", lambda self: {}
    )
    health = Client().get(READY).json()
    assert health["missing"] == ["migrations of the District database"]
    assert health["degraded"] == ["migrations of the State database"]


def test_a_database_of_a_later_version_is_not_ready(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old code beside new tables writes what these do not take."""
    monkeypatch.setattr(standing, "_migrated", set())
    own = MigrationRecorder.applied_migrations

    def later(recorder: MigrationRecorder) -> dict[tuple[str, str], Any]:
        return {**own(recorder), ("batches", "9999_later"): None}

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", later)
    assert not standing.is_migrated("default")


def test_m_5_a_database_that_does_not_answer_is_asked_no_further(
    running: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-5: its migrations are read on a connection that nothing cuts off."""
    questions: list[str] = []
    monkeypatch.setattr(standing, "reads", lambda alias: alias == "default")
    monkeypatch.setattr(
        standing, "is_migrated", lambda alias: bool(questions.append(alias) or True)
    )
    assert Client().get(READY).json()["degraded"] == ["State database"] and questions == ["default"]


READY_FOR_QUERY = b"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00\x00\x05I"


@pytest.mark.parametrize(
    "greeting", [b"", READY_FOR_QUERY], ids=["while connecting", "while asked"]
)
def test_m_5_a_database_that_stands_still_is_given_up(greeting: bytes) -> None:
    """M-5: a frozen PostgreSQL still takes connections; the page that says so waited with it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _ = server.accept()
            with link:
                link.recv(4096)
                link.sendall(greeting)
                while link.recv(4096):  # until the other side has had enough
                    pass

        threading.Thread(target=serve, daemon=True).start()
        given = {
            "host": "127.0.0.1",
            "port": server.getsockname()[1],
            "user": "nobody",
            "sslmode": "disable",
            "gssencmode": "disable",
        }
        with pytest.raises(psycopg.OperationalError):
            answers(SimpleNamespace(get_connection_params=lambda: given), 2)


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (301, 1)])
def test_h_3_the_container_asks_as_its_proxy_does(status: int, code: int) -> None:
    """H-3: a connection that is taken says nothing of what the portal needs."""
    requests: list[dict[str, str]] = []

    class Web(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append({**self.headers, "path": self.path})
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {
            "PATH": os.environ["PATH"],
            "ALLOWED_HOSTS": "cte.example.gov, other",
            "PORT": str(server.server_port),
        }
        command = [sys.executable, "-m", "cte_portal.watch.probe"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        server.shutdown()
    assert done.returncode == code, done.stderr
    assert (requests[0]["Host"], requests[0]["X-Forwarded-Proto"], requests[0]["path"]) == (
        "cte.example.gov",
        "https",
        READY,
    )
