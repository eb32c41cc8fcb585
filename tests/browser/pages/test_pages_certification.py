"""Pages of certifying in each of their states: certifiers, the event, receipts, recertification."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from certification.models import Certifier, Round, SealedCopy
from certification.recertification import recertification
from cte_portal.editions import Scope
from pathways.models import Student
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look, resync
from tests.certification.ready_fall import ReadyFall
from tests.fixtures.certification import (
    make_certifier,
    make_event,
    make_fall_event,
    make_round,
    seal,
    seal_records,
    sign,
)
from tests.fixtures.records import HEALTH

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def certifying(*parts: str, named: bool = True) -> Callable[[Stage, Page], None]:
    """A page of certification, with an open event, two Primaries and a Secondary, or with
    nobody.
    """

    def visit(stage: Stage, page: Page) -> None:
        event = make_event()
        if named:
            certifier = make_certifier(
                stage.clerk,
                title="CTE Director",
                invited_at=timezone.now(),
                invited_by="REYES, ANA",
            )
            make_certifier(stage.people["administrator"], level="primary")
            make_certifier(stage.people["viewer"], level="secondary", title="Principal")
            sign(make_round(event), certifier)
            page.goto(
                stage.address(
                    *(
                        {"event": event.pk, "certifier": certifier.pk}.get(part, part)
                        for part in parts
                    )
                )
            )
        else:
            page.goto(stage.address(*parts))

    return visit


def certifier_errors(stage: Stage, page: Page) -> None:
    page.goto(stage.address("type-membership-setup"))
    page.get_by_role("button", name="Add the certifier").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def reopening(address: str, *, sealed: bool = True, do: str = "") -> Callable[[Stage, Page], None]:
    """Pages of recertification: of a request that waits, or after somebody pressed `do`."""

    def visit(stage: Stage, page: Page) -> None:
        event = make_event()
        make_certifier(stage.clerk)
        if sealed:
            seal(make_round(event))
        if "{request}" in address or "/opi/" in address:
            request = recertification.ask(
                stage.cottonwood.scope,
                event.pk,
                by=stage.clerk,
                reason="Two were left out",
                what_changes="Two records",
            )
            recertification.say(
                stage.cottonwood.scope,
                request.pk,
                by=stage.people["opi"],
                from_opi=True,
                text="Which two?",
            )
            if do == "approve":
                recertification.approve(
                    stage.cottonwood.scope,
                    request.pk,
                    by=stage.people["opi"],
                    answer="Until Friday.",
                )
            page.goto(address.format(request=request.pk))
            if do == "deny":
                page.get_by_role("button", name="Deny").click()
                expect(page.get_by_text("There is a problem")).to_be_visible()
            return
        page.goto(address.format(event=event.pk))
        if do == "send":
            page.locator("form.fields button.main").click()
            expect(page.get_by_text("There is a problem")).to_be_visible()

    return visit


def student_years(stage: Stage, student: Student) -> str:
    return stage.address("cte-concentrator", student.pk, "years")


def years(*parts: str, query: str = "") -> Callable[[Stage, Page], None]:
    """A page of years side by side, once a district has certified two of them; `student` among the
    parts stands for the key of one with records.
    """

    def visit(stage: Stage, page: Page) -> None:
        certified("event")(stage, page)
        student = Student.objects.get(state_id="999000130")
        page.goto(
            stage.address(*({"student": student.pk}.get(part, part) for part in parts)) + query
        )

    return visit


def certified(
    *parts: str, superseded: bool = False, earlier: bool = True
) -> Callable[[Stage, Page], None]:
    """A page about a sealed copy; `event` and `copy` among the parts stand for their keys."""

    def visit(stage: Stage, page: Page) -> None:
        for number in range(9):
            student = stage.cottonwood.student(f"99900013{number}", "Alder", f"Nr{number}")
            stage.cottonwood.enroll(student, 2024)
            if number < 2:
                stage.cottonwood.record(student, HEALTH)
        certifier = make_certifier(stage.people["administrator"])
        if earlier:
            seal_records(
                make_round(make_event(end_year=2024, name="End of Year 2023-24")),
                Scope("9012", 2024),
            )
        for number in range(2, 9):
            stage.cottonwood.record(Student.objects.get(state_id=f"99900013{number}"), HEALTH)
        now = timezone.now()
        resync(stage)
        event = make_event()
        this = make_round(event)
        sign(this, certifier)
        copy = seal_records(
            this,
            stage.cottonwood.scope,
            notes=[{"by": certifier.name, "figure": "Participants: 9", "note": "Grown."}],
        )
        if superseded:
            Round.objects.filter(pk=this.pk).update(status="superseded", ended_at=now)
            seal_records(make_round(event, number=2, reason="Credits"), stage.cottonwood.scope)
        page.goto(
            stage.address(
                "event-certification",
                *({"event": event.pk, "copy": copy.pk}.get(part, part) for part in parts),
            )
        )

    return visit


REOPENED = "/districts/9012/2025/recertification/"


def fall(*parts: str, stands: str = "ready") -> Callable[[Stage, Page], None]:
    """Pages of the follow-up's certification: something in the way, ready to sign, or sealed."""

    def visit(stage: Stage, page: Page) -> None:
        ready = ReadyFall(stage.cottonwood, make_fall_event(), stage.clerk)
        make_certifier(stage.clerk, title="CTE Director")
        pair = [
            stage.cottonwood.student(f"99900090{number}", last)
            for number, last in enumerate(("Anderson-Whitecalf", "Baker"))
        ]
        for student in pair:
            ready.record(student)
        if stands == "in the way":
            ready.draw()
        else:
            ready.prepare()
        if stands == "sealed":
            Certifier.objects.filter(user=stage.clerk).update(is_active=False)
            ready.sign()
        copy = SealedCopy.objects.filter(round__event=ready.event).first()
        keys = {"event": ready.event.pk, "copy": copy.pk if copy else 0}
        address = "".join(f"{keys.get(part, part)}/" for part in parts)
        page.goto(f"/districts/9012/2024/event-certification/{address}")

    return visit


STATES: dict[str, list[State]] = {
    "type-membership-setup": [
        State("nobody", certifying("type-membership-setup", named=False), who="administrator"),
        State("two Primaries", certifying("type-membership-setup"), who="administrator"),
        State("errors", certifier_errors, who="administrator"),
        State("invited", certifying("type-membership-setup")),
    ],
    "certifier": [
        State("open", certifying("type-membership-setup", "certifier"), who="administrator")
    ],
    "event-dashboard": [
        State("none", at(lambda stage: stage.address("event-certification"))),
        State("open", certifying("event-certification")),
        State("Fall CTE", fall()),
    ],
    "event-certification": [
        State("one has signed", certifying("event-certification", "event")),
        State("Fall CTE in the way", fall("event", stands="in the way")),
        State("Fall CTE ready", fall("event")),
        State("Fall CTE sealed", fall("event", stands="sealed")),
    ],
    "recertification-new": [
        State("form", reopening(f"{REOPENED}new/{{event}}/", do="send")),
        State("not yet sealed", reopening(f"{REOPENED}new/{{event}}/", sealed=False)),
    ],
    "recertification-demand": [
        State("errors", reopening(f"{REOPENED}demand/{{event}}/", do="send"), who="opi")
    ],
    "recertification": [
        State("asked", reopening(f"{REOPENED}{{request}}/")),
        State("to answer", reopening(f"{REOPENED}{{request}}/", do="deny"), who="opi"),
        State("answered", reopening(f"{REOPENED}{{request}}/", do="approve"), who="opi"),
    ],
    "recertification-inbox": [
        State("waiting", reopening("/opi/recertification/"), who="opi"),
        State("in progress", reopening("/opi/recertification/", do="approve"), who="opi"),
    ],
    "certification-snapshot": [
        State("nothing sent", certifying("event-certification", "event", "snapshot")),
        State("certified", certified("event", "snapshot")),
        State("Fall CTE", fall("event", "snapshot")),
    ],
    "district-years": [
        State("never certified", at("/districts/9012/2025/years/")),
        State("certified", years("years")),
        State("single parents", years("years", query="?count=single_parents")),
    ],
    "student-years": [
        State(
            "no records",
            at(lambda stage: student_years(stage, stage.cottonwood.student("999000778"))),
        ),
        State(
            "in progress",
            at(lambda stage: student_years(stage, stage.kayla)),
        ),
        State("certified", years("cte-concentrator", "student", "years")),
    ],
    "certification-changes": [
        State("nothing to compare with", certifying("event-certification", "event", "changes")),
        State("since last year", certified("event", "changes")),
    ],
    "certification-explanations": [
        State("none", certifying("event-certification", "event", "explanations"))
    ],
    "certification-list": [
        State("nobody", certifying("event-certification", "event", "lists", "concentrators")),
        State("participants", certified("event", "lists", "participants")),
        State("Fall CTE", fall("event", "lists", "placed")),
    ],
    "certification-status": [
        State("nothing sealed", certifying("event-certification", "status")),
        State("sealed twice", certified("status", superseded=True)),
    ],
    "certification-receipt": [
        State("official", certified("receipts", "copy")),
        State("superseded", certified("receipts", "copy", superseded=True), who="viewer"),
        State("nothing earlier", certified("receipts", "copy", earlier=False)),
        State("Fall CTE", fall("receipts", "copy", stands="sealed")),
    ],
}


@each(STATES)
def test_g_01_g_05_a_page_in_a_state_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
