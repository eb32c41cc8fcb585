"""OPI begins the next school year: a clerk goes on with a student's record, and what was certified
stays what it was (design 4).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from certification.models import CertificationEvent, SealedCopy, SealedRecord
from certification.signing.sealing import differences
from cte_portal.accounts.models import User
from pathways.models import Student
from tests.browser.conftest import Desk
from tests.certification.ready import Ready
from tests.fixtures.records import HEALTH, District_

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def activate(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="School years").click()
    page.get_by_role("link", name="2025-26").click()
    page.get_by_label("The current year").check()
    page.get_by_label("Reason").fill("The year has begun.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_role("banner").get_by_text("School year 2025-26")).to_be_visible()


def sealed_file(page: Page, copy: SealedCopy) -> bytes:
    page.goto(f"/districts/9012/2025/event-certification/receipts/{copy.pk}/")
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name="State Format").click()
    return Path(download.value.path()).read_bytes()


def test_credits_of_the_next_year_change_nothing_that_was_certified(
    desk: Desk,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
    keeper: User,
    kayla: Student,
) -> None:
    ready = Ready(cottonwood, event, clerk)
    ready.record(kayla)
    ready.prepare()
    ready.sign()
    cottonwood.enroll(kayla, 2026)
    cottonwood.approve(HEALTH, end_year=2026)
    copy = SealedCopy.objects.get()
    page = desk.glance(clerk)
    before = sealed_file(page, copy)

    activate(desk.open(keeper))
    page.goto("/districts/9012/2025/")
    expect(page.get_by_text(f"Certified under receipt {copy.receipt}").first).to_be_visible()
    page.get_by_role("banner").get_by_text("Choose another school year").locator("xpath=..").click()
    page.get_by_role("banner").get_by_role("link", name="2025-26").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2025-26")
    page.get_by_label("Find a student").fill("kayla")
    page.get_by_label("Find a student").press("Enter")
    page.get_by_role("link", name="ANDERSON, KAYLA R.").click()
    page.get_by_label("In District Credits Earned").fill("2.50")
    page.get_by_role("group", name="CTE Concentrator").get_by_role("radio", name="Yes").check(
        force=True
    )
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    last_year = page.get_by_role("row").filter(has_text="Total Pathway Credits Earned")
    expect(last_year).to_contain_text("1.50")
    expect(last_year).to_contain_text("2.50")

    assert sealed_file(page, copy) == before
    assert differences(copy) == [] and str(SealedRecord.objects.get().total_credits) == "1.50"
