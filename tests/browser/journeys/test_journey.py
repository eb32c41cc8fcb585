"""The guide's own example, from sign-in to the saved summary: with the mouse, with the keyboard
alone, and without script.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from cte_portal.accounts.models import User
from pathways.models import Participation, Student
from tests.browser.conftest import Desk
from tests.browser.tab import tab_to
from tests.fixtures.people import PASSPHRASE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

BEFORE = ["Health Professions", "No", "1.50", "No", "07/14/2022", "07/08/2024"]


def summary_row(page: Page, pathway: str) -> list[str]:
    table = page.get_by_role("table", name="CTE Participant Summary")
    cells = table.get_by_role("row").filter(has_text=pathway).locator("th, td")
    return [cell.inner_text().replace("open below", "").strip() for cell in cells.all()]


def group(page: Page, name: str, answer: str) -> Locator:
    return page.get_by_role("group", name=name).get_by_role("radio", name=answer)


def saved_as_in_the_guide(page: Page, student: Student, today: str) -> None:
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert summary_row(page, "Health Professions") == [
        "Health Professions",
        "Yes",
        "2.50",
        "Yes",
        "07/14/2022",
        today,
    ]
    assert summary_row(page, "Business Management")[3] == "Yes"
    expect(page.get_by_text("MARTIN, CHERYL", exact=True).last).to_be_visible()
    record = Participation.objects.get(student=student, pathway__name="Health Professions")
    assert (str(record.total_credits), record.concentrator, record.single_parent) == (
        "2.50",
        True,
        True,
    )
    assert (record.modified_by, record.modified_end_year) == ("MARTIN, CHERYL", 2025)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_guides_example_with_the_mouse(
    script: bool,
    desk: Desk,
    clerk: User,
    guides_student: Student,
    classmates: list[Student],
    today: Callable[[], str],
) -> None:
    page = desk.glance(script=script)
    page.get_by_label("User name").fill(clerk.username)
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").get_by_role("link", name="CTE Concentrator").click()
    page.get_by_label("Find a student").fill("kayla")
    page.get_by_label("Find a student").press("Enter")
    page.get_by_role("link", name="ANDERSON, KAYLA R.").click()
    expect(page.get_by_role("heading", name="ANDERSON, KAYLA R.")).to_be_visible()
    assert "kayla" not in page.url.lower() and "999000123" not in page.url
    summary = page.get_by_role("table", name="CTE Participant Summary")
    if summary.get_by_role("link", name="Health Professions").count():
        summary.get_by_role("link", name="Health Professions").click()
        expect(summary.get_by_role("link", name="Health Professions")).to_have_count(
            0
        )  # it is open below now, no longer a link
    assert summary_row(page, "Health Professions") == BEFORE

    page.get_by_label("In District Credits Earned").fill("2.50")
    page.get_by_label("Dual Enrollment Credits").fill("1")
    if script:
        expect(page.get_by_label("Total Pathway Credits Earned")).to_have_text("2.50")
        expect(page.get_by_text("Choose Yes for CTE Concentrator")).to_be_visible()
    group(page, "CTE Concentrator", "Yes").check(force=True)
    if script:
        expect(page.get_by_text("2.50 credits: this student is a concentrator")).to_be_visible()
    group(page, "Student Single Parent", "Yes").check(force=True)
    page.get_by_label("Apply to all 2 pathways").check()
    page.get_by_role("button", name="Save", exact=True).click()
    saved_as_in_the_guide(page, guides_student, today())


def test_the_guides_example_with_the_keyboard_alone(
    desk: Desk,
    clerk: User,
    guides_student: Student,
    classmates: list[Student],
    today: Callable[[], str],
) -> None:
    page = desk.glance(clerk)
    keys = page.keyboard

    tab_to(page, page.get_by_role("navigation").get_by_role("link", name="CTE Concentrator"))
    keys.press("Enter")
    box = page.get_by_label("Find a student")
    expect(box).to_be_focused()
    keys.type("kayla")
    keys.press("Enter")
    page.wait_for_url("**list=**")
    tab_to(page, page.get_by_role("link", name="ANDERSON, KAYLA R."))
    keys.press("Enter")
    expect(page.get_by_role("heading", name="ANDERSON, KAYLA R.")).to_be_visible()
    health = page.get_by_role("table", name="CTE Participant Summary").get_by_role(
        "link", name="Health Professions"
    )
    if health.count():
        tab_to(page, health)
        keys.press("Enter")
        expect(health).to_have_count(0)  # it is open below now, no longer a link
    assert summary_row(page, "Health Professions") == BEFORE

    tab_to(page, group(page, "CTE Concentrator", "No"))
    keys.press("ArrowLeft")
    tab_to(page, group(page, "Student Single Parent", "No"))
    keys.press("ArrowLeft")
    tab_to(page, page.get_by_label("Apply to all 2 pathways"))
    keys.press("Space")
    tab_to(page, page.get_by_label("In District Credits Earned"))
    keys.type("2.50")  # the field's content is chosen on focus, so typing replaces it
    tab_to(page, page.get_by_label("Dual Enrollment Credits"))
    keys.type("1")
    expect(page.get_by_label("Total Pathway Credits Earned")).to_have_text("2.50")
    tab_to(page, page.get_by_role("button", name="Save", exact=True))
    keys.press("Enter")
    saved_as_in_the_guide(page, guides_student, today())
