"""What single sign-on adds to a request: nothing to a page, two statements to a sign-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.models import SignOnDuty, User
from tests.cte_portal.accounts.sign_on.test_proving import page_of, ready, signed_on
from tests.fixtures.people import PASSPHRASE
from tests.provider.running import Provider

__all__ = ["ready"]  # a fixture

PAGES = (
    "/districts/9012/2025/",
    "/districts/9012/2025/batch-queue/",
    "/districts/9012/2025/cte-concentrator/",
    "/districts/9012/2025/resync/",
    "/accounts/sign-in/",
)


def statements(ask: Callable[[], Any]) -> int:
    """In both editions."""
    here, there = (CaptureQueriesContext(connections[alias]) for alias in ("default", "state"))
    with here, there:
        ask()
    return len(here) + len(there)


def costs(client: Client, path: str) -> int:
    """Of a page that was looked at before."""
    client.get(path)
    cache.clear()
    return statements(lambda: client.get(path))


def test_a_page_costs_as_many_statements_as_without_a_provider(
    provider: Provider, ready: Any, settings: Any
) -> None:
    person = ready.primary.user
    SignOnDuty.objects.create(district="9012", since=timezone.now())
    visitor = signed_on(person, provider)
    pages = (*PAGES, page_of(ready))
    with_it = {path: costs(visitor.client, path) for path in pages}
    settings.OIDC_ISSUER = ""
    by_password = Client()
    by_password.force_login(person)
    assert with_it == {path: costs(by_password, path) for path in pages}


@pytest.mark.parametrize("duty", [None, "0965"])
def test_a_password_costs_two_statements_more_where_there_is_a_provider(
    duty: str | None, provider: Provider, clerk: User, settings: Any
) -> None:
    """Whether it is required is asked before the password counts, and whether it has to be connected
    after it.
    """
    if duty:
        SignOnDuty.objects.create(district=duty, since=timezone.now())

    def signs_in() -> int:
        client = Client()
        form = {"login": clerk.username, "password": PASSPHRASE}
        return statements(lambda: client.post("/accounts/sign-in/", form))

    signs_in()
    with_it = signs_in()
    settings.OIDC_ISSUER = ""
    assert with_it - signs_in() <= 2
