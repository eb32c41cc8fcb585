"""What comes out of the printer (walk 8, walk 24; visual.md, Print)."""

from __future__ import annotations

import datetime
import io
from unicodedata import normalize

import pytest
from playwright.sync_api import Page, expect
from pypdf import PageObject, PdfReader

from cte_portal.accounts.models import User
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.workbench.contacts import add, way
from pathways.models import Calendar, FollowUpEntry, GroupAssignment, Pathway, School, Student
from pathways.reports.groups import END_OF_YEAR
from tests.browser.conftest import Desk
from tests.fixtures.certification import make_certifier, make_event, make_round, seal_records, sign
from tests.fixtures.records import HEALTH, District_, send_everything
from tests.pathways.follow_up.leavers import Leavers, open_list

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def sheets(desk: Desk, clerk: User, path: str) -> list[PageObject]:
    page = desk.glance(clerk, at="")
    page.goto(path)
    return on_paper(page)


def on_paper(page: Page) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages)


def words(text: str) -> str:
    return " ".join(normalize("NFKC", text).split())


def printed(desk: Desk, clerk: User, path: str) -> list[str]:
    return [words(sheet.extract_text()) for sheet in sheets(desk, clerk, path)]


def foot(sheet: PageObject) -> set[str]:
    """The words in the lower margin of 16 mm, which the page's own text never reaches."""
    pieces: set[str] = set()

    def visit(text: str, page: list[float], line: list[float], *_: object) -> None:
        if line[4] * page[1] + line[5] * page[3] + page[5] < 16 * 72 / 25.4:
            pieces.update(words(text).split())

    sheet.extract_text(visitor_text=visit)
    return pieces


def test_a_printed_report_says_that_it_is_not_all(
    desk: Desk, clerk: User, cottonwood: District_
) -> None:
    """walk 8, walk 24: the rows that are not there are said, heads repeat, each page is marked."""
    GroupAssignment.objects.assign("9012", END_OF_YEAR.slug, {"data-clerk"})
    for number in range(60):
        cottonwood.record(
            cottonwood.student(f"9990009{number:02d}", "Anselmo", f"Nr{number:02d}"), HEALTH
        )
    pages = printed(
        desk,
        clerk,
        "/districts/9012/2025/data-validation-reports/?report=count-concentrator-participant",
    )
    assert len(pages) > 1 and all("Confidential student data" in page for page in pages)
    assert "Rows 1 to 50 of 60" in " ".join(pages)
    assert (
        "Student Counted as" in pages[1]
        and "Find a screen" not in " ".join(pages)
        and "MARTIN, CHERYL" in pages[0]
    )


def test_a_printed_call_list_has_whom_to_call_and_no_buttons(
    desk: Desk, clerk: User, cottonwood: District_
) -> None:
    """R-FUP-10"""
    open_list()
    leavers = Leavers(cottonwood)
    for number, name in enumerate(("Anselmo", "Bear")):
        leavers.leaver(f"99900090{number}", last=name)
    leavers.seal()
    follow_up_list(leavers.scope)
    entry = FollowUpEntry.objects.get(student__last_name__iexact="Anselmo")
    add(leavers.scope, entry.pk, [way("406-555-0143")], by="MARTIN, CHERYL", by_id=clerk.pk)
    page = desk.glance(clerk, at="/districts/9012/2024/cte-follow-up/")
    page.get_by_role("button", name="Print the call list").click()
    expect(page.get_by_role("button", name="Print", exact=True)).to_be_visible()
    text = " ".join(words(sheet.extract_text()) for sheet in on_paper(page))
    for wanted in (
        "ANSELMO, KAYLA",
        "BEAR, KAYLA",
        "Cottonwood Bend High School",
        HEALTH,
        "406-555-0143",
        "Page 1 of 1",
    ):
        assert wanted in text, wanted
    assert "Confidential student data" in text
    for button in (
        "Ctrl+P",
        "Back to the calls",
        "Find a screen",
    ):
        assert button not in text, button


def test_a_printed_record_has_no_fields_and_no_buttons(
    desk: Desk, clerk: User, guides_student: Student
) -> None:
    """walk 24"""
    text = " ".join(
        printed(desk, clerk, f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/")
    )
    assert "ANDERSON, KAYLA" in text and "Confidential student data" in text and "1.50" in text
    assert not [
        word
        for word in ("Save and next", "Apply to all", "Find a screen", "What is a concentrator")
        if word in text
    ]


def test_a_printed_history_shows_what_changed_and_offers_nothing(
    desk: Desk, clerk: User, guides_student: Student
) -> None:
    """walk 24"""
    health = Pathway.objects.get(name=HEALTH).pk
    (page,) = printed(
        desk, clerk, f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/{health}/history/"
    )
    assert (
        "ANDERSON, KAYLA R." in page
        and "Confidential student data" in page
        and "0.50 1.50" in page
        and "Page 1 of 1" in page
    )
    assert not [
        word
        for word in ("Restore", "as it is now", "Open the record", "Find a screen")
        if word in page
    ]


def test_printed_findings_repeat_their_head_and_offer_nothing(
    desk: Desk, clerk: User, cottonwood: District_
) -> None:
    """walk 24"""
    for number in range(30):
        cottonwood.record(
            cottonwood.student(f"9990009{number:02d}", "Early", f"Nr{number:02d}"),
            HEALTH,
            start_date=datetime.date(2016, 8, 29),
        )
    pages = printed(desk, clerk, "/districts/9012/2025/findings/")
    assert len(pages) > 1 and all(
        "Confidential student data" in page and "Student CTE Pathway Level Rule Found" in page
        for page in pages
    )
    assert sum(page.count("EARLY, NR") for page in pages) == 30
    assert not [
        word
        for word in ("Explain this", "Open and fix", "Find a screen", "Apply")
        if word in " ".join(pages)
    ]


def test_the_receipts_number_stands_in_the_foot_of_each_page(
    desk: Desk, clerk: User, cottonwood: District_
) -> None:
    """walk 24: a page that lies alone is still known by its number."""
    for number in range(30):
        school = School.objects.create(
            district=cottonwood.district, number=f"70{number:02d}", name=f"School {number:02d}"
        )
        calendar = Calendar.objects.create(school=school, school_year_id=2025, number="001")
        student = cottonwood.student(
            f"9990009{number:02d}", "Anselmo", f"Nr{number:02d}", enrolled=False
        )
        cottonwood.enroll(student, calendar=calendar)
        cottonwood.record(student, HEALTH)
    send_everything()
    sealed = make_round(make_event())
    sign(sealed, make_certifier(clerk))
    copy = seal_records(sealed, cottonwood.scope)
    pages = sheets(desk, clerk, f"/districts/9012/2025/event-certification/receipts/{copy.pk}/")
    assert len(pages) > 2
    for number, sheet in enumerate(pages, 1):
        assert foot(sheet) == {copy.receipt, *f"Page {number} of {len(pages)}".split()}
        assert not [
            word
            for word in ("Receipt as PDF", "Find a screen", "Batch Queue")
            if word in sheet.extract_text()
        ]
    assert "2023-24 Difference %" in words(pages[-1].extract_text()), "the table's head is repeated"


def test_only_a_receipt_has_a_number_in_its_foot(
    desk: Desk, clerk: User, cottonwood: District_
) -> None:
    """walk 24"""
    (sheet,) = sheets(desk, clerk, "/districts/9012/2025/event-certification/status/")
    assert foot(sheet) == {"Page", "1", "of"}
