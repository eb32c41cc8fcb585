"""Years side by side, in Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.models import Calendar, Student
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, Desk
from tests.certification.years.test_years_side_by_side import make_school_year, sealed
from tests.fixtures.records import HEALTH, District_

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def test_five_years_stand_under_their_columns_on_a_telephone_too(
    desk: Desk, cottonwood: District_, kayla: Student, viewer: User
) -> None:
    """A script that keeps school years on one line leaves those of a drawing alone."""
    cottonwood.record(kayla, HEALTH)
    for end_year in range(2021, 2025):
        make_school_year(end_year)
        cottonwood.calendars[end_year], _ = Calendar.objects.get_or_create(
            school=cottonwood.school, school_year_id=end_year, number="001"
        )
        cottonwood.enroll(kayla, end_year)
        sealed(Scope("9012", end_year))
    page = desk.open(viewer, size=NARROW, bypass_csp=True)
    for address in ("years/", f"cte-concentrator/{kayla.pk}/years/"):
        page.goto(f"/districts/9012/2025/{address}")
        drawing = page.locator("figure svg").first
        expect(drawing).to_be_visible()
        for label in ("2020-21", "2021-22", "2022-23", "2023-24", "2024-25"):
            expect(drawing.get_by_text(label, exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert violations(page) == ""
