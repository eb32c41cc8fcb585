"""A page's forms lead to the portal and to exactly the identity provider that is set (operations
A-5, 11). What a browser makes of it: tests/browser/journeys/test_sign_on_journey.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.settings import sign_on
from tests.fixtures.records import District_

PAGES = ("/accounts/sign-in/", "/accounts/security/", "/districts/9012/2025/", "/nowhere/")


def leads_to(client: Client, path: str) -> list[str]:
    policy = client.get(path)["Content-Security-Policy"]
    (rule,) = [part for part in policy.split("; ") if part.startswith("form-action ")]
    return rule.split()[1:]


@pytest.mark.parametrize(
    ("issuer", "origin"),
    [
        ("https://login.example.gov/oauth2/default", "https://login.example.gov"),
        ("https://login.example.gov:8443", "https://login.example.gov:8443"),
        ("https://login.example.gov/", "https://login.example.gov"),
        ("http://127.0.0.1:5050", "http://127.0.0.1:5050"),
    ],
)
def test_11_forms_lead_to_the_issuer_that_is_set(
    issuer: str, origin: str, client: Client, clerk: User, cottonwood: District_, settings: Any
) -> None:
    """On every page, as each can be signed out of; and to nobody once there is none."""
    settings.OIDC_ISSUER = issuer
    assert leads_to(client, PAGES[0]) == ["'self'", origin]
    client.force_login(clerk)
    for path in PAGES[1:]:
        assert leads_to(client, path) == ["'self'", origin]
    settings.OIDC_ISSUER = ""
    for path in PAGES[1:]:
        assert leads_to(client, path) == ["'self'"]


def test_11_nothing_but_forms_leads_there(client: Client, settings: Any, db: None) -> None:
    settings.OIDC_ISSUER = "https://login.example.gov"
    assert client.get("/accounts/sign-in/")["Content-Security-Policy"].count("login.example") == 1


@pytest.mark.once
@pytest.mark.parametrize(
    "value",
    [
        "https://*.example.gov",
        "https://login.example.gov; script-src *",
        "https://login.example.gov 'unsafe-inline'",
        "https://someone@login.example.gov",
        "https://login.example.gov?tenant=1",
        "http://login.example.gov",
        "https://",
        "https:",
        "*",
        "login.example.gov",
    ],
)
def test_11_an_issuer_that_would_let_others_through_stops_the_start(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", value)
    with pytest.raises(ImproperlyConfigured, match="set it to the provider's issuer"):
        sign_on.issuer()


@pytest.mark.once
@pytest.mark.parametrize("production", [False, True])
def test_11_an_issuer_without_tls_is_for_practice_on_one_machine(
    production: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_on, "PRODUCTION", production)
    monkeypatch.setenv("OIDC_ISSUER", "http://127.0.0.1:5050")
    if production:
        with pytest.raises(ImproperlyConfigured):
            sign_on.issuer()
    else:
        assert sign_on.issuer() == "http://127.0.0.1:5050"
    monkeypatch.setenv("OIDC_ISSUER", "https://login.example.gov/oauth2/default")
    assert sign_on.issuer() == "https://login.example.gov/oauth2/default"
