"""What single sign-on adds to a request: nothing to a page or to what is sent, two statements to a
sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from certification.models import Signature
from cte_portal.accounts.models import SignOnDuty, User
from pathways.models import Student
from tests.cte_portal.accounts.sign_on.test_proving import filled, page_of, ready, signed_on
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import District_
from tests.pathways.desk import Desk
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


def test_what_is_sent_costs_as_many_statements_as_without_a_provider(
    provider: Provider, clerk: User, cottonwood: District_, kayla: Student, settings: Any
) -> None:
    """A record that is saved by who signed on, and by who came by password."""
    cottonwood.record(kayla)
    SignOnDuty.objects.create(district="9012", since=timezone.now())
    visitor = signed_on(clerk, provider, "cheryl")
    by_password = Client()
    by_password.force_login(clerk)

    def saves(client: Client, credits: str) -> int:
        cache.clear()
        desk = Desk(client, kayla)
        return statements(lambda: desk.change(in_district_credits=credits))

    def is_saved(credits: str) -> bool:
        return str(Desk(by_password, kayla).record().in_district_credits) == credits

    saves(visitor.client, "2.00")  # what a process learns once
    with_it = saves(visitor.client, "2.25")
    assert is_saved("2.25")
    settings.OIDC_ISSUER = ""
    saves(by_password, "2.50")
    assert saves(by_password, "2.75") == with_it and is_saved("2.75")


def test_signing_costs_no_more_by_a_step_up_than_by_password(
    provider: Provider, ready: Any, settings: Any
) -> None:
    person, path = ready.primary.user, page_of(ready)
    ready.certifier("mreyes2", "Reyes", "Maria")  # so that the first signature does not seal
    visitor = signed_on(person, provider)
    form = filled(visitor.client.get(path).content.decode())
    visitor.goes("/accounts/sign-on/confirm/", {**form, "next": path})
    cache.clear()
    with_it = statements(lambda: visitor.client.post(path, form))
    assert Signature.objects.get().method == "sso"
    Signature.objects.standing().update(voided_at=timezone.now(), void_reason="Signed once more")
    settings.OIDC_ISSUER = ""
    by_password = Client()
    by_password.force_login(person)
    form = filled(by_password.get(path).content.decode())
    cache.clear()
    without = statements(lambda: by_password.post(path, {**form, "proof": PASSPHRASE}))
    assert Signature.objects.standing().get().method == "password"
    assert with_it <= without + 2


@pytest.mark.parametrize("duty", [None, "0965"])
def test_a_password_costs_two_statements_more_where_there_is_a_provider(
    duty: str | None, provider: Provider, clerk: User, settings: Any
) -> None:
    """Whether it is required is asked before the password counts, and whether it has to be
    connected after it.
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
