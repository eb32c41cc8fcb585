"""Pages of roster files in each of their states."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from cte_portal.batches.job import run
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import submit
from tests.browser.conftest import Stage
from tests.browser.states import State, at, each, look
from tests.pathways.roster.conftest import ALL, STUDENTS, zipped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "state"])]

TITLE = STUDENTS.splitlines()[0]
MANY = "".join(f"9990010{number:02},,Last{number},First,,01/01/2008,F\n" for number in range(12))


def roster_file(content: str | bytes, work: str = "validate") -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        data = content.encode() if isinstance(content, str) else content
        batch = submit(
            "roster-file", by=stage.clerk, title="Student Demographics – Validate and Test File", subject="students.csv",
            scope=stage.cottonwood.scope, options={"work": work}, content=ContentFile(data, name="input"),
        )  # fmt: skip
        assert run(batch.pk)
        page.goto(stage.address("batches", batch.pk))

    return visit


def held(stage: Stage, page: Page) -> None:
    roster_file(f"{TITLE}\n{MANY}", "upload")(stage, page)
    roster_file(f"{TITLE}\n{MANY.replace('First', 'Second')}")(stage, page)
    expect(page.get_by_label("Number of rows")).to_be_visible()


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


STATES: dict[str, list[State]] = {
    "roster-columns": [State("columns", at(lambda stage: stage.address("mt-data-upload", "roster/columns")))],
    "roster-undo": [State("ask", undo_asked), State("undone", undone)],
    "batch": [
        State("roster tested", roster_file(zipped(ALL))),
        State("roster with bad rows", roster_file(STUDENTS.replace("01/31/2007", "1/31/07"))),
        State("roster held", held),
        State("roster refused", roster_file(b"%PDF-1.7")),
    ],
}


@each(STATES)
def test_a_page_of_roster_files_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
