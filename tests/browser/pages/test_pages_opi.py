"""OPI's pages in each of their states: lists, approvals, events, the status board, the audit
search.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from pathways.lists import changing
from pathways.models import (
    EndStatus,
    Pathway,
    PostProgramStatus,
    SchoolYear,
    SubjectPathway,
)
from pathways.reports.groups import REPORTS
from pathways.reports.run import ask as validate
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.certification.ready_fall import ReadyFall
from tests.fixtures.certification import make_certifier, make_event, make_fall_event
from tests.fixtures.records import HEALTH, send_everything

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def health_approvals(query: str = "") -> Callable[[Stage, Page], None]:
    return at(lambda stage: f"/opi/approvals/2025/pathways/{stage.health()}/{query}")


def approvals_preview(stage: Stage, page: Page) -> None:
    health_approvals()(stage, page)
    page.get_by_label(re.compile("^9012")).check()
    page.get_by_text("Not approved", exact=True).last.click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def approvals_nothing_chosen(stage: Stage, page: Page) -> None:
    health_approvals()(stage, page)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def bring(content: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto("/opi/approvals/2025/import/")
        page.get_by_label("File").set_input_files(
            {"name": "approvals.csv", "mimeType": "text/csv", "buffer": content.encode()}
        )
        page.get_by_role("button", name="Read the file").click()
        expect(page.get_by_text("line 2" if "nobody" in content else "1 line read")).to_be_visible()

    return visit


DISTRICT_TITLES = "District Number,District Name,First Name,Last Name,E-mail Address,User Name"


def districts(*rows: str, press: str = "", shows: str = "Read") -> Callable[[Stage, Page], None]:
    """A file of districts, and what the page says of it."""

    def visit(stage: Stage, page: Page) -> None:
        page.goto("/opi/districts/import/")
        content = "\n".join([DISTRICT_TITLES, *rows]).encode()
        page.get_by_label("File").set_input_files(
            {"name": "districts.csv", "mimeType": "text/csv", "buffer": content}
        )
        page.get_by_role("button", name="Preview").click()
        if press:
            page.get_by_role("button", name=press).click()
        expect(page.get_by_text(shows, exact=True).first).to_be_visible()

    return visit


PRAIRIE_DOG = "0420,Prairie Dog Public Schools,Dana,Ashford,dana.ashford@prairiedog.k12.mt.us,"
ALL_OUTCOMES = (
    PRAIRIE_DOG,
    "0421,Sage Elementary,Cheryl,Martin,cmartin@example.org,",
    "9012,Cottonwood Bend,,,,",
    "9012,Somewhere else entirely,Lee,Stone,lee.stone@elsewhere.k12.mt.us,",
    "423,Bitterroot Valley K-12,Ana,Reyes,ana.reyes@bitterroot.k12.mt.us,",
)


def pathway_effect(stage: Stage, page: Page) -> None:
    page.goto(f"/admin/pathways/pathway/{stage.health()}/change/")
    page.get_by_label("CTE Pathway").fill("Health Sciences")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()


def pathway_errors(stage: Stage, page: Page) -> None:
    page.goto("/admin/pathways/pathway/add/")
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def unused_pathway(stage: Stage, page: Page) -> None:
    row = Pathway.objects.create(code="91", name="Drones", first_year=2025)
    page.goto(f"/admin/pathways/pathway/{row.pk}/delete/")


def something_done(stage: Stage, page: Page) -> None:
    with changing.changing(
        by=stage.people["keeper"], reason="Program closed, letter of 05/30/2025"
    ) as entries:
        row = Pathway.objects.get(name=HEALTH)
        row.name = "Health Sciences"
        entries.save(row)
    page.goto("/opi/audit/")


def opi_event(*parts: object, **values: object) -> Callable[[Stage, Page], None]:
    """A page of one event of OPI, with an extension of the district."""

    def visit(stage: Stage, page: Page) -> None:
        event = make_event(**values)
        event.extensions.create(
            district="9012",
            due=event.corrections_until,
            corrections_until=event.corrections_until,
            reason="Flood",
            by="HALE",
            at=timezone.now(),
        )
        page.goto("/opi/certification-events/" + "".join(f"{part}/" for part in (event.pk, *parts)))

    return visit


def event_moved(stage: Stage, page: Page) -> None:
    opi_event()(stage, page)
    page.get_by_label("Due", exact=False).first.fill(f"{timezone.localdate():%m/%d/%Y}")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()


def event_errors(stage: Stage, page: Page) -> None:
    page.goto("/opi/certification-events/new/")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def extension_taken_back(stage: Stage, page: Page) -> None:
    opi_event("extensions", "9012")(stage, page)
    page.get_by_role("button", name="Remove the extension").click()
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()


def events_list(stage: Stage, page: Page) -> None:
    make_event()
    make_event(collection="cte-fall", status="draft", published_at=None)
    page.goto("/opi/certification-events/")


def year_to_close(*, without_reason: bool = False) -> Callable[[Stage, Page], None]:
    """The next year has begun while the district may finish the last one."""

    def visit(stage: Stage, page: Page) -> None:
        event = make_event(after_year="finish", may_finish=["9012"])
        make_certifier(stage.clerk)
        SchoolYear.objects.filter(is_active=True).update(is_active=False)
        SchoolYear.objects.filter(pk=2026).update(is_active=True)
        page.goto(f"/opi/certification-events/{event.pk}/")
        page.get_by_role("link", name="Close 2024-25… for 9012 Cottonwood Bend").click()
        if without_reason:
            page.get_by_role("button", name="Close 2024-25 for 9012 Cottonwood Bend").click()
            expect(page.get_by_text("There is a problem")).to_be_visible()

    return visit


DRAFT = {"status": "draft", "published_at": None}


def on_the_board(address: str, *, press: str = "") -> Callable[[Stage, Page], None]:
    """OPI's board with an event, one district overdue without a certifier and one that has sent and
    was validated.
    """

    def visit(stage: Stage, page: Page) -> None:
        make_event(due=timezone.localdate() - datetime.timedelta(days=2))
        make_certifier(stage.clerk)
        stage.cottonwood.record(
            stage.cottonwood.student("999000888", "Wrong", "Wanda"), concentrator=True
        )
        send_everything()
        validate(stage.cottonwood.scope.at_state(), list(REPORTS.values()), by=stage.clerk)
        page.goto(address)
        if press:
            page.get_by_role("checkbox", name=re.compile("^9012")).check()
            page.get_by_role("button", name=press).click()
            expect(page.get_by_role("button", name=re.compile("^Send 1 reminder"))).to_be_visible()

    return visit


def on_the_fall_board(stage: Stage, page: Page) -> None:
    """A district with leavers, and one without."""
    ready = ReadyFall(stage.cottonwood, make_fall_event(), stage.clerk)
    ready.record(stage.kayla)
    ready.prepare()
    page.goto("/opi/status-board/")


STATES: dict[str, list[State]] = {
    "admin:index": [
        State("set up", at("/admin/"), who="keeper"),
        State("staff", at("/admin/"), who="opi"),
    ],
    "admin:pathways_pathway_changelist": [
        State("list", at("/admin/pathways/pathway/"), who="keeper"),
        State("nothing found", at("/admin/pathways/pathway/?q=zzz"), who="keeper"),
    ],
    "admin:pathways_pathway_add": [
        State("new", at("/admin/pathways/pathway/add/"), who="keeper"),
        State("errors", pathway_errors, who="keeper"),
    ],
    "admin:pathways_pathway_change": [
        State("effect", pathway_effect, who="keeper"),
        State(
            "staff",
            at(lambda stage: f"/admin/pathways/pathway/{stage.health()}/change/"),
            who="opi",
        ),
    ],
    "admin:pathways_pathway_delete": [State("ask", unused_pathway, who="keeper")],
    "admin:pathways_district_changelist": [
        State("list", at("/admin/pathways/district/"), who="keeper")
    ],
    "admin:pathways_district_add": [
        State("new", at("/admin/pathways/district/add/"), who="keeper")
    ],
    "admin:pathways_district_change": [
        State("open", at("/admin/pathways/district/9012/change/"), who="keeper")
    ],
    "admin:pathways_postprogramstatus_changelist": [
        State("list", at("/admin/pathways/postprogramstatus/"), who="keeper")
    ],
    "admin:pathways_postprogramstatus_add": [
        State("new", at("/admin/pathways/postprogramstatus/add/"), who="keeper")
    ],
    "admin:pathways_postprogramstatus_change": [
        State(
            "change",
            at(
                lambda stage: (
                    "/admin/pathways/postprogramstatus/"
                    f"{PostProgramStatus.objects.get(code='01').pk}/change/"
                )
            ),
            who="keeper",
        )
    ],
    "admin:pathways_followupyear_changelist": [
        State("list", at("/admin/pathways/followupyear/"), who="keeper")
    ],
    "admin:pathways_followupyear_add": [
        State("new", at("/admin/pathways/followupyear/add/"), who="keeper")
    ],
    "admin:pathways_followupyear_change": [
        State("change", at("/admin/pathways/followupyear/2024/change/"), who="keeper")
    ],
    "admin:pathways_endstatus_changelist": [
        State("list", at("/admin/pathways/endstatus/"), who="keeper")
    ],
    "admin:pathways_endstatus_add": [
        State("new", at("/admin/pathways/endstatus/add/"), who="keeper")
    ],
    "admin:pathways_endstatus_change": [
        State(
            "open",
            at(
                lambda stage: (
                    f"/admin/pathways/endstatus/{EndStatus.objects.get(code='400').pk}/change/"
                )
            ),
            who="keeper",
        )
    ],
    "admin:pathways_subjectpathway_changelist": [
        State("list", at("/admin/pathways/subjectpathway/"), who="keeper")
    ],
    "admin:pathways_subjectpathway_add": [
        State("new", at("/admin/pathways/subjectpathway/add/"), who="keeper")
    ],
    "admin:pathways_subjectpathway_change": [
        State(
            "open",
            at(
                lambda stage: (
                    f"/admin/pathways/subjectpathway/{SubjectPathway.objects.get(area='14').pk}/change/"
                )
            ),
            who="keeper",
        )
    ],
    "admin:pathways_schoolyear_changelist": [
        State("list", at("/admin/pathways/schoolyear/"), who="keeper")
    ],
    "admin:pathways_schoolyear_add": [
        State("new", at("/admin/pathways/schoolyear/add/"), who="keeper")
    ],
    "admin:pathways_schoolyear_change": [
        State("open", at("/admin/pathways/schoolyear/2025/change/"), who="keeper")
    ],
    "approvals-of-pathway": [
        State("list", health_approvals(), who="keeper"),
        State("nothing found", health_approvals("?find=zzz"), who="keeper"),
        State("preview without a reason", approvals_preview, who="keeper"),
        State("nothing chosen", approvals_nothing_chosen, who="keeper"),
        State("staff", health_approvals(), who="opi"),
    ],
    "approvals-of-district": [
        State("list", at("/opi/approvals/2025/districts/9012/"), who="keeper")
    ],
    "approvals-copy": [
        State("something", at("/opi/approvals/2026/copy/"), who="keeper"),
        State("nothing", at("/opi/approvals/2025/copy/"), who="keeper"),
    ],
    "approvals-import": [
        State("ask", at("/opi/approvals/2025/import/"), who="keeper"),
        State(
            "problems", bring("District Number,Pathway Code,Approved\nnobody,10,Yes"), who="keeper"
        ),
        State("preview", bring("District Number,Pathway Code,Approved\n9012,10,No"), who="keeper"),
    ],
    "districts-import": [
        State("ask", at("/opi/districts/import/"), who="keeper"),
        State("refused", districts(shows="There is a problem"), who="keeper"),
        State(
            "all outcomes",
            districts(*ALL_OUTCOMES, shows="Nothing has been saved yet."),
            who="keeper",
        ),
        State(
            "nothing chosen",
            districts(ALL_OUTCOMES[1], press="Save and send", shows="There is a problem"),
            who="keeper",
        ),
        State(
            "nothing to save", districts(ALL_OUTCOMES[2], shows="Nothing to save."), who="keeper"
        ),
        State("saved", districts(PRAIRIE_DOG, press="Save and send", shows="0420"), who="keeper"),
    ],
    "audit": [
        State("changes", something_done, who="keeper"),
        State("none", at("/opi/audit/"), who="opi"),
        State("bad date", at("/opi/audit/?first=yesterday"), who="keeper"),
    ],
    "sign-ins": [
        State("some", at("/opi/sign-ins/"), who="keeper"),
        State("no match", at("/opi/sign-ins/?find=nobody"), who="opi"),
        State("bad date", at("/opi/sign-ins/?first=yesterday"), who="keeper"),
    ],
    "certification-events": [
        State("none", at("/opi/certification-events/"), who="keeper"),
        State("list", events_list, who="keeper"),
        State("staff", events_list, who="opi"),
    ],
    "certification-event": [
        State("published", opi_event(), who="keeper"),
        State("what follows", event_moved, who="keeper"),
        State("draft", opi_event(**DRAFT), who="keeper"),
        State("staff", opi_event(), who="opi"),
    ],
    "certification-event-new": [State("errors", event_errors, who="keeper")],
    "certification-event-move": [
        State("publish", opi_event("move", "published", **DRAFT), who="keeper"),
        State("close", opi_event("move", "closed"), who="keeper"),
    ],
    "certification-year-close": [
        State("preview", year_to_close(), who="keeper"),
        State("without a reason", year_to_close(without_reason=True), who="keeper"),
    ],
    "certification-extension-new": [State("new", opi_event("extensions", "new"), who="keeper")],
    "certification-extension": [
        State("open", opi_event("extensions", "9012"), who="keeper"),
        State("take back", extension_taken_back, who="keeper"),
    ],
    "status-board": [
        State("no event", at("/opi/status-board/"), who="opi"),
        State("all", on_the_board("/opi/status-board/?sort=-errors"), who="opi"),
        State("Fall CTE", on_the_fall_board, who="opi"),
        State("nothing matches", on_the_board("/opi/status-board/?show=certified"), who="opi"),
    ],
    "reminders": [
        State("none", at("/opi/reminders/"), who="opi"),
        State("preview", on_the_board("/opi/status-board/", press="Write a reminder"), who="opi"),
        State("nobody left", on_the_board("/opi/reminders/?chosen=0965"), who="opi"),
    ],
}


@each(STATES)
def test_g_01_g_05_a_page_in_a_state_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
