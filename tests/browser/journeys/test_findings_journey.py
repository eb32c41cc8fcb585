"""From the home page to a finding, cured, and on to the next until the list is empty: with script
and without (V-05, B-07, B-08).
"""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from pathways.models import Explanation
from tests.browser.conftest import Desk
from tests.fixtures.records import District_

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


@pytest.fixture
def findings(cottonwood: District_) -> None:
    """In the order of names: credits that make a concentrator, a Start Date far back, and another
    one.
    """
    long_ago = datetime.date(2016, 8, 29)
    cottonwood.record(
        cottonwood.student("999000101", "Adkins", "Hannah"), in_district_credits=Decimal("2.50")
    )
    cottonwood.record(cottonwood.student("999000102", "Baker", "Ida"), start_date=long_ago)
    cottonwood.record(cottonwood.student("999000103", "Clark", "Noah"), start_date=long_ago)
    cottonwood.record(cottonwood.student("999000104", "Doyle", "Mia"))


def at(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_list_of_findings_is_worked_off(
    script: bool, desk: Desk, clerk: User, findings: None
) -> None:
    page = desk.glance(clerk, script=script)
    expect(page.get_by_text("1 error, 2 warnings to explain")).to_be_visible()
    page.get_by_role("link", name="Fix findings").click()
    page.get_by_role("link", name="Open and fix ADKINS, HANNAH").click()

    at(page, "ADKINS, HANNAH")
    expect(page.locator("#finding")).to_contain_text("2 or more credits, but not a concentrator")
    concentrator = page.get_by_role("group", name="CTE Concentrator")
    expect(concentrator.get_by_role("radio", name="Yes")).to_be_focused()
    concentrator.get_by_role("radio", name="Yes").check(force=True)
    page.get_by_role("button", name="Save and next finding").click()

    at(page, "BAKER, IDA")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Start Date")).to_be_focused()
    page.get_by_label("Start Date").fill("08/29/22")
    page.get_by_role("button", name="Save and next finding").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Start Date").fill("08/29/2022")
    page.get_by_role("button", name="Save and next finding").click()

    at(page, "CLARK, NOAH")
    page.locator("#finding").get_by_role("link", name="Back to the findings").click()
    expect(page.get_by_role("link", name="Open and fix")).to_have_count(1)
    page.get_by_role("link", name="Open and fix CLARK, NOAH").click()
    page.get_by_role("link", name="Explain it").click()
    page.get_by_label("Reason").fill("Began in a program abroad.")
    page.get_by_role("button", name="Explain this finding").click()

    at(page, "Findings")
    expect(page.get_by_text("last finding", exact=False).first).to_be_visible()
    expect(page.get_by_text("No problems found in 4 records")).to_be_visible()
    assert Explanation.objects.get().by == "MARTIN, CHERYL"
    assert "CLARK" not in page.url and "999000" not in page.url
    page.get_by_role("navigation").get_by_role("link", name="Home").click()
    expect(page.get_by_text("No problems found")).to_be_visible()
