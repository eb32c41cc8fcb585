"""Who signed in, who tried to, who signed out: written where it happens, shown to OPI and to the
person, kept for a year whatever is asked.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from cte_portal.accounts import retention
from cte_portal.accounts.models import Membership, SignInEvent, User
from tests.fixtures import phone
from tests.fixtures.people import PASSPHRASE
from tests.pathways.desk import text

SIGN_IN, CODE, LIST = "/accounts/sign-in/", "/accounts/sign-in/code/", "/opi/sign-ins/"


def sign_in(client: Client, username: str = "cmartin", password: str = PASSPHRASE) -> Any:
    return client.post(SIGN_IN, {"login": username, "password": password})


def acts() -> list[tuple[str, str]]:
    return [(event.get_act_display(), event.person) for event in SignInEvent.objects.order_by("pk")]


def test_a_sign_in_and_a_sign_out_are_written_with_the_network_address(
    client: Client, clerk: User
) -> None:
    sign_in(client)
    client.post("/accounts/sign-out/")
    assert acts() == [("Signed in", clerk.record_name), ("Signed out", clerk.record_name)]
    assert set(SignInEvent.objects.values_list("address", "user_id")) == {("127.0.0.1", clerk.pk)}


def test_a_wrong_password_is_written_and_nothing_of_what_was_typed(
    client: Client, clerk: User
) -> None:
    sign_in(client, "CMartin", "hunter two hunter two")
    sign_in(client, "hunter two hunter two", "cmartin")
    assert acts() == [("Wrong password", clerk.record_name), ("Wrong password", "no such account")]
    assert not [
        value
        for row in SignInEvent.objects.values_list()
        for value in row
        if "hunter" in str(value).lower()
    ]


def test_who_tried_too_often_is_written(client: Client, clerk: User) -> None:
    for _ in range(7):
        sign_in(client, password="not the passphrase")
    assert ("Refused: too many tries", clerk.record_name) in acts()


@pytest.mark.parametrize("closed", ["by an administrator", "unused for 180 days"])
def test_who_is_refused_for_a_closed_account_is_written(
    closed: str, client: Client, clerk: User
) -> None:
    if closed == "by an administrator":
        User.objects.update(is_active=False)
    else:
        long_ago = timezone.now() - datetime.timedelta(days=181)
        User.objects.update(date_joined=long_ago, last_login=long_ago)
    answer = sign_in(client)
    assert (
        answer.status_code == 200 and "closed" in text(answer) and "administrator" in text(answer)
    )
    assert acts() == [("Refused: account closed", clerk.record_name)]
    assert client.get("/districts/").status_code == 302


def test_an_account_that_is_closed_before_the_code_is_entered_lets_nobody_in(
    client: Client, clerk: User
) -> None:
    phone.give(clerk)
    sign_in(client)
    User.objects.update(is_active=False)
    answer = client.post(CODE, {"code": phone.code()})
    assert answer.status_code == 200 and "This account is closed" in text(answer)
    assert acts() == [("Refused: account closed", clerk.record_name)]
    assert client.get("/districts/").status_code == 302


def test_the_second_factor_is_written_right_wrong_and_by_recovery_code(
    client: Client, clerk: User
) -> None:
    recovery_codes = phone.give(clerk)
    for code in ("000000", phone.code()):
        if code == "000000":
            sign_in(client)
        client.post(CODE, {"code": code})
    client.post("/accounts/sign-out/")
    sign_in(client)
    client.post(CODE, {"code": recovery_codes[0]})
    assert [act for act, _ in acts()] == [
        "Wrong code",
        "App's code accepted",
        "Signed in",
        "Signed out",
        "Recovery code used",
        "Signed in",
    ]


def test_a_session_that_ended_by_itself_is_written(client: Client, clerk: User) -> None:
    with time_machine.travel("2025-05-08 18:00 +0000", tick=False) as clock:
        sign_in(client)
        clock.shift(datetime.timedelta(minutes=31))
        client.get("/districts/")
    assert acts()[-1] == ("Signed out after no activity", clerk.record_name)


def test_a_password_that_is_asked_again_is_written(client: Client, clerk: User) -> None:
    client.force_login(clerk)
    for password in ("not the passphrase", PASSPHRASE):
        client.post("/accounts/confirm/", {"password": password})
    assert [act for act, _ in acts()] == ["Wrong password", "Password confirmed"]


def test_opi_looks_through_them_and_takes_them_along(
    client: Client, clerk: User, keeper: User
) -> None:
    sign_in(client)
    sign_in(Client(), password="not the passphrase")
    sign_in(Client(), username="nobody")
    client.force_login(keeper)
    district = Membership.objects.get(user=clerk).district
    for query, lines in (
        ("", 3),
        ("?act=refused", 2),
        ("?act=signed-in", 1),
        ("?find=martin", 2),
        ("?find=127.0.0.1", 3),
        ("?find=10.0.0.1", 0),
        (f"?district={district}", 2),
        ("?district=0001", 0),
        ("?last=01/01/2020", 0),
    ):
        answer = client.get(f"{LIST}{query}")
        assert answer.context["page"].paginator.count == lines, query
    for query in ("first=yesterday", "last=12/31/9999"):
        assert "Enter the date as" in text(client.get(f"{LIST}?{query}"))
    file = b"".join(client.get(f"{LIST}file/?act=refused").streaming_content).decode()  # type: ignore[attr-defined]
    assert file.count("Wrong password") == 2 and "Signed in" not in file


def test_a_person_sees_the_own_sign_ins_alone(client: Client, clerk: User, keeper: User) -> None:
    sign_in(Client(), username=keeper.username)
    sign_in(Client(), password="not the passphrase")
    client.force_login(clerk)
    page = text(client.get("/accounts/security/"))
    assert "Your last sign-ins" in page and "Wrong password" in page
    assert keeper.record_name not in page


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_signinevent SET person = 'X'", "DELETE FROM accounts_signinevent"],
)
def test_a_sign_in_is_not_rewritten(statement: str, client: Client, clerk: User) -> None:
    sign_in(client)
    with (
        pytest.raises(IntegrityError, match="accounts_signinevent_is_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_after_two_years_they_go(clerk: User) -> None:
    now = timezone.now()
    for days in (1, 729, 731):
        SignInEvent.objects.create(
            at=now - datetime.timedelta(days=days), act="signed-in", person="MARTIN, CHERYL"
        )
    assert retention.SIGN_INS.remove() == 1
    assert SignInEvent.objects.count() == 2
