"""Pages of the follow-up of leavers in each of their states."""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import Page

from pathways.models import FollowUpYear
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.fixtures.records import BUSINESS, HEALTH
from tests.pathways.follow_up.leavers import DROPPED_OUT, Leavers, open_list

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

LIST = "/districts/9012/2024/cte-follow-up/list/"


def on_the_list(stage: Stage, page: Page) -> None:
    """Two leavers of a certified year, and one who has returned."""
    open_list()
    leavers = Leavers(stage.cottonwood)
    leavers.leaver("999000901", HEALTH, BUSINESS, last="Anderson-Whitecalf", first="Kayla")
    leavers.leaver("999000902", last="Baker", end_status=DROPPED_OUT)
    returned = leavers.leaver("999000903", last="Clark", end_status=DROPPED_OUT)
    leavers.seal()
    page.goto(LIST)
    leavers.district.enroll(returned, 2025, start_date=datetime.date(2024, 9, 3))
    page.goto(LIST)


def gone(stage: Stage, page: Page) -> None:
    on_the_list(stage, page)
    page.goto(f"{LIST}?show=went")


def draft(stage: Stage, page: Page) -> None:
    open_list()
    Leavers(stage.cottonwood).leaver("999000901", end_status=DROPPED_OUT)
    page.goto(LIST)


def another_year(stage: Stage, page: Page) -> None:
    open_list()
    page.goto(stage.address("cte-follow-up", "list"))


def without_dates(stage: Stage, page: Page) -> None:
    FollowUpYear.objects.filter(pk=2024).delete()
    page.goto(LIST)


STATES: dict[str, list[State]] = {
    "follow-up-list": [
        State("list", on_the_list),
        State("no longer on it", gone),
        State("draft", draft),
        State("nobody", at(LIST)),
        State("another year is open", another_year),
        State("no dates", without_dates),
        State("as OPI sees it", on_the_list, who="opi"),
    ],
}


@each(STATES)
def test_a_page_of_the_follow_up_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
