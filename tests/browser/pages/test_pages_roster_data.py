"""Pages of roster data by hand in each of their states."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pathways.models import Course, Pathway, Roster, Section
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import STUDENT
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.fixtures.records import HEALTH

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

Visit = Callable[[Stage, Page], None]


def row(kind: str, *more: str, change: bool = True) -> Visit:
    """A page of Kayla's row, of the given kind."""

    def visit(stage: Stage, page: Page) -> None:
        keys = {
            "students": stage.kayla.pk,
            "enrollments": stage.kayla.enrollments.get().pk,
            "schools": stage.cottonwood.school.pk,
        }
        if change:
            edit = RowEdit({"local_id": "0042", "middle_name": "Rose"}, stage.kayla.pk, 0)
            editing.write(stage.cottonwood.scope, [(STUDENT, edit)], by="MARTIN, CHERYL")
        page.goto(stage.address("roster-data", "rows", kind, keys[kind], *more))

    return visit


def add(kind: str) -> Visit:
    def visit(stage: Stage, page: Page) -> None:
        page.goto(
            stage.address("roster-data", "rows", kind, "add")
            + (f"?in={stage.kayla.pk}" if kind == "enrollments" else "")
        )

    return visit


def added(stage: Stage, page: Page) -> None:
    add("schools")(stage, page)
    page.get_by_label("School Number").fill("0044")
    page.get_by_label("School Name").fill("Sunrise School")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The school was added")).to_be_visible()


def wrong(stage: Stage, page: Page) -> None:
    add("students")(stage, page)
    page.get_by_label("State ID").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def searched(stage: Stage, page: Page) -> None:
    page.goto(stage.address("roster-data", "students"))
    page.get_by_label("Name, State ID, or Local ID").fill("nobody")
    page.get_by_role("button", name="Search", exact=True).last.click()
    expect(page.get_by_text("No student matches")).to_be_visible()


def section(stage: Stage, page: Page) -> None:
    stage.cottonwood.roster(stage.kayla)
    key = Section.objects.get(rosters__enrollment__student=stage.kayla).pk
    page.goto(stage.address("roster-data", "sections", key))


def section_wrong(stage: Stage, page: Page) -> None:
    section(stage, page)
    page.get_by_label("Add students by State ID").fill("12")
    page.get_by_role("button", name="Save the roster").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def sections(stage: Stage, page: Page) -> None:
    section(stage, page)
    page.goto(stage.address("roster-data", "sections"))


def previewed(stage: Stage, page: Page) -> None:
    page.goto(stage.address("roster-data", "end-enrollments"))
    page.get_by_label("End the enrollment of").first.check()
    page.get_by_label("End Date").fill("06/06/2025")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nothing has been saved yet")).to_be_visible()


def ended(stage: Stage, page: Page) -> None:
    previewed(stage, page)
    page.get_by_role("button", name="End the enrollments").click()
    expect(page.get_by_text("1 enrollment ended on 06/06/2025")).to_be_visible()


def end_wrong(stage: Stage, page: Page) -> None:
    page.goto(stage.address("roster-data", "end-enrollments"))
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def merge(state_id: str, record: str = "") -> Visit:
    """The page that merges another row, 999000124, into Kayla's."""

    def visit(stage: Stage, page: Page) -> None:
        twin = stage.cottonwood.student("999000124", "Andersen")
        stage.cottonwood.roster(twin)
        for student in (stage.kayla, twin):
            if record:
                stage.cottonwood.record(student, record)
        page.goto(stage.address("roster-data", "students", stage.kayla.pk, "merge"))
        page.get_by_label("State ID of the other row").fill(state_id)
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("alert").first).to_be_visible()

    return visit


def undone(stage: Stage, page: Page) -> None:
    ended(stage, page)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("Undone: 1 row")).to_be_visible()


def new_year(stage: Stage, page: Page) -> None:
    """A district of 2023-24 on the first day of 2024-25."""
    district = stage.cottonwood
    for number in range(3):
        student = district.student(f"99900090{number}", f"Returning{number}", enrolled=False)
        district.enroll(student, 2024, grade="11")
        Roster.objects.create(
            enrollment=student.enrollments.get(),
            section=Section.objects.get_or_create(
                course=Course.objects.get_or_create(
                    school=district.school,
                    number="H1",
                    name="Health Science",
                    credits=1,
                    pathway=Pathway.objects.get(name=HEALTH),
                )[0],
                calendar=district.calendars[2024],
                number="1",
            )[0],
        )
    page.goto(stage.address("roster-data"))
    page.get_by_role("link", name="New school year").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New school year")


def new_year_wrong(stage: Stage, page: Page) -> None:
    new_year(stage, page)
    page.get_by_role("button", name="Enroll the chosen students").click()
    expect(page.get_by_text("Select at least one student").first).to_be_visible()


def enrolled_again(stage: Stage, page: Page) -> None:
    new_year(stage, page)
    page.get_by_label("RETURNING0").check()
    page.get_by_role("button", name="Enroll the chosen students").click()
    expect(page.get_by_text("1 enrollment added.")).to_be_visible()


STATES: dict[str, list[State]] = {
    "roster-schools": [
        State("one added", added),
        State("as OPI sees it", at(lambda stage: stage.address("roster-data", "schools")), "opi"),
    ],
    "roster-students": [
        State("list", at(lambda stage: stage.address("roster-data", "students"))),
        State("nobody found", searched),
        State("after an undo", undone),
        State("as OPI sees it", at(lambda stage: stage.address("roster-data", "students")), "opi"),
    ],
    "roster-student": [
        State(
            "enrolled",
            at(lambda stage: stage.address("roster-data", "students", stage.kayla.pk)),
        )
    ],
    "roster-merge": [
        State("errors", merge("999000123")),
        State("previewed", merge("999000124")),
        State("both have a record", merge("999000124", HEALTH)),
    ],
    "roster-sections": [State("list", sections)],
    "roster-section": [State("one student", section), State("errors", section_wrong)],
    "roster-end": [
        State("list", at(lambda stage: stage.address("roster-data", "end-enrollments"))),
        State("errors", end_wrong),
        State("previewed", previewed),
    ],
    "roster-new-year": [
        State("nothing yet", new_year),
        State("errors", new_year_wrong),
        State("students enrolled again", enrolled_again),
        State("as OPI sees it", at(lambda stage: stage.address("roster-data", "new-year")), "opi"),
    ],
    "roster-row-add": [
        State("enrollment", add("enrollments")),
        State("errors", wrong),
    ],
    "roster-row": [
        State("student", row("students", change=False)),
        State("enrollment", row("enrollments", change=False)),
    ],
    "roster-row-remove": [State("student", row("students", "remove", change=False))],
    "roster-row-history": [
        State("changed", row("students", "history")),
        State("nothing yet", row("schools", "history", change=False)),
    ],
}


@each(STATES)
def test_a_page_of_roster_data_by_hand_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
