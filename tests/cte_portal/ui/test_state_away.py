"""While the State database alone is out of reach, clerks go on: only what is about the state waits,
and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client

from cte_portal.accounts.models import User
from tests.cte_portal.ui.test_unavailable import ServerError
from tests.fixtures.records import District_
from tests.pathways.desk import Desk, text

HERE = "/districts/9012/2025"
WAITS = "The state cannot be reached right now"


@pytest.fixture
def state_away(client: Client) -> Iterator[None]:
    """As psycopg says it of a database that takes no connection."""

    def refused(*values: Any) -> None:
        error = OperationalError("connection failed")
        error.__cause__ = ServerError(None)
        raise error

    with connections["state"].execute_wrapper(refused):
        yield


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/cte-concentrator/",
        "/cte-concentrator/?find=Kayla",
        "/mt-data-upload/",
        "/batches/",
        "/findings/",
        "/roster-worklist/",
        "/event-certification/",
    ],
)
def test_pages_of_the_district_open_and_say_what_waits(
    path: str, client: Client, clerk: User, cottonwood: District_, kayla: Any, state_away: None
) -> None:
    client.force_login(clerk)
    answer = client.get(f"{HERE}{path}", follow=True)
    assert answer.status_code == 200 and WAITS in text(answer)


def test_the_home_page_names_the_steps_that_wait(
    client: Client, clerk: User, cottonwood: District_, kayla: Any, state_away: None
) -> None:
    client.force_login(clerk)
    page = text(client.get(f"{HERE}/"))
    assert "Waiting for the state" in page
    assert "What you enter here is kept and sent later." in page


@pytest.mark.parametrize("path", ["/resync/", "/data-validation-reports/"])
def test_a_page_about_the_state_says_so_within_the_navigation(
    path: str, client: Client, clerk: User, cottonwood: District_, state_away: None
) -> None:
    client.force_login(clerk)
    client.raise_request_exception = False
    answer = client.get(f"{HERE}{path}")
    page = text(answer)
    assert answer.status_code == 503 and answer["Retry-After"] == "30"
    assert "Entering and uploading records still work." in page and "CTE Concentrator" in page


def test_a_portal_without_any_database_does_not_blame_the_state(
    client: Client, clerk: User, cottonwood: District_, state_away: None
) -> None:
    client.force_login(clerk)
    client.raise_request_exception = False

    def refused(*values: Any) -> None:
        error = OperationalError("connection failed")
        error.__cause__ = ServerError(None)
        raise error

    with connections["default"].execute_wrapper(refused):
        page = client.get(f"{HERE}/").content.decode()
    assert "The portal cannot reach its data right now." in page and "state" not in page.lower()


def test_opi_sees_its_board_without_guessing_what_was_sent(
    client: Client, opi: User, cottonwood: District_, event: Any, state_away: None
) -> None:
    client.force_login(opi)
    page = text(client.get("/opi/status-board/", follow=True))
    assert "not known" in page


def test_who_chooses_a_district_is_not_kept_out(
    client: Client, opi: User, cottonwood: District_, state_away: None
) -> None:
    client.force_login(opi)
    answer = client.get("/districts/")
    assert answer.status_code == 200 and "not known" in text(answer)


def test_another_fault_of_the_state_is_still_an_error(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    client.raise_request_exception = False

    def broken(*values: Any) -> None:
        raise OperationalError("no such table: x")

    with connections["state"].execute_wrapper(broken):
        assert client.get(f"{HERE}/").status_code == 500


def test_a_record_is_saved_while_the_state_is_away(
    client: Client, clerk: User, cottonwood: District_, kayla: Any, state_away: None
) -> None:
    client.force_login(clerk)
    desk = Desk(client, kayla)
    assert desk.enter().status_code == 302 and desk.record().in_district_credits == 1.5
