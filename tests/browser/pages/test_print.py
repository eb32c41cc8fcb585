"""What comes out of the printer (walk 8, walk 24; visual.md, Print)."""

from __future__ import annotations

import io
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from cte_portal.accounts.models import User
from pathways.models import GroupAssignment, Student
from pathways.reports.groups import END_OF_YEAR
from tests.browser.conftest import Desk
from tests.fixtures.records import HEALTH, District_

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "state"])]


def printed(desk: Desk, clerk: User, path: str) -> list[str]:
    page = desk.open(clerk, at="")
    page.goto(path)
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    return [" ".join(normalize("NFKC", one.extract_text()).split()) for one in pdf.pages]


def test_a_printed_report_says_that_it_is_not_all(desk: Desk, clerk: User, cottonwood: District_) -> None:
    """walk 8, walk 24: the rows that are not there are said, heads repeat, each page is marked."""
    GroupAssignment.objects.assign("9012", END_OF_YEAR.slug, {"data-clerk"})
    for number in range(60):
        cottonwood.record(cottonwood.student(f"9990009{number:02d}", "Anselmo", f"Nr{number:02d}"), HEALTH)
    pages = printed(desk, clerk, "/districts/9012/2025/data-validation-reports/?report=count-concentrator-participant")
    assert len(pages) > 1 and all("Confidential student data" in page for page in pages)
    assert "Rows 1 to 50 of 60" in " ".join(pages)
    assert "Student Counted as" in pages[1] and "Find a screen" not in " ".join(pages) and "MARTIN, CHERYL" in pages[0]


def test_a_printed_record_has_no_fields_and_no_buttons(desk: Desk, clerk: User, guides_student: Student) -> None:
    """walk 24"""
    text = " ".join(printed(desk, clerk, f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/"))
    assert "ANDERSON, KAYLA" in text and "Confidential student data" in text and "1.50" in text
    assert not [word for word in ("Save and next", "Apply to all", "Find a screen", "What is a concentrator") if word in text]
