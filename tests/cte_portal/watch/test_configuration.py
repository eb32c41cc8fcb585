"""Every wrong configuration that an operator made on purpose is named by `check --deploy`, with
what to set. What stops the start at once is tried in `tests/cte_portal/test_set_up.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from cte_portal.connection import UnfitConnection
from cte_portal.editions import Edition, writing_state
from cte_portal.watch import configuration, standing
from cte_portal.watch.looks import checkups, store

POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture
def production(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A portal that is set up as it should be, but for its databases' role in the tests."""
    settings.PRODUCTION = True
    settings.PORTAL_ADDRESS = "https://cte.example.gov"
    settings.ALLOWED_HOSTS = ["cte.example.gov"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.REQUIRE_MFA = True
    settings.MFA_KEYS = ["read where a secret is encrypted"]
    settings.DEFAULT_FROM_EMAIL = "CTE Portal <cte@opi.example.gov>"
    settings.BATCH_LEASE_SECONDS, settings.BATCH_RENEW_SECONDS = 20, 5
    monkeypatch.setattr(configuration, "_role", lambda edition, connection: iter(()))
    return settings


def problems() -> dict[str, str]:
    """Sentence and remedy of each message, by its id."""
    return {str(m.id): f"{m.msg} {m.hint or ''}" for m in configuration.fits()}


def test_a_portal_that_is_set_up_well_has_nothing_to_hear(production: Any) -> None:
    assert problems() == {}


def test_the_practice_portal_is_not_asked(production: Any) -> None:
    production.PRODUCTION, production.PORTAL_ADDRESS = False, ""
    assert problems() == {}


@pytest.mark.parametrize(
    ("setting", "value", "number", "words"),
    [
        ("PORTAL_ADDRESS", "http://cte.example.gov", "E101", "like https://cte.example.gov"),
        ("PORTAL_ADDRESS", "cte.example.gov", "E101", "like https://cte.example.gov"),
        ("PORTAL_ADDRESS", "https://other.gov", "E102", "Add it to ALLOWED_HOSTS."),
        ("SECURE_PROXY_SSL_HEADER", None, "E103", "BEHIND_TLS_PROXY is not true"),
        ("REQUIRE_MFA", False, "E104", "a password alone opens student records"),
        ("MFA_KEYS", [], "W107", "Set MFA_KEYS to a key"),
        ("BATCH_LEASE_SECONDS", 1, "E105", "set BATCH_LEASE_SECONDS to 15 or more"),
        ("SESSION_WARNING_SECONDS", 1800, "E106", "The warning must come before the sign-out."),
        ("VAR_DIR", Path("/nowhere/at/all"), "E130", "there is no folder /nowhere/at/all"),
        ("DEFAULT_FROM_EMAIL", "", "E140", "Set it to an address of your office"),
        ("DEFAULT_FROM_EMAIL", "cte-portal@localhost", "E140", "no sender that a mail server"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_set(
    setting: str, value: Any, number: str, words: str, production: Any
) -> None:
    setattr(production, setting, value)
    messages = problems()
    assert list(messages) == [f"portal.{number}"] and words in messages[f"portal.{number}"]


def raises(error: Exception) -> Callable[..., Any]:
    def fail(*values: Any, **more: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("alias", ["default", "state"])
def test_a_database_that_does_not_let_the_portal_in(
    alias: str, production: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password, a closed port: psycopg says both the same way, and both at length."""
    monkeypatch.setattr(
        connections[alias], "ensure_connection", raises(OperationalError("password p4ss"))
    )
    messages = problems()
    assert list(messages) == ["portal.E111"] and "p4ss" not in messages["portal.E111"]
    assert messages["portal.E111"].startswith(
        "DATABASE_URL" if alias == "default" else "STATE_DATABASE_URL"
    )


def test_a_pooler_of_the_wrong_mode(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    unfit = raises(UnfitConnection("DATABASE_URL leads to a pooler"))
    monkeypatch.setattr(connections["default"], "ensure_connection", unfit)
    assert problems() == {"portal.E110": "DATABASE_URL leads to a pooler "}


def test_one_database_by_two_names(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`localhost` and `127.0.0.1` are told apart by no text."""
    monkeypatch.setattr(configuration, "_server", lambda connection: ("the same",))
    assert "lead to the same database by two names" in problems()["portal.E113"]


def test_two_clusters(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would be restored to a moment of its own (docs/deploy.md, *Back up and restore*)."""
    starts = {"default": ("Monday", 1), "state": ("Tuesday", 1)}
    monkeypatch.setattr(configuration, "_server", lambda connection: starts[connection.alias])
    assert problems() == {
        "portal.E117": "DATABASE_URL and STATE_DATABASE_URL lead to two PostgreSQL clusters: a"
        " restore to a point in time could not bring both editions to one moment. Make both"
        " databases in one cluster."
    }


def test_tables_of_another_version(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "is_migrated", lambda alias: alias != "state")
    assert problems() == {
        "portal.E112": f"The tables of the State database are not those of version"
        f" {production.PORTAL_VERSION}. Run as owner: python3 manage.py migrate"
    }


@pytest.mark.parametrize(
    ("place", "number", "words"),
    [
        ((standing, "keeps", lambda: False), "E120", "REDIS_URL: the cache"),
        ((checkups, "broker_answers", lambda: "Away."), "E121", "BROKER_URL: the broker"),
        ((checkups, "mail_answers", lambda: "Away."), "E141", "EMAIL_URL: the mail server"),
    ],
)
def test_a_service_that_is_away(
    place: tuple[Any, str, Any],
    number: str,
    words: str,
    production: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(*place)
    assert words in problems()[f"portal.{number}"]


def test_a_folder_that_cannot_be_written(production: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = SimpleNamespace(save=raises(PermissionError("x")))
    monkeypatch.setattr(store, "default_storage", storage)
    assert "must belong to the portal's own user" in problems()["portal.E131"]


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite knows no roles")
@pytest.mark.parametrize(
    ("grants", "words"), [("SELECT", "the web's"), ("SELECT, INSERT", "a worker's")]
)
def test_the_role_is_told_from_what_it_may(
    grants: str, words: str, db: None, settings: Any
) -> None:
    """The tests' own role is the owner, who may lift every trigger."""
    settings.PRODUCTION = True
    owner = {str(m.id): str(m.msg) for m in configuration.databases()}
    assert "can lift the triggers" in owner["portal.E114"]
    with writing_state(), connections["state"].cursor() as cursor:
        cursor.execute("CREATE ROLE cte_probe NOLOGIN")
        cursor.execute(f"GRANT {grants} ON ALL TABLES IN SCHEMA public TO cte_probe")
        cursor.execute("SET LOCAL ROLE cte_probe")
        (message,) = configuration._role(Edition.STATE, connections["state"])
        assert words in str(message.msg)
