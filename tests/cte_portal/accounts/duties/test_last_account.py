"""While everybody has to use the identity provider, the last emergency account stays one."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import EmergencyAccount, Invitation, Role, SignOnDuty, User
from cte_portal.accounts.models.user import unused
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.accounts.sign_in.letters import tell_of_emergency
from cte_portal.accounts.sign_in.sign_on.standing import standing
from cte_portal.batches.letters import unused_accounts
from cte_portal.batches.models import Batch
from tests.cte_portal.accounts.duties.test_duties import (
    ISSUER,
    in_emergency,
    opi_administrator,
    refusal_of,
)
from tests.cte_portal.accounts.letters import send_queued
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE
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


def signed_in_with_app(client: Client, username: str = "ray1") -> None:
    client.post("/accounts/sign-in/", {"login": username, "password": PASSPHRASE})
    client.post("/accounts/sign-in/code/", {"code": phone.code()})
    assert client.get("/accounts/security/").status_code == 200


def role_of(user: User) -> str:
    return str(user.memberships.get(role=Role.OPI_ADMINISTRATOR).pk)


@pytest.mark.parametrize("act", ["close", "take", "factor"])
def test_the_last_one_stays_open_an_administrators_and_with_its_app(act: str, desk: Client) -> None:
    """The page says what to do first; the one before the last goes."""
    first, last = opi_administrator(1), opi_administrator(2)
    in_emergency(first, last)
    of_everybody()

    def acted(user: User) -> str:
        form = {"do": act, "membership": role_of(user), "reason": "Lost", "proof": PASSPHRASE}
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


def test_the_last_one_does_not_take_its_own_app_off(client: Client, settings: Any) -> None:
    """Where apps are not required of everybody; with another one named it goes."""
    settings.REQUIRE_MFA = False
    ray = opi_administrator(1)
    in_emergency(ray)
    of_everybody()
    signed_in_with_app(client)

    def taken_off() -> str:
        return text(client.post("/accounts/security/app/remove/", follow=True))

    assert f"{LAST} Name another one first." in taken_off()
    assert phone.has(ray)
    in_emergency(opi_administrator(2))
    assert LAST not in taken_off()
    assert not phone.has(ray)


def test_it_stays_open_however_long_nobody_uses_it(client: Client, keeper: User) -> None:
    """Others close after 180 days; the list of people, the sign-in and the warnings agree."""
    ray, kim = opi_administrator(1), opi_administrator(2)
    in_emergency(ray)
    of_everybody()
    long_ago = timezone.now() - datetime.timedelta(days=400)
    User.objects.filter(pk__in=[ray.pk, kim.pk]).update(date_joined=long_ago)
    assert list(standing()) == [ray]
    ray.refresh_from_db()
    kim.refresh_from_db()
    assert (ray.status[1], kim.status[1]) == ("Active", "Closed, unused for 180 days")
    assert kim in User.objects.filter(unused()) and ray not in User.objects.filter(unused())
    unused_accounts.warn()
    assert not Batch.objects.filter(kind="account").exists()
    signed_in_with_app(client)


def test_a_link_that_runs_out_takes_nothing_from_it(keeper: User) -> None:
    ray = opi_administrator(1)
    in_emergency(ray)
    people.new_link(Authority(keeper), ray, mailed=True)
    Invitation.objects.update(expires_at=timezone.now() - datetime.timedelta(days=1))
    assert list(standing()) == [ray]
    ray.set_unusable_password()
    ray.save()
    assert not standing().exists(), "it signs in by password"


def test_health_says_beforehand_that_too_few_are_ready(opi: User, client: Client) -> None:
    client.force_login(opi)

    def ready_says() -> bool:
        return "Emergency accounts" in client.get("/health/ready").json()["degraded"]

    def page() -> str:
        return text(client.get("/opi/health/"))

    assert "Emergency accounts" not in page(), "passwords count anyway"
    of_everybody()
    assert ready_says() and "None can sign in while Montana sign-in is away." in page()
    in_emergency(opi_administrator(1))
    EmergencyAccount.objects.create(user=opi_administrator(2), since=timezone.now())
    sentence = (
        "Only 1 can sign in while Montana sign-in is away. Named but not ready: 1. Name another one"
    )
    assert ready_says() and sentence in page()
    in_emergency(opi_administrator(3))
    assert not ready_says() and "2 can sign in while Montana sign-in is away." in page()


ACTS: dict[str, Callable[[Authority, User], None]] = {
    "close": people.close,
    "reset": lambda authority, user: people.reset_second_factor(authority, user, "Lost"),
    "take": lambda authority, user: people.take(authority, user, role_of(user)),
}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True, databases=["default", "state"])
@pytest.mark.parametrize(
    "acts", [("close", "close"), ("close", "reset"), ("reset", "reset"), ("take", "reset")]
)
def test_of_two_who_take_the_two_at_once_one_is_refused(
    acts: tuple[str, str], keeper: User
) -> None:
    ray, kim = opi_administrator(1), opi_administrator(2)
    in_emergency(ray, kim)
    of_everybody()
    authorities = Authority(keeper), Authority(opi_administrator(3))

    def act(number: int, user: User) -> Callable[[], str]:
        return lambda: refusal_of(lambda: ACTS[acts[number]](authorities[number], user))

    with Together() as together:
        for _ in range(5):
            sentences = together.run(act(0, ray), act(1, kim))
            assert sorted(map(bool, sentences)) == [False, True]
            assert LAST in "".join(sentences)
            assert standing().count() == 1
            User.objects.filter(pk__in=[ray.pk, kim.pk]).update(is_active=True)
            for user in (ray, kim):
                user.memberships.get_or_create(role=Role.OPI_ADMINISTRATOR, district="")
                if not phone.has(user):
                    phone.give(user)


def test_an_e_mail_that_was_queued_under_an_earlier_name_leaves(keeper: User) -> None:
    tell_of_emergency(keeper)
    batch = Batch.objects.get(kind="account")
    assert get_template(f"accounts/email/{batch.options['template']}.txt")
    batch.options = {**batch.options, "template": "break_glass"}
    batch.save(update_fields=["options"])
    (letter,) = send_queued()
    assert "Robin Hale (rhale) signed in" in letter.body
