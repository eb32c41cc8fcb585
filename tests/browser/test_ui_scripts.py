"""What the scripts add: the idle warning, menus, shown passwords, the busy button (G-04, G-23,
D-19).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from cte_portal.accounts.models import User
from pathways.models import Student
from tests.browser.conftest import NARROW, Desk
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import HEALTH, District_

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def test_g_23_the_warning_is_announced_and_one_key_keeps_the_person_signed_in(
    desk: Desk, clerk: User, settings: Settings
) -> None:
    settings.SESSION_WARNING_SECONDS, settings.SESSION_IDLE_SECONDS = 2, 60
    page = desk.glance(clerk)
    page.goto("/help/")
    expect(
        page.get_by_role("status").filter(
            has_text="You will be signed out in 1 minute. Anything not saved by then will be lost."
        )
    ).to_be_visible()
    stay = page.get_by_role("button", name="Stay signed in")
    stay.focus()
    with page.expect_response(re.compile("/session/stay/")) as answered:
        page.keyboard.press("Enter")
    assert answered.value.status == 204
    expect(stay).to_have_count(0)
    # It comes again, as often as it takes (WCAG 2.2.1).
    expect(page.get_by_role("button", name="Stay signed in")).to_be_visible(timeout=6000)


def test_g_23_what_was_typed_outlasts_the_end_of_the_session_and_comes_back(
    desk: Desk, administrator: User, clerk: User, settings: Settings
) -> None:
    settings.SESSION_WARNING_SECONDS, settings.SESSION_IDLE_SECONDS = 1200, 1800
    page = desk.open(administrator, at="")
    page.clock.install()
    page.goto(f"/districts/9012/2025/people/{clerk.pk}/")
    page.get_by_label("First name").fill("Cher")
    page.clock.fast_forward(1200_000)
    expect(page.get_by_role("status").filter(has_text="What you typed is kept.")).to_be_visible()
    page.clock.fast_forward(600_000)
    status = page.get_by_role("status").filter(
        has_text="Choose Save or Send, then sign in. What you typed will come back."
    )
    expect(status).to_be_visible()
    settings.SESSION_IDLE_SECONDS = 0  # for the server, the half hour is over too
    page.get_by_role("button", name="Save the name", exact=True).click()
    expect(
        page.get_by_text("What you typed is kept. Sign in to continue where you left off.")
    ).to_be_visible()
    settings.SESSION_IDLE_SECONDS = 1800
    page.get_by_label("User name").fill(administrator.username)
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.get_by_text("What you typed is back.")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Cher")


def test_g_23_typing_counts_as_work(desk: Desk, clerk: User, settings: Settings) -> None:
    settings.SESSION_WARNING_SECONDS, settings.SESSION_IDLE_SECONDS = 1200, 1800
    page = desk.open(clerk, at="")
    page.clock.install()
    page.goto("/accounts/password/")
    for _ in range(2):
        page.clock.fast_forward(900_000)
        with page.expect_response(re.compile("/session/stay/")):
            page.get_by_label("Current password", exact=True).press("a")
    expect(page.get_by_role("button", name="Stay signed in")).to_have_count(0)


def test_g_23_work_in_one_window_keeps_the_other_quiet(
    desk: Desk, clerk: User, settings: Settings
) -> None:
    settings.SESSION_WARNING_SECONDS, settings.SESSION_IDLE_SECONDS = 1200, 1800
    page = desk.open(clerk, at="")
    page.clock.install()
    page.goto("/help/")
    other = page.context.new_page()
    for _ in range(3):
        page.clock.fast_forward(900_000)
        other.goto("/help/")
    expect(page.get_by_role("button", name="Stay signed in")).to_have_count(0)


def test_s_03_a_page_left_alone_leads_to_sign_in_and_shows_nothing(
    desk: Desk, clerk: User, settings: Settings
) -> None:
    settings.SESSION_WARNING_SECONDS, settings.SESSION_IDLE_SECONDS = 1, 3
    page = desk.glance(clerk)
    expect(page).to_have_url(re.compile("sign-in"), timeout=10_000)
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    assert "MARTIN, CHERYL" not in page.content()


def test_without_script_staying_signed_in_needs_nothing_but_the_form(
    desk: Desk, clerk: User
) -> None:
    page = desk.open(clerk, script=False)
    page.goto("/help/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Help")
    assert page.locator("[data-idle]").inner_text() == ""


def test_g_04_escape_closes_a_menu_and_gives_the_focus_back(desk: Desk, clerk: User) -> None:
    page = desk.glance(clerk, size=NARROW)
    menu = page.locator("summary", has_text="Menu")
    screens = page.get_by_role("navigation", name="Screens")
    expect(screens).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(screens).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(screens).to_be_hidden()
    expect(menu).to_be_focused()


def test_g_15_the_menu_opens_without_script(desk: Desk, clerk: User) -> None:
    page = desk.open(clerk, script=False, size=NARROW)
    page.locator("summary", has_text="Menu").click()
    expect(
        page.get_by_role("navigation", name="Screens").get_by_role("link", name="Home")
    ).to_be_visible()


def test_a_password_can_be_seen_while_it_is_typed(desk: Desk) -> None:
    page = desk.glance()
    password = page.get_by_label("Password", exact=True)
    password.fill("four quiet rivers")
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_be_focused()
    page.get_by_role("button", name="Hide password").click()
    expect(password).to_have_attribute("type", "password")


def test_d_19_a_second_click_sends_nothing_and_the_button_says_what_happens(desk: Desk) -> None:
    page = desk.glance()
    page.evaluate("""() => { window.sent = 0; window.addEventListener("submit", (event) => {
            if (!event.defaultPrevented) window.sent += 1;
            event.preventDefault();
        }); }""")
    page.get_by_label("User name").fill("cmartin")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Signing in…").click()
    assert page.evaluate("window.sent") == 1


def test_ticks_that_choose_rows_are_no_unsaved_change(
    desk: Desk, clerk: User, cottonwood: District_, kayla: Student
) -> None:
    """*Save courses* keeps no tick: beside it stands what it would save."""
    cottonwood.roster(kayla, HEALTH)
    page = desk.open(clerk, at="/districts/9012/2025/roster-data/courses/")
    page.get_by_role("row").get_by_role("checkbox").last.check()
    expect(page.get_by_text("1 chosen on this page")).to_be_visible()
    expect(page.get_by_text("changed, not saved")).to_have_count(0)
    page.get_by_role("row").get_by_role("textbox").last.fill("0.25")
    expect(page.get_by_text("1 field changed, not saved")).to_be_visible()


def test_a_failed_sign_in_has_its_summary_in_focus_and_leads_to_the_field(
    desk: Desk, clerk: User
) -> None:
    page = desk.glance()
    page.get_by_label("User name").fill("cmartin")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error: Sign in"))
    expect(page.locator(".summary")).to_be_focused()
    page.get_by_role("link", name="Enter your password").click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    expect(page.get_by_label("User name")).to_have_value("cmartin")
