"""Pages of roster files in each of their states."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from pathways.models import Course, Student
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import STUDENT
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.pathways.roster.conftest import ALL, STUDENTS, zipped
from tests.pathways.roster.oneroster.exports import export, packed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

TITLE = STUDENTS.splitlines()[0]
MANY = "".join(f"9990010{number:02},,Last{number},First,,01/01/2008,F\n" for number in range(12))


def roster_file(content: str | bytes, work: str = "validate") -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        data = content.encode() if isinstance(content, str) else content
        batch = submit(
            "roster-file",
            by=stage.clerk,
            title="Student Demographics – Validate and Test File",
            subject="students.csv",
            scope=stage.cottonwood.scope,
            options={"work": work},
            content=ContentFile(data, name="input"),
        )
        assert run(batch.pk)
        page.goto(stage.address("batches", batch.pk))

    return visit


def held(stage: Stage, page: Page) -> None:
    roster_file(f"{TITLE}\n{MANY}", "upload")(stage, page)
    roster_file(f"{TITLE}\n{MANY.replace('First', 'Second')}")(stage, page)
    expect(page.get_by_label("Number of rows")).to_be_visible()


def changed_on_screen(stage: Stage, page: Page) -> None:
    roster_file(zipped(ALL), "upload")(stage, page)
    page.goto(stage.address("roster-data", "students"))
    for state_id, first_name in (("999000002", "José"), ("999000003", "Nadia")):
        student = Student.objects.get(state_id=state_id)
        edit = RowEdit({"first_name": first_name}, student.pk, 1)
        editing.write(stage.cottonwood.scope, [(STUDENT, edit)], by="X")
    roster_file(STUDENTS)(stage, page)
    expect(page.get_by_label("File's value in all 2 rows")).to_be_visible()


def undo_asked(stage: Stage, page: Page) -> None:
    roster_file(zipped(ALL), "upload")(stage, page)
    page.get_by_role("link", name="Undo this upload").click()
    expect(page.get_by_role("button", name="Undo this upload")).to_be_visible()


def undone(stage: Stage, page: Page) -> None:
    undo_asked(stage, page)
    page.get_by_role("button", name="Undo this upload").click()
    page.wait_for_url("**/batches/**")
    assert run(Batch.objects.get(kind="roster-undo").pk)
    page.reload()


def courses_wrong(stage: Stage, page: Page) -> None:
    stage.cottonwood.roster(stage.kayla)
    page.goto(stage.address("roster-data", "courses"))
    page.get_by_label("Credits of").first.fill("31")
    page.get_by_role("button", name="Save courses").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def courses(stage: Stage, page: Page) -> None:
    courses_wrong(stage, page)
    page.goto(stage.address("roster-data", "courses"))


def courses_proposed(stage: Stage, page: Page) -> None:
    courses_wrong(stage, page)
    for number, name, area in (
        ("1010", "Principles of Health Science", "14"),
        ("1020", "Metal Processing and Machine Tool Technology", "13"),
        ("8020", "Algebra I", "02"),
        ("9010", "Study Hall", ""),
    ):
        Course.objects.create(
            school=stage.cottonwood.school, number=number, name=name, sced_area=area, credits=1
        )
    page.goto(stage.address("roster-data", "courses"))
    page.get_by_label("1010, Principles").check()
    expect(page.get_by_text("1 chosen on this page")).to_be_visible()


def courses_not_chosen(stage: Stage, page: Page) -> None:
    courses_proposed(stage, page)
    page.get_by_role("button", name="Save for the chosen courses").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def questions(stage: Stage, page: Page) -> None:
    roster_file(packed(export()))(stage, page)
    page.get_by_role("link", name="Confirm where the numbers stand").click()
    expect(page.get_by_label("School Number of Sun High")).to_have_value("0001")


def answered_wrong(stage: Stage, page: Page) -> None:
    questions(stage, page)
    page.get_by_label("School Number of Sun High").fill("0002")
    page.get_by_role("button", name="Confirm and test the file").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def confirmed(stage: Stage, page: Page) -> None:
    questions(stage, page)
    page.get_by_role("button", name="Confirm and test the file").click()
    page.wait_for_url("**/batches/**")
    assert run(Batch.objects.exclude(about=None).get().pk)
    page.reload()


def systems(stage: Stage, page: Page) -> None:
    confirmed(stage, page)
    page.goto(stage.address("mt-data-upload", "roster/oneroster"))
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Section Number").select_option("code")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("In force")).to_have_count(1)


def change(stage: Stage, page: Page) -> None:
    systems(stage, page)
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_label("Section Number")).to_have_value("code")


STATES: dict[str, list[State]] = {
    "roster-data": [
        State("started", at(lambda stage: stage.address("roster-data"))),
        State("another year", at("/districts/9012/2024/roster-data/")),
        State("as OPI sees it", at(lambda stage: stage.address("roster-data")), who="opi"),
    ],
    "roster-courses": [
        State("list", courses),
        State("errors", courses_wrong),
        State("proposals", courses_proposed),
        State("no answer for the chosen", courses_not_chosen),
        State(
            "no match", at(lambda stage: stage.address("roster-data", "courses") + "?school=9999")
        ),
        State(
            "as OPI sees it", at(lambda stage: stage.address("roster-data", "courses")), who="opi"
        ),
    ],
    "roster-columns": [
        State("columns", at(lambda stage: stage.address("mt-data-upload", "roster/columns")))
    ],
    "roster-sources": [
        State("none yet", at(lambda stage: stage.address("mt-data-upload", "roster/oneroster"))),
        State("one, and an earlier one", systems),
    ],
    "roster-source": [State("change", change)],
    "roster-mapping": [State("asked", questions), State("answered wrong", answered_wrong)],
    "roster-undo": [State("ask", undo_asked), State("undone", undone)],
    "batch": [
        State("roster tested", roster_file(zipped(ALL))),
        State("roster with bad rows", roster_file(STUDENTS.replace("01/31/2007", "1/31/07"))),
        State("roster held", held),
        State("roster changed on screen", changed_on_screen),
        State("roster refused", roster_file(b"%PDF-1.7")),
        State("roster asks", roster_file(packed(export()))),
        State("OneRoster tested", confirmed),
    ],
}


@each(STATES)
def test_a_page_of_roster_files_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
