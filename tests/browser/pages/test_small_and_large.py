"""On a telephone, and with text twice as large (walk 23, walk 25)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cte_portal.accounts.models import User
from pathways.models import Student
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, Desk
from tests.certification.ready import Ready
from tests.fixtures.records import District_

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "state"])]


@pytest.fixture
def ready(cottonwood: District_, event: object, clerk: User, kayla: Student) -> Ready:
    made = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    made.record(kayla)
    made.prepare()
    return made


def test_a_certifier_with_a_telephone_is_two_taps_from_the_signature(desk: Desk, ready: Ready) -> None:
    """walk 23: one context line that opens, *Sign* under the title, no keyboard over the page; axe at 320 px finds nothing."""
    page = desk.open(ready.primary.user, size=NARROW, has_touch=True, bypass_csp=True)
    bars = page.locator("header").bounding_box()
    assert bars and bars["height"] < 110
    assert page.evaluate("document.activeElement === document.body")
    expect(page.get_by_text("Edition District")).to_be_hidden()
    page.locator(".more summary").click()
    expect(page.get_by_text("Edition District")).to_be_visible()
    page.get_by_role("link", name="Review and sign").first.click()
    page.get_by_role("link", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="Status: ")).to_be_in_viewport()
    assert violations(page) == ""


def test_with_text_twice_as_large_the_columns_fold(desk: Desk, clerk: User, guides_student: Student) -> None:
    """walk 25: the reader's own text size, not the page's zoom."""
    page = desk.open(clerk)
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.goto(f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    expect(page.get_by_text("Menu", exact=True)).to_be_visible()
    expect(page.get_by_label("In District Credits Earned")).to_be_visible()
