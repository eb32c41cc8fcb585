"""OPI says of whom single sign-on is required, and sees first whom it meets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.duties import duty, emergency
from cte_portal.accounts.models import (
    AuditEvent,
    EmergencyAccount,
    Role,
    SignOn,
    SignOnDuty,
    User,
)
from cte_portal.accounts.people.authority import Authority
from cte_portal.accounts.sign_in.sign_on.standing import standing
from cte_portal.refusals import Refusal
from tests.cte_portal.accounts.letters import send_queued
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import District_
from tests.fixtures.together import Together
from tests.pathways.desk import text

ISSUER = "https://login.example.gov"
LIST, ALL = "/opi/sign-on/", "/opi/sign-on/everybody/"
HERE = "/opi/sign-on/districts/9012/"
NAMING = "/opi/sign-on/emergency/"


@pytest.fixture(autouse=True)
def provider(settings: Any) -> None:
    settings.OIDC_ISSUER = ISSUER
    settings.OIDC_CLIENT_ID, settings.OIDC_SECRET = "portal", "of the tests"


@pytest.fixture
def desk(keeper: User, client: Client) -> Client:
    client.force_login(keeper)
    return client


def connected(user: User) -> User:
    SignOn.objects.create(
        user=user,
        issuer=ISSUER,
        subject=user.username,
        way="security",
        made_at=timezone.now(),
    )
    return user


def in_emergency(*users: User) -> None:
    for user in users:
        phone.give(user)
        EmergencyAccount.objects.create(user=user, since=timezone.now())


def opi_administrator(number: int) -> User:
    return person(f"ray{number}", "Ray", f"Number {number}", (Role.OPI_ADMINISTRATOR, ""))


def pressed(desk: Client, path: str, **fields: str) -> Any:
    """The page's button, with what the page showed."""
    seen = re.findall(r'name="seen" value="([^"]*)"', desk.get(path).content.decode())
    effects = {"seen": seen[0].replace("&quot;", '"')} if seen else {}
    typed = {"reason": "Letter of 11/29", "proof": PASSPHRASE, **effects, **fields}
    return desk.post(path, typed)


def test_the_list_says_of_each_district_who_is_not_connected(
    desk: Client, clerk: User, second_clerk: User, administrator: User, elsewhere: District_
) -> None:
    connected(clerk)
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    SignOnDuty.objects.create(district="9012", since=timezone.now())
    page = text(desk.get(LIST))
    since = f"{timezone.localdate():%m/%d/%Y}"
    row = f"9012 Cottonwood Bend Single sign-on, since {since} 2 1 1"
    assert row in page and "Password or single sign-on 0 0 0" in page
    assert "9012" not in text(desk.get(f"{LIST}?show=free")).partition("Not connected")[2]
    assert row in text(desk.get(f"{LIST}?find=cotton&show=waiting&sort=-unconnected"))
    assert "No districts match" in text(desk.get(f"{LIST}?find=zzz"))
    answer: Any = desk.get(f"{LIST}file/csv/?show=required")
    file = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert file.splitlines()[1:] == [f'9012 Cottonwood Bend,"Single sign-on, since {since}",2,1,1']


def test_where_everybody_must_the_list_says_so_of_each_district(
    desk: Client, clerk: User, elsewhere: District_
) -> None:
    SignOnDuty.objects.create(since=timezone.now())
    SignOnDuty.objects.create(district="9012", since=timezone.now())
    page = text(desk.get(LIST))
    assert "Single sign-on, like everybody 0 0 0" in page
    assert "9012 Cottonwood Bend Single sign-on, since " in page
    assert "Password or single sign-on" not in page.partition("Not connected")[2]
    assert "No districts match" in text(desk.get(f"{LIST}?show=free"))
    assert "like everybody" in text(desk.get(f"{LIST}?show=required"))


def test_the_list_costs_the_same_however_many_districts(
    desk: Client, cottonwood: District_, django_assert_num_queries: Any
) -> None:
    desk.get(LIST)
    with CaptureQueriesContext(connection) as few:
        desk.get(LIST)
    for number in range(1000, 1040):
        District_(f"{number}", f"Bench {number}")
        person(f"kim{number}", "Kim", "Ann", (Role.DATA_CLERK, f"{number}"))
    with django_assert_num_queries(len(few)):
        assert "1039 Bench 1039" in text(desk.get(f"{LIST}?rows=200"))


def test_a_district_is_required_after_whom_it_meets_was_seen(
    desk: Client, keeper: User, clerk: User, second_clerk: User, viewer: User
) -> None:
    assert "sign in with Montana sign-in" not in text(desk.get(HERE)), "nobody is connected"
    connected(clerk)
    User.objects.filter(pk=viewer.pk).update(password="!none")
    page = text(desk.get(HERE))
    assert "1 person signs in with Montana sign-in from the next sign-in on" in page
    assert "2 people are not connected yet" in page
    assert "KELLER, DANIEL" in page and "MARTIN, CHERYL" not in page.partition("Not connected")[2]
    assert "DOE, JANE" in page and "With the one-time link" in page
    assert "Enter a reason" in text(pressed(desk, HERE, reason=""))
    assert "not your password" in text(pressed(desk, HERE, proof="not it"))
    assert not SignOnDuty.objects.exists()
    assert pressed(desk, HERE)["Location"] == LIST
    assert SignOnDuty.objects.get().district == "9012"
    deed = AuditEvent.objects.newest_first()[0]
    assert (deed.kind, deed.district, deed.reason) == ("sign-on duty", "9012", "Letter of 11/29")
    assert deed.after == {"Signs in with": "single sign-on alone"}
    assert "3 people may sign in with a password again" in text(desk.get(HERE))
    assert pressed(desk, HERE)["Location"] == LIST
    assert not SignOnDuty.objects.exists()
    assert AuditEvent.objects.newest_first()[0].after == {
        "Signs in with": "password or single sign-on"
    }


def test_what_has_changed_meanwhile_is_shown_again(
    desk: Client, clerk: User, second_clerk: User
) -> None:
    seen = desk.get(HERE).context["seen"]
    connected(clerk)
    page = desk.post(HERE, {"seen": seen, "reason": "Letter", "proof": PASSPHRASE})
    assert page.status_code == 200 and "1 person is not connected yet" in text(page)
    assert not SignOnDuty.objects.exists()


def test_everybody_needs_two_emergency_accounts_first(desk: Client, keeper: User) -> None:
    first, second = opi_administrator(1), opi_administrator(2)
    in_emergency(first)
    assert "Name two emergency accounts first" in text(pressed(desk, ALL))
    in_emergency(second)
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert "Name two emergency accounts first" in text(pressed(desk, ALL))
    assert not SignOnDuty.objects.exists()
    User.objects.filter(pk=second.pk).update(is_active=True)
    assert "2 emergency accounts keep the password" in text(desk.get(ALL))
    assert pressed(desk, ALL)["Location"] == LIST
    assert SignOnDuty.objects.get().district == ""
    refused = pressed(desk, f"{NAMING}{first.pk}/")
    assert "two emergency accounts must stay" in text(refused)
    in_emergency(opi_administrator(3))
    assert pressed(desk, f"{NAMING}{first.pk}/")["Location"] == LIST
    User.objects.filter(pk=second.pk).update(is_active=False)
    page = text(desk.get(LIST))
    assert "Fewer than two emergency accounts are ready" in page
    assert "Not ready closed, not an OPI Administrator" in page


def test_an_emergency_account_is_named_by_somebody_else(desk: Client, keeper: User) -> None:
    ray = opi_administrator(1)
    phone.give(ray)
    assert "Nobody has this user name" in text(pressed(desk, NAMING, username="nobody-here"))
    assert "not your password" in text(pressed(desk, NAMING, username="RAY1", proof="x"))
    assert not EmergencyAccount.objects.exists()
    assert pressed(desk, NAMING, username="RAY1")["Location"] == LIST
    assert EmergencyAccount.objects.get().user == ray
    assert AuditEvent.objects.newest_first()[0].after == {"Emergency account": "yes"}
    assert "made your CTE Portal account an emergency account" in send_queued()[-1].body
    assert "RAY, NUMBER 1 (ray1)" in text(desk.get(LIST))
    other = Client()
    other.force_login(ray)
    assert "This is your own account" in text(other.get(f"{NAMING}{ray.pk}/"))
    mine = {"seen": other.get(f"{NAMING}{ray.pk}/").context["seen"], "reason": "x"}
    assert other.post(f"{NAMING}{ray.pk}/", {**mine, "proof": phone.code()}).status_code == 403
    assert EmergencyAccount.objects.exists()
    assert pressed(desk, f"{NAMING}{ray.pk}/")["Location"] == LIST
    assert not EmergencyAccount.objects.exists()


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("own", "Another OPI Administrator names your account"),
        ("clerk", "Only the account of an OPI Administrator"),
        ("closed", "This account is closed"),
        ("no password", "has no password"),
        ("no app", "has no authenticator app"),
        ("connected", "is connected to Montana sign-in"),
        ("twice", "is an emergency account already"),
    ],
)
def test_which_account_cannot_be_one(
    case: str, sentence: str, desk: Client, keeper: User, clerk: User
) -> None:
    ray = opi_administrator(1)
    if case != "no app":
        phone.give(ray)
    match case:
        case "closed":
            User.objects.filter(pk=ray.pk).update(is_active=False)
        case "no password":
            User.objects.filter(pk=ray.pk).update(password="!none")
        case "connected":
            connected(ray)
        case "twice":
            EmergencyAccount.objects.create(user=ray, since=timezone.now())
    before = EmergencyAccount.objects.count()
    user = {"own": keeper, "clerk": clerk}.get(case, ray)
    assert sentence in text(pressed(desk, NAMING, username=user.username))
    assert EmergencyAccount.objects.count() == before


def test_without_a_provider_nothing_is_changed(desk: Client, clerk: User, settings: Any) -> None:
    settings.OIDC_ISSUER = ""
    assert "Single sign-on is not set up" in text(desk.get(LIST))
    for path in (ALL, HERE, NAMING):
        assert desk.get(path).status_code == desk.post(path).status_code == 404


def test_a_district_that_is_none(desk: Client) -> None:
    for number in ("0000", "nothing", "12345"):
        assert desk.get(f"/opi/sign-on/districts/{number}/").status_code == 404
    assert desk.get(f"{NAMING}99999/").status_code == 404


def refusal_of(act: Callable[[], None]) -> str:
    try:
        act()
    except Refusal as refusal:
        return refusal.sentence
    return ""


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True, databases=["default", "state"])
def test_of_two_who_change_it_at_once_the_second_is_told(keeper: User) -> None:
    ray, kim = opi_administrator(1), opi_administrator(2)
    in_emergency(ray, kim, opi_administrator(3))
    authorities = Authority(keeper), Authority(opi_administrator(4))

    def require(authority: Authority) -> Callable[[], str]:
        return lambda: refusal_of(
            lambda: duty.change(authority, duty.Reach(), required=True, reason="Letter")
        )

    def remove(authority: Authority, person: User) -> Callable[[], str]:
        return lambda: refusal_of(lambda: emergency.remove(authority, person, "Letter"))

    with Together() as together:
        for _ in range(5):
            sentences = together.run(*map(require, authorities))
            assert sorted(map(bool, sentences)) == [False, True]
            assert "Someone else changed this" in "".join(sentences)
            sentences = together.run(remove(authorities[0], ray), remove(authorities[1], kim))
            assert sorted(map(bool, sentences)) == [False, True]
            assert standing().count() == emergency.FEWEST
            SignOnDuty.objects.all().delete()
            for user in (ray, kim):
                EmergencyAccount.objects.get_or_create(
                    user=user, defaults={"since": timezone.now()}
                )
