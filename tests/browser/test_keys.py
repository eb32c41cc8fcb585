"""Hands on the keys: where the work begins, one stop of the Tab key for a list, keys that open and
show (ux D-15, B-04; walk 9, 10, 32).
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from pathways.models import Participation, Student
from tests.browser.conftest import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


@pytest.fixture
def page(desk: Desk, clerk: User, guides_student: Student, classmates: list[Student]) -> Page:
    page = desk.glance(clerk)
    page.get_by_label("Find a student").fill("anders")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("cte-concentrator"))
    return page


def test_b_04_from_one_student_to_the_next_without_a_key_before_the_first_digit(
    page: Page, guides_student: Student
) -> None:
    """walk 9: 135 Tabs stood between Save and next and In District Credits."""
    expect(page.get_by_label("Find a student")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-list] a").first).to_be_focused()
    while "KAYLA" not in page.evaluate("document.activeElement.textContent"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    credits = page.get_by_label("In District Credits Earned")
    expect(credits).to_be_focused()
    page.keyboard.type("1.75")
    expect(credits).to_have_value("1.75")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(credits).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="ANDERSON, WYATT")).to_be_visible()
    expect(page.locator("[data-focus]:focus")).to_have_count(1)
    assert Participation.objects.filter(student=guides_student, in_district_credits=2).exists()


def test_the_list_is_one_stop_of_the_tab_key_and_arrows_go_through_it(page: Page) -> None:
    """walk 9"""
    page.locator("[data-list] a").nth(1).focus()
    assert page.locator("[data-list] a[tabindex='0']").count() == 1
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-list] a").nth(0)).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator("[data-list] a").last).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('[data-list]')")


def test_alt_s_goes_to_the_search_and_a_question_mark_shows_help_and_keys(page: Page) -> None:
    """D-15, walk 9. The one key that acts alone does not in a field, and can be turned off (WCAG
    2.1.4).
    """
    help_box = page.get_by_role("dialog", name="Help on this screen")
    box = page.get_by_label("Find a student")
    box.fill("")
    page.keyboard.type("?")
    expect(box).to_have_value("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="ANDERSON, KAYLA R.").focus()
    page.keyboard.press("Alt+s")
    expect(box).to_be_focused()
    page.get_by_role("link", name="ANDERSON, KAYLA R.").focus()
    page.keyboard.press("?")
    expect(help_box).to_contain_text("Find the student by name, State ID or Local ID")
    expect(help_box.get_by_role("cell", name="Find a student")).to_be_visible()
    expect(help_box.get_by_role("cell", name="In a grid: same column")).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_box).to_have_count(0)
    page.keyboard.press("Alt+Shift+K")
    screen = page.url
    help_box.get_by_role("link", name="Turn it off").click()
    page.get_by_role("button", name="Turn the ? key off").click()
    expect(page.get_by_role("button", name="Turn the ? key on")).to_be_visible()
    page.goto(screen)
    page.get_by_role("link", name="ANDERSON, KAYLA R.").focus()
    page.keyboard.press("?")
    expect(help_box).to_have_count(0)
    page.get_by_role("link", name="Help on this screen").click()
    expect(help_box).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="MT Extracts").click()
    expect(page.get_by_role("heading", name="MT Extracts", level=1)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("Alt+s")
    page.wait_for_url(re.compile("cte-concentrator"))
    expect(box).to_be_focused()


def test_no_field_takes_the_focus_under_fingers(
    desk: Desk, clerk: User, guides_student: Student
) -> None:
    """walk 23: the keyboard of a telephone opened over the page."""
    page = desk.open(
        clerk, size={"width": 390, "height": 844}, at="", has_touch=True, is_mobile=True
    )
    page.goto(f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/")
    page.wait_for_load_state()
    expect(page.get_by_label("In District Credits Earned")).not_to_be_focused()


def test_not_the_same_on_every_pathway_follows_what_is_chosen(
    page: Page, guides_student: Student
) -> None:
    """walk 32: the note stayed while the answer was chosen that makes it the same."""
    page.get_by_role("link", name="ANDERSON, KAYLA R.").click()
    note = page.get_by_text("Not the same on every pathway of this student")
    expect(note).to_be_visible()
    group = page.get_by_role("group", name="Student Single Parent")
    now = group.get_by_role("radio", checked=True)
    other = "No" if now.get_attribute("value") == "Yes" else "Yes"
    group.get_by_label(other, exact=True).check()
    expect(note).to_be_hidden()
    group.get_by_label("Yes" if other == "No" else "No", exact=True).check()
    expect(note).to_be_visible()
    page.get_by_label("Apply to all 2 pathways").check()
    expect(note).to_be_hidden()


def test_the_navigation_shows_the_current_screen(page: Page) -> None:
    """walk 10: at 1366 × 768 it was out of sight, or under the help block."""
    page.set_viewport_size({"width": 1366, "height": 768})
    for name in ("type-membership-setup", "event-certification", "cte-concentrator"):
        page.goto(f"/districts/9012/2025/{name}/")
        current, help_ = (
            page.locator("#screens [aria-current]").bounding_box(),
            page.locator("footer.help").bounding_box(),
        )
        assert (
            current
            and help_
            and current["y"] > 0
            and current["y"] + current["height"] <= help_["y"]
        ), name


def test_the_credits_are_in_view_at_1024_by_768(page: Page) -> None:
    """walk 32"""
    page.set_viewport_size({"width": 1024, "height": 768})
    page.get_by_role("link", name="ANDERSON, KAYLA R.").click()
    credits, bar = (
        page.get_by_label("In District Credits Earned").bounding_box(),
        page.locator(".savebar").bounding_box(),
    )
    assert credits and bar and credits["y"] + credits["height"] <= bar["y"]


def test_a_school_year_stays_on_one_line(page: Page) -> None:
    """walk 31: "2024-" at the end of a line, "25" on the next. What is copied has the plain
    hyphen.
    """
    lines = """() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const broken = [], whole = [];
      while (walker.nextNode()) for (const found of walker.currentNode.data.matchAll(/\\d{4}-\\d{2}/g)) {
        const range = document.createRange();
        range.setStart(walker.currentNode, found.index);
        range.setEnd(walker.currentNode, found.index + found[0].length);
        const tops = new Set([...range.getClientRects()].map((one) => one.top));
        if (tops.size) (tops.size > 1 ? broken : whole).push(walker.currentNode.data);
      }
      return [broken, whole.length];
    }"""
    torn = """() => [...document.querySelectorAll("span.num")].filter((one) =>
      /flex|grid/.test(getComputedStyle(one.parentElement).display)
      && [one.previousSibling, one.nextSibling].some((beside) => beside?.nodeType === Node.TEXT_NODE && beside.data.trim())).length"""
    for address in ("", "cte-concentrator/", "resync/", "data-validation-reports/", "roster-data/"):
        page.goto(f"/districts/9012/2025/{address}")
        for width in range(320, 420, 20):
            page.set_viewport_size({"width": width, "height": 640})
            broken, whole = page.evaluate(lines)
            assert not broken and whole, (address, width, broken)
            assert not page.evaluate(torn), (address, width)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768), (768, 1024)])
def test_the_credits_are_in_sight_when_a_record_opens(
    desk: Desk, clerk: User, guides_student: Student, width: int, height: int
) -> None:
    """walk 32: on a small window the credits were below it, or under the save bar."""
    page = desk.glance(
        clerk,
        size={"width": width, "height": height},
        at=f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/",
    )
    expect(page.get_by_label("In District Credits Earned")).to_be_focused()
    bar = page.locator(".savebar").bounding_box()
    first, last = (
        page.get_by_label(name).bounding_box()
        for name in ("In District Credits Earned", "Work Based Learning Credits")
    )
    assert bar and first and last
    assert first["y"] > 0 and last["y"] + last["height"] <= bar["y"], (first, last, bar)


def test_the_list_ends_at_the_foot_of_the_window(page: Page) -> None:
    """walk 31: with the page scrolled the list ended above the window's foot."""
    foot = (
        "() => Math.abs(document.querySelector('.list-pane').getBoundingClientRect().bottom"
        " - innerHeight) < 1.5"
    )
    page.get_by_role("link", name="ANDERSON, KAYLA R.").click()
    page.wait_for_load_state()
    page.set_viewport_size({"width": 1366, "height": 500})
    for way in (0, 60, 1000):
        page.evaluate("(way) => scrollTo(0, way)", way)
        page.wait_for_function(foot)


def test_the_two_tables_of_the_resync_page_line_up(page: Page) -> None:
    """walk 31"""
    page.goto("/districts/9012/2025/resync/")
    heads = page.locator("main table thead")
    heights = [
        heads.nth(number).evaluate("(head) => head.getBoundingClientRect().top")
        for number in (0, 1)
    ]
    assert abs(heights[0] - heights[1]) < 1.5, heights
    boxes = page.locator("td input[type=checkbox]").evaluate_all(
        "(all) => all.map((box) => box.offsetWidth)"
    )
    assert set(boxes) == {18}
