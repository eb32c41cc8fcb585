"""Pages of uploads, of the Batch Queue and of the resync in each of their states."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import Page, expect

from certification.archives import archiving
from certification.student_files import making
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from pathways.models import Participation
from pathways.resync.batches import submit_resync_of_all
from pathways.resync.object_types import NAMES
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look, resync
from tests.fixtures.certification import make_event, make_round, seal
from tests.fixtures.records import BUSINESS, HEALTH
from tests.fixtures.uploads import file, line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

SENT = file(
    line(inside="2.50", total="2.50"),
    line(pathway=BUSINESS, single="Y", inside="x"),
    line(state_id="12345678"),
    line(state_id="999000201", dual="9"),
    line(state_id="999000202", last="Smyth"),
)


def batch(
    work: str = "validate", content: bytes = SENT, *, ran: bool = True, **row: object
) -> Callable[[Stage, Page], None]:
    """The page of an upload: `ran` to its end, or with its row as it is meant to look."""

    def visit(stage: Stage, page: Page) -> None:
        tested = submit(
            "upload",
            by=stage.clerk,
            title="MT Data Upload – Validate and Test File",
            subject="CTE EOY Upload.tsv",
            scope=stage.cottonwood.scope,
            options={"type": "cte-eoy", "work": work},
            content=ContentFile(content, name="input"),
        )
        if ran:
            assert run(tested.pk)
        if row:
            Batch.objects.filter(pk=tested.pk).update(**row)
        page.goto(stage.address("batches", tested.pk))

    return visit


def undo_asked(stage: Stage, page: Page) -> None:
    batch("upload")(stage, page)
    page.get_by_role("link", name="Undo this upload").click()
    expect(page.get_by_role("button", name="Undo this upload")).to_be_visible()


def undone(stage: Stage, page: Page) -> None:
    undo_asked(stage, page)
    page.get_by_role("button", name="Undo this upload").click()
    page.wait_for_url("**/batches/**")
    assert run(Batch.objects.get(kind="undo").pk)
    page.reload()


def upload_errors(stage: Stage, page: Page) -> None:
    page.goto(stage.address("mt-data-upload"))
    page.get_by_role("button", name="Submit to Batch").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def full_queue(stage: Stage, page: Page) -> None:
    for work, values in (
        ("upload", {}),
        ("validate", {"ran": False}),
        ("validate", {"ran": False, "status": "canceled", "finished_at": timezone.now()}),
    ):
        batch(work, **values)(stage, page)  # type: ignore[arg-type]
    page.goto(stage.address("batches"))


_FAILED = "The portal could not do this. Your file is safe. Nothing was changed. Reference 7K3Q."


_HELD = {
    "status": "processing",
    "attempt": 1,
    "started_at": timezone.now(),
    "stage": "Reading",
    "done": 540,
    "total": 787,
}


SOON, GONE = (
    timezone.now() + datetime.timedelta(days=1),
    timezone.now() - datetime.timedelta(days=1),
)


def sent_and_changed(stage: Stage, page: Page) -> None:
    resync(stage, "Student")
    resync(stage, "Roster", "CTE Participation")
    record = Participation.objects.get(student=stage.kayla, pathway__name=HEALTH)
    stage.cottonwood.record(
        stage.kayla, HEALTH, version=record.version, single_parent=not record.single_parent
    )
    page.goto(stage.address("resync"))


def the_same(stage: Stage, page: Page) -> None:
    resync(stage)
    page.goto(stage.address("resync", "compare"))


def resync_nothing_chosen(stage: Stage, page: Page) -> None:
    page.goto(stage.address("resync"))
    page.get_by_role("checkbox", name="School").uncheck()
    page.get_by_role("checkbox", name="Student").uncheck()
    expect(page.get_by_role("checkbox", name="CTE Participation")).not_to_be_checked()
    page.get_by_role("button", name="Send Resync").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def failed_unseen(stage: Stage, page: Page) -> None:
    failed = {
        "status": "failed",
        "finished_at": GONE,
        "hidden": True,
        "queue": "district",
        "submitted_by": stage.people["opi"],
    }
    sentence = "The portal could not do this. Nothing was changed. Reference 7K3Q."
    for kind, district in (("letter", "9012"), ("notice", ""), ("publish", "")):
        Batch.objects.create(
            kind=kind,
            district=district,
            idempotency_key=kind,
            reference="7K3Q",
            sentence=sentence,
            **failed,
        )
    sent_everywhere("/opi/batches/")(stage, page)


def sent_everywhere(address: str, *, ran: bool = True) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        sent = submit_resync_of_all(2025, NAMES, by=stage.people["opi"])
        if ran:
            assert run(sent.pk)
        page.goto(address or f"/opi/batches/{sent.pk}/")

    return visit


def archived(address: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        batch = archiving.ask("9012", by=stage.people["opi"], reason="The contract ended")
        assert run(batch.pk)
        page.goto(address or f"/opi/archives/{batch.pk}/")

    return visit


def sealed_rows(address: str) -> Callable[[Stage, Page], None]:
    """Of a district whose sealed copy has one record."""

    def visit(stage: Stage, page: Page) -> None:
        event = make_event()
        seal(make_round(event))
        batch = making.ask(event, by=stage.people["opi"], reason="Perkins report")
        assert run(batch.pk)
        page.goto(address or f"/opi/student-files/{batch.pk}/")

    return visit


STATES: dict[str, list[State]] = {
    "batch-queue": [
        State("list", full_queue),
        State("empty", at(lambda stage: stage.address("batches"))),
        State("bad date", at(lambda stage: stage.address("batches") + "?first=x")),
    ],
    "batch": [
        State("queued", batch(ran=False)),
        State("processing", batch(ran=False, **_HELD, lease_until=SOON)),
        State("stuck", batch(ran=False, **_HELD, lease_until=GONE)),
        State("tested", batch()),
        State("uploaded", batch("upload")),
        State("nothing wrong", batch("upload", file(line()))),
        State("refused", batch(content=b"%PDF-1.7")),
        State(
            "failed",
            batch(ran=False, status="failed", finished_at=GONE, sentence=_FAILED, reference="7K3Q"),
        ),
        State(
            "canceled",
            batch(
                ran=False,
                status="canceled",
                finished_at=GONE,
                sentence="Canceled by KELLER, DANIEL at 09:41:02 AM MT. Nothing was changed.",
            ),
        ),
        State("undone", undone),
        State("kept", batch(kept=True)),
        State("as OPI sees it", batch(), who="opi"),
    ],
    "mt-data-upload": [
        State("form", at(lambda stage: stage.address("mt-data-upload"))),
        State("errors", upload_errors),
        State("another year", at("/districts/9012/2024/mt-data-upload/")),
        State("as OPI sees it", at(lambda stage: stage.address("mt-data-upload")), who="opi"),
    ],
    "mt-data-upload-columns": [
        State("columns", at(lambda stage: stage.address("mt-data-upload", "columns")))
    ],
    "mt-data-upload-undo": [State("ask", undo_asked)],
    "resync": [
        State("never sent", at(lambda stage: stage.address("resync"))),
        State("sent and changed since", sent_and_changed),
        State("nothing chosen", resync_nothing_chosen),
        State("another year", at("/districts/9012/2024/resync/")),
        State("as OPI sees it", at(lambda stage: stage.address("resync")), who="opi"),
    ],
    "district-and-state": [
        State("never sent", at(lambda stage: stage.address("resync", "compare"))),
        State(
            "changed since",
            lambda stage, page: (
                sent_and_changed(stage, page),
                page.goto(stage.address("resync", "compare")),
            )[0],
        ),
        State("the same", the_same),
    ],
    "resync-all": [State("form", at("/opi/resync/"), who="opi")],
    "statewide-queue": [
        State("empty", at("/opi/batches/"), who="opi"),
        State("list", sent_everywhere("/opi/batches/"), who="opi"),
        State("failed in the background", failed_unseen, who="opi"),
    ],
    "portal-service": [
        State("open", at("/opi/service/"), who="keeper"),
        State("as staff see it", at("/opi/service/"), who="opi"),
    ],
    "district-archives": [
        State("none", at("/opi/archives/"), who="opi"),
        State("list", archived("/opi/archives/"), who="opi"),
    ],
    "district-archive": [State("purpose", archived(""), who="opi")],
    "student-files": [
        State("none", at("/opi/student-files/"), who="opi"),
        State("list", sealed_rows("/opi/student-files/"), who="opi"),
    ],
    "student-file": [State("purpose", sealed_rows(""), who="opi")],
    "portal-health": [State("nothing runs", at("/opi/health/"), who="opi")],
    "statewide-batch": [
        State("ended", sent_everywhere(""), who="opi"),
        State("queued", sent_everywhere("", ran=False), who="opi"),
    ],
    "mt-extracts": [
        State("form", at(lambda stage: stage.address("mt-extracts"))),
        State("another year", at("/districts/9012/2024/mt-extracts/")),
        State("as OPI sees it", at(lambda stage: stage.address("mt-extracts")), who="opi"),
    ],
}


@each(STATES)
def test_g_01_g_05_a_page_in_a_state_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
