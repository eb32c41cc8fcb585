"""How many steps a task takes: a click, Enter or Space that acts. Counted by one listener in the
page.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from pathways.models import Participation, Student
from tests.browser.conftest import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

COUNTER = """
document.addEventListener("click", event => { if (event.isTrusted && event.detail) window.countStep("click") }, true);
document.addEventListener("keydown", event => {
    const field = event.target.closest("input, textarea, select");
    const acts = event.key === "Enter" || (event.key === " " && !(field && ["text", "password"].includes(field.type)));
    if (acts) window.countStep(event.key);
}, true);
"""


def counted(page: Page) -> Callable[[], int]:
    """Count steps from here on."""
    steps: list[str] = []
    page.expose_function("countStep", lambda step: steps.append(step))
    page.add_init_script(COUNTER)
    page.reload()
    return lambda: len(steps)


def test_b_01_b_03_find_a_student_and_change_credits(
    desk: Desk, clerk: User, guides_student: Student, classmates: list[Student]
) -> None:
    page = desk.open(clerk)
    steps = counted(page)
    box = page.get_by_label("Find a student")
    expect(box).to_be_focused()
    box.press_sequentially("ka")
    box.press("Enter")
    page.get_by_role("link", name="ANDERSON, KAYLA R.").click()
    expect(page.get_by_role("heading", name="ANDERSON, KAYLA R.")).to_be_visible()
    assert steps() <= 2, "B-01"
    credits = page.get_by_label("In District Credits Earned")
    before = steps()
    page.get_by_role("table", name="CTE Participant Summary").get_by_role("link").first.click()
    page.keyboard.press("Tab")
    credits.focus()
    page.keyboard.type("1.75")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert steps() - before <= 3, "B-03"


def test_b_02_from_sign_in_to_the_first_new_record(
    desk: Desk, clerk: User, guides_student: Student, classmates: list[Student]
) -> None:
    page = desk.open(clerk)
    steps = counted(page)
    page.get_by_label("Find a student").press_sequentially("adkins")
    page.get_by_label("Find a student").press("Enter")
    page.get_by_role("link", name="ADKINS, HANNAH").click()
    page.get_by_label("CTE Pathway").select_option(label="Business Management")
    page.get_by_label("In District Credits Earned").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert steps() <= 6
    assert Participation.objects.filter(student=classmates[0]).count() == 1


def test_b_04_save_and_next_is_one_step(
    desk: Desk, clerk: User, guides_student: Student, classmates: list[Student]
) -> None:
    page = desk.open(clerk)
    page.get_by_label("Find a student").fill("an")
    page.get_by_label("Find a student").press("Enter")
    page.get_by_role("link", name="ANDERSON, KAYLA R.").click()
    steps = counted(page)
    page.get_by_label("Work Based Learning Credits").fill("0.25")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="ANDERSON, WYATT")).to_be_visible()
    assert steps() <= 1
    assert (
        Participation.objects.filter(
            student=guides_student, work_based_learning_credits="0.25"
        ).count()
        == 1
    )
