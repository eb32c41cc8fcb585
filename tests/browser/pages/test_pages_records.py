"""Pages of records in each of their states: students, pathways, the roster worklist, the home
page.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pathways.models import District, FollowUpEntry, FollowUpYear, Participation, School
from pathways.records import entry
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.fixtures.records import FINANCE, HEALTH, lock_records

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def search(term: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto(stage.address("cte-concentrator"))
        page.get_by_label("Find a student").fill(term)
        page.get_by_label("Find a student").press("Enter")
        page.wait_for_url("**list=**")

    return visit


def record_with_errors(stage: Stage, page: Page) -> None:
    page.goto(stage.record())
    page.get_by_label("In District Credits Earned").fill("2,5")
    page.get_by_label("Start Date").fill("07/14/22")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def saved_record(stage: Stage, page: Page) -> None:
    page.goto(stage.record())
    page.get_by_label("In District Credits Earned").fill("2.5")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def conflict(stage: Stage, page: Page) -> None:
    page.goto(stage.record())
    record = Participation.objects.get(student=stage.kayla, pathway__name=HEALTH)
    stage.cottonwood.record(
        stage.kayla, HEALTH, version=record.version, single_parent=True, by="KELLER, DANIEL"
    )
    page.get_by_label("In District Credits Earned").fill("2.5")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state()


def locked(part: str = "") -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        lock_records()
        page.goto(stage.record(part) if part else stage.record())

    return visit


def without_approvals(stage: Stage, page: Page) -> None:
    stage.cottonwood.district.approvals.all().delete()
    page.goto(stage.address("cte-concentrator", stage.kayla.pk, "new"))


def deleted(stage: Stage, page: Page) -> None:
    page.goto(stage.record("delete"))
    page.get_by_role("button", name=re.compile("^Delete")).click()
    page.wait_for_load_state()


def stale_delete(stage: Stage, page: Page) -> None:
    page.goto(stage.record("delete"))
    record = Participation.objects.get(student=stage.kayla, pathway__name=HEALTH)
    stage.cottonwood.record(
        stage.kayla, HEALTH, version=record.version, single_parent=True, by="KELLER, DANIEL"
    )
    page.get_by_role("button", name=re.compile("^Delete")).click()
    page.wait_for_load_state()


def history_of_a_deleted_record(stage: Stage, page: Page) -> None:
    record = Participation.objects.get(student=stage.kayla, pathway__name=HEALTH)
    entry.delete(stage.cottonwood.scope, record, version=record.version, by="KELLER, DANIEL")
    page.goto(stage.record("history"))


def empty_district(stage: Stage, page: Page) -> None:
    page.goto("/districts/0965/2025/cte-concentrator/")


def worklist(
    which: str = "", *, do: str = "", reason: str = "", query: str = ""
) -> Callable[[Stage, Page], None]:
    """The list with a line in it; with `do` that line is chosen and sent."""

    def visit(stage: Stage, page: Page) -> None:
        for number, (last, pathway) in enumerate((("Rostered", HEALTH), ("Unapproved", FINANCE))):
            stage.cottonwood.roster(stage.cottonwood.student(f"99900080{number}", last), pathway)
        unlike = stage.cottonwood.student("999000803", "Unlike")
        stage.cottonwood.roster(unlike, HEALTH, credits_earned=1)
        stage.cottonwood.record(unlike, HEALTH)
        quiet = stage.cottonwood.student("999000804", "Quiet")
        stage.cottonwood.record(
            quiet, HEALTH, concentrator=True, in_district_credits=2, modified_end_year=2024
        )
        page.goto(stage.address("roster-worklist", *([which] if which else [])) + query)
        if do:
            for box in page.locator("input[name=chosen]").all():
                box.check()
            page.get_by_label(do).check()
            page.get_by_label("Reason").fill(reason)
            page.get_by_role("button", name="Save for the chosen lines").click()
            page.wait_for_load_state()

    return visit


def moved(then: str = "") -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto(stage.record("move"))
        page.get_by_label("Move the credits to").select_option("Business Management")
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()
        if then:
            page.get_by_role("button", name=then).click()
            expect(page.get_by_text("Moved.")).to_be_visible()

    return visit


def not_moved(stage: Stage, page: Page) -> None:
    page.goto(stage.record("move"))
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def grid(**typed: str) -> Callable[[Stage, Page], None]:
    """A class of two pathways; `typed` goes into the cells of the first row, and is saved."""

    def visit(stage: Stage, page: Page) -> None:
        for number, (last, pathway) in enumerate((("Rostered", HEALTH), ("Unapproved", FINANCE))):
            stage.cottonwood.roster(stage.cottonwood.student(f"99900080{number}", last), pathway)
        page.goto(stage.address("cte-roster-entry") + f"?school={stage.cottonwood.school.pk}")
        for column, value in typed.items():
            page.locator(f"[data-column={column}]").first.fill(value)
        if typed:
            page.get_by_role("button", name="Save all changes").click()
            expect(page.get_by_text(re.compile("row(s)? (not )?saved")).first).to_be_visible()

    return visit


def stale_grid(stage: Stage, page: Page) -> None:
    grid()(stage, page)
    record = Participation.objects.get(student=stage.kayla, pathway__name=HEALTH)
    stage.cottonwood.record(
        stage.kayla, HEALTH, version=record.version, single_parent=True, by="KELLER, DANIEL"
    )
    name = f"{stage.kayla.pk}-{record.pathway_id}-in_district_credits"
    page.locator(f'[name="{name}"]').fill("2.5")
    page.get_by_role("button", name="Save all changes").click()
    expect(page.get_by_role("button", name="Compare and choose")).to_be_visible()


def locked_grid(stage: Stage, page: Page) -> None:
    lock_records()
    grid()(stage, page)


def school_page(query: str = "") -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        rostered = stage.cottonwood.student("999000801", "Rostered")
        stage.cottonwood.roster(rostered, HEALTH)
        page.goto(stage.address("schools", "0001") + query)

    return visit


def school_with_leavers(stage: Stage, page: Page) -> None:
    today = timezone.localdate()
    FollowUpYear.objects.update_or_create(
        end_year=2024, defaults={"opens": today, "closes": today, "refreshed_until": today}
    )
    FollowUpEntry.objects.create(
        student=stage.kayla,
        end_year=2024,
        school=stage.cottonwood.school,
        exit="graduate",
        exit_date="2024-05-30",
        end_status="400",
        reason="Concentrator",
        since=timezone.now(),
    )
    school_page()(stage, page)


def two_schools(stage: Stage, page: Page) -> None:
    School.objects.create(district_id="9012", number="0002", name="Cottonwood Middle School")
    page.goto(stage.address("schools"))


def gone_school(stage: Stage, page: Page) -> None:
    stage.people["school_viewer"].memberships.update(school="0009")
    page.goto(stage.address("schools"))


def no_schools(stage: Stage, page: Page) -> None:
    District.objects.create(number="0777", name="Empty Schools")
    stage.people["viewer"].memberships.update(district="0777")
    page.goto("/districts/0777/2025/schools/")


STATES: dict[str, list[State]] = {
    "cte-roster-entry": [
        State("sections", at(lambda stage: stage.address("cte-roster-entry"))),
        State("a class", grid()),
        State("saved", grid(in_district_credits="2.5")),
        State("refused", grid(in_district_credits="2,5", start_date="07/14/22")),
        State("somebody else saved", stale_grid),
        State("locked", locked_grid),
        State("nobody", at(lambda stage: stage.address("cte-roster-entry") + "?course=1")),
        State("another year", at("/districts/9012/2024/cte-roster-entry/")),
        State("as a viewer sees it", grid(), who="viewer"),
    ],
    "roster-worklist": [
        State("open lines", worklist()),
        State("answered", worklist(do="Create with these credits")),
        State("dismissed", worklist(do="Not CTE", reason="An elective.")),
        State("no reason", worklist(do="Not CTE")),
        State("nothing for later", worklist(query="?show=later")),
        State("nothing open", at(lambda stage: stage.address("roster-worklist"))),
        State("another year", at("/districts/9012/2024/roster-worklist/")),
        State("as a viewer sees it", worklist(), who="viewer"),
    ],
    "roster-worklist-of": [
        State("without a course", worklist("without-course")),
        State("unlike", worklist("unlike-transcript")),
        State("nothing now", worklist("nothing-now")),
    ],
    "district-home": [
        State("with records", at(lambda stage: stage.address())),
        State("no records", at("/districts/0965/2025/"), who="opi"),
        State("another year", at("/districts/9012/2024/")),
    ],
    "cte-concentrator": [
        State("start", at(lambda stage: stage.address("cte-concentrator"))),
        State("found", search("an")),
        State("nobody found", search("zzzz")),
        State("no students", empty_district, who="opi"),
    ],
    "student-list": [
        State("everybody", at(lambda stage: stage.address("student-list"))),
        State("nobody", at("/districts/9012/2025/student-list/?since=12/31/2098&grade=12")),
        State("cannot be read", at("/districts/9012/2025/student-list/?since=x&school=0")),
        State("no students", at("/districts/0965/2025/student-list/"), who="opi"),
    ],
    "schools": [
        State("a choice", two_schools, who="viewer"),
        State("the school is gone", gone_school, who="school_viewer"),
        State("no schools", no_schools, who="viewer"),
    ],
    "school": [
        State("students", school_page(), who="school_viewer"),
        State("nobody matches", school_page("?grade=12&standing=missing"), who="school_viewer"),
        State("nobody in CTE", at("/districts/9012/2026/schools/0001/"), who="school_viewer"),
        State("follow-up", school_with_leavers, who="school_viewer"),
        State("as the district sees it", school_page()),
    ],
    "cte-student": [
        State("with records", at(lambda stage: stage.address("cte-concentrator", stage.kayla.pk)))
    ],
    "cte-record": [
        State("open", at(lambda stage: stage.record())),
        State("errors", record_with_errors),
        State("saved with a warning", saved_record),
        State("conflict", conflict),
        State("locked", locked()),
        State("viewer", at(lambda stage: stage.record()), who="viewer"),
        State("another year", at(lambda stage: stage.record().replace("2025", "2026"))),
    ],
    "cte-record-new": [
        State("new", at(lambda stage: stage.address("cte-concentrator", stage.kayla.pk, "new"))),
        State("no approved pathway", without_approvals),
    ],
    "cte-record-move": [
        State("begun", at(lambda stage: stage.record("move"))),
        State("previewed", moved()),
        State("moved", moved("Move the credits")),
        State("nothing chosen", not_moved),
        State("locked", locked("move")),
    ],
    "cte-record-delete": [
        State("ask", at(lambda stage: stage.record("delete"))),
        State("deleted", deleted),
        State("changed meanwhile", stale_delete),
        State("locked", locked("delete")),
    ],
    "cte-record-history": [
        State("history", at(lambda stage: stage.record("history"))),
        State("of a deleted record", history_of_a_deleted_record),
        State("locked", locked("history")),
    ],
}


@each(STATES)
def test_g_01_g_05_a_page_in_a_state_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
