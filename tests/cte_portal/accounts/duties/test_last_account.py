"""While everybody has to use the identity provider, the last emergency account stays one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import EmergencyAccount, Role, SignOnDuty, User
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.accounts.sign_in.letters import tell_of_emergency
from cte_portal.accounts.sign_in.sign_on.standing import standing
from cte_portal.batches.models import Batch
from tests.cte_portal.accounts.duties.test_duties import (
    ISSUER,
    in_emergency,
    opi_administrator,
    refusal_of,
)
from tests.cte_portal.accounts.letters import send_queued
from tests.fixtures.together import Together
from tests.pathways.desk import text

LAST = "This is the last emergency account, and everybody must use Montana sign-in."


@pytest.fixture(autouse=True)
def provider(settings: Any) -> None:
    settings.OIDC_ISSUER = ISSUER
    settings.OIDC_CLIENT_ID, settings.OIDC_SECRET = "portal", "of the tests"


@pytest.fixture
def desk(keeper: User, client: Client) -> Client:
    client.force_login(keeper)
    return client


def of_everybody() -> None:
    SignOnDuty.objects.create(since=timezone.now())


def role_of(user: User) -> str:
    return str(user.memberships.get(role=Role.OPI_ADMINISTRATOR).pk)


@pytest.mark.parametrize("act", ["close", "take"])
def test_the_last_one_is_neither_closed_nor_made_another_role(act: str, desk: Client) -> None:
    """The page says what to do first; the one before the last goes."""
    first, last = opi_administrator(1), opi_administrator(2)
    in_emergency(first, last)
    of_everybody()

    def acted(user: User) -> str:
        form = {"do": act, "membership": role_of(user)}
        return text(desk.post(f"/opi/people/{user.pk}/", form, follow=True))

    assert LAST not in acted(first)
    assert list(standing()) == [last]
    assert f"{LAST} Name another one first." in acted(last)
    assert list(standing()) == [last]
    in_emergency(opi_administrator(3))
    assert LAST not in acted(last)
    assert last not in standing()


@pytest.mark.parametrize("case", ["no duty", "a district's", "no provider", "not standing"])
def test_elsewhere_accounts_are_closed_as_before(case: str, desk: Client, settings: Any) -> None:
    ray = opi_administrator(1)
    if case == "not standing":
        EmergencyAccount.objects.create(user=ray, since=timezone.now())  # without an app
        in_emergency(opi_administrator(2))
    else:
        in_emergency(ray)
    if case == "a district's":
        SignOnDuty.objects.create(district="9012", since=timezone.now())
    elif case != "no duty":
        of_everybody()
    if case == "no provider":
        settings.OIDC_ISSUER = ""
    assert LAST not in text(desk.post(f"/opi/people/{ray.pk}/", {"do": "close"}, follow=True))
    ray.refresh_from_db()
    assert not ray.is_active


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_of_two_who_close_the_two_at_once_one_is_refused(keeper: User) -> None:
    ray, kim = opi_administrator(1), opi_administrator(2)
    in_emergency(ray, kim)
    of_everybody()
    authorities = Authority(keeper), Authority(opi_administrator(3))

    def close(authority: Authority, user: User) -> Callable[[], str]:
        return lambda: refusal_of(lambda: people.close(authority, user))

    with Together() as together:
        for _ in range(5):
            sentences = together.run(close(authorities[0], ray), close(authorities[1], kim))
            assert sorted(map(bool, sentences)) == [False, True]
            assert LAST in "".join(sentences)
            assert standing().count() == 1
            User.objects.filter(pk__in=[ray.pk, kim.pk]).update(is_active=True)


def test_an_e_mail_that_was_queued_under_an_earlier_name_leaves(keeper: User) -> None:
    tell_of_emergency(keeper)
    batch = Batch.objects.get(kind="account")
    assert get_template(f"accounts/email/{batch.options['template']}.txt")
    batch.options = {**batch.options, "template": "break_glass"}
    batch.save(update_fields=["options"])
    (letter,) = send_queued()
    assert "Robin Hale (rhale) signed in" in letter.body
