"""A session ends after 30 idle minutes or 12 hours, on the server; what was typed comes back to the
same person (S-03, G-23).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import KeptForm, User
from pathways.models import Participation, Student
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import District_
from tests.pathways import desk

START = datetime.datetime(2025, 5, 8, 18, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
TYPED = {**desk.TYPED, "in_district_credits": "1.75", "version": "1"}


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def record(cottonwood: District_, kayla: Student) -> Participation:
    return cottonwood.record(kayla)


def sign_in(client: Client, username: str = "cmartin") -> Any:
    cache.clear()
    return client.post("/accounts/sign-in/", {"login": username, "password": PASSPHRASE})


def signed_in(client: Client) -> bool:
    return client.get("/districts/").status_code == 200


def address(record: Participation) -> str:
    return f"/districts/9012/2025/cte-concentrator/{record.student_id}/{record.pathway_id}/"


def test_s_03_a_page_that_asks_again_by_itself_is_no_work(
    client: Client, clerk: User, clock: Any
) -> None:
    sign_in(client)
    for _ in range(3):
        clock.shift(9 * MINUTE)
        assert (
            client.get("/districts/9012/2025/batches/", headers={"HX-Request": "true"}).status_code
            == 200
        )
    clock.shift(4 * MINUTE)
    assert not signed_in(client)


def test_s_03_thirty_idle_minutes_end_the_session_on_the_server(
    client: Client, clerk: User, clock: Any
) -> None:
    sign_in(client)
    clock.shift(29 * MINUTE)
    assert signed_in(client)
    clock.shift(29 * MINUTE)
    assert signed_in(client), "each request starts the time anew"
    clock.shift(31 * MINUTE)
    assert not signed_in(client)
    clock.shift(-20 * MINUTE)
    assert not signed_in(client), "an ended session does not come back"


def test_s_03_twelve_hours_end_it_however_busy(client: Client, clerk: User, clock: Any) -> None:
    sign_in(client)
    for _ in range(47):
        clock.shift(15 * MINUTE)
        assert signed_in(client)
    clock.shift(16 * MINUTE)
    assert not signed_in(client)


def test_staying_signed_in_is_a_sign_of_life(client: Client, clerk: User, clock: Any) -> None:
    sign_in(client)
    for _ in range(10):
        clock.shift(25 * MINUTE)
        assert (
            client.post("/session/stay/", headers={"X-Requested-With": "fetch"}).status_code == 204
        )
    assert signed_in(client)
    assert client.get("/session/stay/").status_code == 405


def test_the_last_request_is_written_once_a_minute_at_most(
    client: Client, clerk: User, clock: Any
) -> None:
    sign_in(client)
    client.get("/districts/")

    def writes() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/districts/")
        return sum("UPDATE" in query["sql"] for query in queries.captured_queries)

    clock.shift(30)
    assert writes() == 0
    clock.shift(61)
    assert writes() == 1


def test_g_23_what_was_typed_is_back_after_signing_in_again(
    client: Client, clerk: User, record: Participation, clock: Any
) -> None:
    sign_in(client)
    client.get(address(record))
    clock.shift(31 * MINUTE)
    answer = client.post(address(record), TYPED)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/sign-in/?next={address(record)}", (
        "nothing of it in the address"
    )
    assert Participation.objects.get().version == 1
    again = sign_in(client)
    assert again.status_code == 302
    page = client.get(address(record)).content.decode()
    assert "What you typed is back." in page and 'value="1.75"' in page
    assert 'value="1.75"' in client.get(address(record)).content.decode(), (
        "looking at it does not lose it"
    )
    client.post(address(record), TYPED)
    assert str(Participation.objects.get().total_credits) == "1.75"
    assert not KeptForm.objects.exists()
    assert "What you typed is back." not in client.get(address(record)).content.decode()


def test_what_one_person_typed_is_shown_to_nobody_else(
    client: Client, clerk: User, second_clerk: User, record: Participation, clock: Any
) -> None:
    sign_in(client)
    clock.shift(31 * MINUTE)
    client.post(address(record), TYPED)
    sign_in(client, "dkeller")
    page = client.get(address(record)).content.decode()
    assert "What you typed is back." not in page and 'value="1.75"' not in page


def test_a_kept_form_holds_no_token_and_no_password(
    client: Client, clerk: User, record: Participation, clock: Any
) -> None:
    sign_in(client)
    clock.shift(31 * MINUTE)
    client.post(
        address(record),
        {**TYPED, "csrfmiddlewaretoken": "t", "password": "secret", "password1": "secret"},
    )
    assert set(KeptForm.objects.get().fields) == set(TYPED)


def test_a_kept_form_is_gone_after_a_day_and_there_are_few(
    client: Client, clerk: User, record: Participation, clock: Any
) -> None:
    sign_in(client)
    clock.shift(31 * MINUTE)
    client.post(address(record), TYPED)
    clock.shift(25 * 60 * MINUTE)
    sign_in(client)
    assert "What you typed is back." not in client.get(address(record)).content.decode()
    for number in range(9):
        KeptForm.objects.keep(clerk.pk, f"/page/{number}/", {"a": ["b"]})
    assert KeptForm.objects.filter(user=clerk).count() == 5


def test_e_05_a_forged_form_is_not_kept(clerk: User, record: Participation, clock: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)
    client.get(address(record))
    clock.shift(31 * MINUTE)
    assert client.post(address(record), TYPED).status_code == 403
    assert not KeptForm.objects.exists()


def test_the_sign_in_page_says_why_one_is_there(
    client: Client, clerk: User, record: Participation, clock: Any
) -> None:
    sign_in(client)
    clock.shift(31 * MINUTE)
    page = client.post(address(record), TYPED, follow=True).content.decode()
    assert re.search(r"kept|is back", page)


def test_a_group_finds_its_own_people_alone(clerk: User) -> None:
    """Who has sent a request is asked for by a question of all people; a group's is another one."""
    group = Group.objects.create(name="Sign-in")
    with pytest.raises(User.DoesNotExist):
        group.user_set.get(pk=clerk.pk)
    group.user_set.add(clerk)
    assert group.user_set.get(pk=clerk.pk) == User.objects.get(pk=clerk.pk) == clerk
