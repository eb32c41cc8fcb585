"""The record form under the hands of a clerk: total, advice, keys, and the guard of what is not
saved (D-04 to D-06, D-12, D-14).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from cte_portal.accounts.models import User
from pathways.models import Participation, Pathway, Student
from tests.browser.conftest import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


@pytest.fixture
def page(desk: Desk, clerk: User, guides_student: Student, classmates: list[Student]) -> Page:
    return record(desk.glance(clerk), guides_student)


def record(page: Page, student: Student) -> Page:
    health = Pathway.objects.get(name="Health Professions").pk
    page.goto(f"/districts/9012/2025/cte-concentrator/{student.pk}/{health}/")
    return page


def test_d_04_wheel_and_arrows_change_nothing_and_a_comma_is_no_number(page: Page) -> None:
    credits = page.get_by_label("In District Credits Earned")
    credits.click()
    assert page.evaluate("document.activeElement.selectionEnd") == 4, (
        "the whole value is chosen, typing replaces it"
    )
    page.mouse.wheel(0, -200)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    expect(credits).to_have_value("1.50")
    credits.fill("")
    page.keyboard.type("1,5")
    expect(credits).to_have_value("1,5")
    expect(page.locator("#total")).to_have_text("not yet known")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".summary")).to_be_focused()
    page.get_by_role("link", name="Use a decimal point in In District Credits, like 1.50").click()
    expect(page.get_by_label("In District Credits Earned")).to_be_focused()
    expect(page.get_by_label("In District Credits Earned")).to_have_value("1,5")


def test_credits_typed_before_the_script_arrives_are_added_up_too(
    desk: Desk, clerk: User, guides_student: Student, classmates: list[Student]
) -> None:
    page = desk.open(clerk, at="", late=1)
    health = Pathway.objects.get(name="Health Professions").pk
    page.goto(
        f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/{health}/", wait_until="commit"
    )
    page.get_by_label("In District Credits Earned").fill("2.50")
    expect(page.locator("#total")).to_have_text("2.50")
    expect(page.get_by_text("Choose Yes for CTE Concentrator")).to_be_visible()


@pytest.mark.parametrize(
    ("inside", "outside", "total"),
    [
        ("0.1", "0.2", "0.30"),
        ("1.1", "2.2", "3.30"),
        ("2", ".5", "2.50"),
        ("+1.", "0", "2.50"),  # added to last year
        ("29.99", "0.01", "30.00"),
        (" 1 ", "", "1.00"),
    ],
)
def test_d_05_the_total_is_exact(inside: str, outside: str, total: str, page: Page) -> None:
    page.get_by_label("In District Credits Earned").fill(inside)
    page.get_by_label("Out of District Credits Earned").fill(outside)
    expect(page.locator("#total")).to_have_text(total)


def test_d_05_the_total_is_announced_once_after_a_pause(page: Page) -> None:
    live_total = page.locator("[data-total-said]")
    page.get_by_label("In District Credits Earned").click()
    page.keyboard.type("2.25", delay=40)
    expect(live_total).to_have_text("")
    expect(live_total).to_have_text("Total Pathway Credits Earned 2.25", timeout=3000)
    expect(page.locator("#total")).to_have_attribute(
        "aria-live", "off"
    )  # an output is a live region of its own


def test_d_06_the_advice_follows_total_and_answer_and_changes_neither(page: Page) -> None:
    hint = page.locator("[data-hint]")
    group = page.get_by_role("group", name="CTE Concentrator")
    expect(hint).to_have_text("")
    page.get_by_label("In District Credits Earned").fill("2.00")
    expect(hint).to_have_text(
        "Total is 2.00. Choose Yes for CTE Concentrator, or check the credits"
    )
    expect(group.get_by_role("radio", name="No")).to_be_checked()
    group.get_by_role("radio", name="Yes").check()
    expect(hint).to_have_text("2.00 credits: this student is a concentrator")
    page.get_by_label("In District Credits Earned").fill("1.99")
    expect(hint).to_have_text("Total is 1.99. Choose No for CTE Concentrator, or check the credits")
    expect(group.get_by_role("radio", name="Yes")).to_be_checked()


def test_d_12_keys_lead_to_the_neighbours_of_the_list(page: Page) -> None:
    heading = page.get_by_role("heading", level=1)
    page.keyboard.press("Alt+PageDown")
    expect(heading).to_have_text("ANDERSON, WYATT")
    page.keyboard.press("Alt+PageUp")
    expect(heading).to_have_text("ANDERSON, KAYLA R.")
    expect(page.get_by_text("6 of 13", exact=True)).to_be_visible()


def test_the_open_student_is_in_sight_in_the_list(page: Page) -> None:
    expect(page.locator(".list [aria-current]")).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0


def test_d_14_only_what_was_changed_is_guarded(
    desk: Desk, clerk: User, guides_student: Student, classmates: list[Student]
) -> None:
    page = record(desk.open(clerk), guides_student)
    addresses: list[str] = []

    def stay(dialog: Dialog) -> None:
        addresses.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    business = page.get_by_role("table", name="CTE Participant Summary").get_by_role(
        "link", name="Business Management"
    )
    counter = page.locator("[data-changes]")
    page.get_by_label("In District Credits Earned").fill("1.75")
    page.get_by_role("group", name="Student Single Parent").get_by_role("radio", name="Yes").check()
    expect(counter).to_have_text("2 fields changed, not saved")
    business.click()
    expect(page).to_have_title(re.compile("Health Professions"))
    assert addresses == ["beforeunload"]
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(counter).to_have_text("")
    business.click()
    expect(page).to_have_title(re.compile("Business Management"))
    assert addresses == ["beforeunload"], "never after a save"
    assert (
        Participation.objects.get(
            student=guides_student, pathway__name="Health Professions"
        ).single_parent
        is True
    )


def test_g_15_new_record_errors_and_save_without_script(
    desk: Desk, clerk: User, classmates: list[Student]
) -> None:
    page = desk.open(clerk, script=False)
    page.goto(f"/districts/9012/2025/cte-concentrator/{classmates[0].pk}/")
    page.get_by_label("CTE Pathway").select_option(label="Health Professions")
    page.get_by_label("In District Credits Earned").fill("2,25")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(
        page.get_by_role("link", name="Use a decimal point in In District Credits, like 2.25")
    ).to_be_visible()
    expect(page.get_by_label("CTE Pathway").locator("option:checked")).to_have_text(
        "Health Professions"
    )
    page.get_by_label("In District Credits Earned").fill("2.25")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("#total")).to_have_text("2.25")
    expect(page.get_by_text("Total is 2.25. Choose Yes for CTE Concentrator")).to_be_visible()
