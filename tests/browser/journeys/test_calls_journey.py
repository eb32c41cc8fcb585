"""Ten leavers are called one after the other: on a telephone, by keyboard alone, and without
script.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from pathways.follow_up.drawing import follow_up_list
from pathways.models import Attempt, FollowUpEntry, Outcome
from tests.browser.conftest import Desk
from tests.browser.tab import tab_to
from tests.fixtures.records import District_
from tests.pathways.follow_up.leavers import Leavers, open_list

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

CALLS = "/districts/9012/2024/cte-follow-up/"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def ten(cottonwood: District_, clerk: User) -> list[str]:
    """Names in the order in which they are called."""
    open_list()
    leavers = Leavers(cottonwood)
    names = [f"Nr{number:02}" for number in range(10)]
    for number, name in enumerate(names):
        leavers.leaver(f"9990009{number:02}", last=name)
    leavers.seal()
    follow_up_list(leavers.scope)
    return names


def title_of(name: str) -> str:
    return f"{name.upper()}, KAYLA"


def at_the_student(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title_of(name))


def at_the_end(page: Page) -> None:
    expect(page.get_by_text("Nobody else on this list is left to call")).to_be_visible()
    assert page.url.endswith(CALLS)


def every_answer_stands(number: int = 10) -> None:
    assert Attempt.objects.standing().count() == number
    assert Outcome.objects.count() == number
    assert not FollowUpEntry.objects.exclude(caller_id=None).exists()


def test_ten_students_are_called_on_a_telephone(desk: Desk, clerk: User, ten: list[str]) -> None:
    page = desk.glance(clerk, size=PHONE)
    page.goto(CALLS)
    page.get_by_role("button", name="Call the next student").click()
    for name in ten:
        at_the_student(page, name)
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(sideways) <= 0
        page.get_by_role("radio", name="Employed, related to the pathway").check()
        page.get_by_role("button", name="Save and next").click()
    at_the_end(page)
    every_answer_stands()


def test_ten_students_are_called_by_keyboard_alone(desk: Desk, clerk: User, ten: list[str]) -> None:
    """Tab to the results, arrows to the answer, Ctrl+Enter to the next student."""
    page = desk.glance(clerk)
    page.goto(CALLS)
    expect(page.get_by_role("button", name="Call the next student")).to_be_visible()
    page.keyboard.press("Control+Enter")
    for name in ten:
        at_the_student(page, name)
        result = page.get_by_role("radio", name="No answer")
        tab_to(page, result)
        page.keyboard.press("ArrowDown")
        expect(result).not_to_be_checked()
        page.keyboard.press("Control+Enter")
    at_the_end(page)
    every_answer_stands()


def test_ten_students_are_called_without_script(desk: Desk, clerk: User, ten: list[str]) -> None:
    page = desk.open(clerk, script=False)
    page.goto(CALLS)
    page.get_by_role("button", name="Call the next student").click()
    for name in ten:
        at_the_student(page, name)
        page.get_by_role("radio", name="Employed, related to the pathway").check()
        page.get_by_role("button", name="Save and next").click()
    at_the_end(page)
    every_answer_stands()
