"""Pages of the follow-up of leavers in each of their states."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from playwright.sync_api import Page, expect

from cte_portal.batches.running import run
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.list_requests.asking import ask_to_remove
from pathways.follow_up.list_requests.deciding import approve, deny
from pathways.follow_up.pairs.deciding import count_in
from pathways.follow_up.proposals import deciding
from pathways.follow_up.proposals.links import make_link
from pathways.follow_up.proposals.proposing import OutsideAnswer, propose
from pathways.follow_up.workbench.calling import hold
from pathways.follow_up.workbench.contacts import add, way
from pathways.models import CollectionLock, FollowUpEntry, FollowUpYear
from tests.browser.conftest import Stage
from tests.browser.pages.states import State, at, each, look
from tests.fixtures.records import BUSINESS, HEALTH
from tests.pathways.follow_up.leavers import DROPPED_OUT, Leavers, make_entry, open_list
from tests.pathways.uploads.fall.files import answered, entry_of, fall_file, row

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

Visit = Callable[[Stage, Page], None]
LIST = "/districts/9012/2024/cte-follow-up/list/"


def on_the_list(stage: Stage, page: Page) -> None:
    """Two leavers of a certified year, and one who has returned."""
    open_list()
    leavers = Leavers(stage.cottonwood)
    leavers.leaver("999000901", HEALTH, BUSINESS, last="Anderson-Whitecalf", first="Kayla")
    leavers.leaver("999000902", last="Baker", end_status=DROPPED_OUT)
    returned = leavers.leaver("999000903", last="Clark", end_status=DROPPED_OUT)
    leavers.seal()
    follow_up_list(leavers.scope)
    leavers.district.enroll(returned, 2025, start_date=datetime.date(2024, 9, 3))
    follow_up_list(leavers.scope)
    page.goto(LIST)


def gone(stage: Stage, page: Page) -> None:
    on_the_list(stage, page)
    page.goto(f"{LIST}?show=went")


def draft(stage: Stage, page: Page) -> None:
    open_list()
    leavers = Leavers(stage.cottonwood)
    leavers.leaver("999000901", end_status=DROPPED_OUT)
    follow_up_list(leavers.scope)
    page.goto(LIST)


def to_draw(stage: Stage, page: Page) -> None:
    """Somebody has come since the list was drawn."""
    draft(stage, page)
    Leavers(stage.cottonwood).leaver("999000902", last="Baker")
    page.goto(LIST)


def another_year(stage: Stage, page: Page) -> None:
    open_list()
    page.goto(stage.address("cte-follow-up", "list"))


def without_dates(stage: Stage, page: Page) -> None:
    FollowUpYear.objects.filter(pk=2024).delete()
    page.goto(LIST)


CALLS = "/districts/9012/2024/cte-follow-up/"
ELSEWHERE = f"{CALLS}elsewhere/"


def calls(stage: Stage, page: Page) -> None:
    """A graduate tried twice, whom a colleague is calling, and a dropout whom nobody has tried."""
    on_the_list(stage, page)
    entry, _ = FollowUpEntry.objects.on_list().order_by("student__state_id")
    for status, means in (("", "phone"), ("04", "text")):
        attempt = Try(
            date=timezone.localdate(), means=means, status=status, note="Ask for her aunt"
        )
        attempts.record(Scope("9012", 2024), entry.pk, attempt, by="KELLER, DANIEL", by_id=2)
    ways = [way("406-555-0143"), way("kayla@example.org"), way("Her aunt Ruth, evenings")]
    add(Scope("9012", 2024), entry.pk, ways, by="KELLER, DANIEL", by_id=2)
    hold(Scope("9012", 2024), entry.pk, by="KELLER, DANIEL", by_id=2)
    page.goto(CALLS)


def all_calls(stage: Stage, page: Page) -> None:
    calls(stage, page)
    page.goto(f"{CALLS}?show=all")


def printed(stage: Stage, page: Page) -> None:
    calls(stage, page)
    page.get_by_role("button", name="Print the call list").click()
    expect(page.get_by_role("heading", name="Call list of 2023-24")).to_be_visible()


def nobody_to_print(stage: Stage, page: Page) -> None:
    """Somebody has answered for the last of them meanwhile."""
    calls(stage, page)
    FollowUpEntry.objects.on_list().update(left_at=timezone.now(), left_reason="Returned")
    page.get_by_role("button", name="Print the call list").click()
    expect(page.get_by_text("Nobody to print")).to_be_visible()


def call(state_id: str, path: str = "") -> Visit:
    def visit(stage: Stage, page: Page) -> None:
        calls(stage, page)
        entry = FollowUpEntry.objects.get(student__state_id=state_id)
        page.goto(f"{CALLS}{entry.pk}/{path}")

    return visit


def call_wrong(stage: Stage, page: Page) -> None:
    call("999000902")(stage, page)
    page.get_by_label("Unable to contact").check()
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def entered_wrong(stage: Stage, page: Page) -> None:
    """A result that needs more attempts."""
    calls(stage, page)
    page.goto(f"{CALLS}entry/?show=all")
    for name in ("ANDERSON-WHITECALF, KAYLA", "BAKER, KAYLA"):
        page.get_by_label(f"Result, {name}").select_option("Unable to contact")
    page.get_by_role("button", name="Save all attempts").click()
    expect(page.get_by_text("2 rows not saved").first).to_be_visible()


def entered_when_locked(stage: Stage, page: Page) -> None:
    calls(stage, page)
    close()
    page.goto(f"{CALLS}entry/")


def locked(stage: Stage, page: Page) -> None:
    call("999000901")(stage, page)
    close()
    page.reload()


def close() -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2024,
        collection="cte-fall",
        since=timezone.now(),
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )


def outcome_wrong(stage: Stage, page: Page) -> None:
    call("999000902", "outcome/")(stage, page)
    page.get_by_role("button", name="Set the outcome").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def contacts_wrong(stage: Stage, page: Page) -> None:
    call("999000902", "contacts/")(stage, page)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def request_of(status: str = "waiting") -> Visit:
    """The district has asked to remove a leaver; approved, to add her again."""

    def visit(stage: Stage, page: Page) -> None:
        on_the_list(stage, page)
        scope, entry = Scope("9012", 2024), FollowUpEntry.objects.on_list().first()
        assert entry
        reason = "Was entered under the wrong pathway, and completed no course of it."
        request = ask_to_remove(scope, entry.pk, reason, by=stage.clerk)
        if status == "approved":
            approve(scope, request.pk, by=stage.people["opi"], answer="Agreed, thank you.")
        if status == "denied":
            deny(scope, request.pk, by=stage.people["opi"], answer="She was a concentrator.")
        page.goto(f"{CALLS}requests/{request.pk}/")

    return visit


def then(visit: Visit, address: str) -> Visit:
    def both(stage: Stage, page: Page) -> None:
        visit(stage, page)
        page.goto(address)

    return both


def request_wrong(path: str) -> Visit:
    def visit(stage: Stage, page: Page) -> None:
        on_the_list(stage, page)
        entry = FollowUpEntry.objects.on_list().first()
        assert entry
        page.goto(f"{CALLS}{path.format(entry=entry.pk)}")
        page.get_by_role("button", name="Send the request to OPI").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()

    return visit


def denied_without_words(stage: Stage, page: Page) -> None:
    request_of()(stage, page)
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


DIFFERENCES = f"{CALLS}differences/"


def fall_file_sent(stage: Stage, page: Page) -> None:
    """A file with two other answers, a new one, and a row that is not on the list."""
    open_list()
    leavers = Leavers(stage.cottonwood)
    entries = [
        entry_of(leavers, f"99900090{number}", last)
        for number, last in enumerate(("Anderson-Whitecalf", "Baker", "Clark"))
    ]
    for entry in entries[:2]:
        answered(entry)
    rows = [row(student=f"99900090{number}") for number in range(4)]
    batch = submit(
        "fall-upload",
        by=stage.clerk,
        title="MT Data Upload – Upload File",
        subject="Fall CTE.tsv",
        scope=leavers.scope,
        options={"type": "cte-fall", "work": "upload"},
        content=ContentFile(fall_file(*rows), name="input"),
    )
    assert run(batch.pk)
    page.goto(f"/districts/9012/2024/batches/{batch.pk}/")


def differences(stage: Stage, page: Page) -> None:
    fall_file_sent(stage, page)
    page.goto(DIFFERENCES)


def differences_wrong(stage: Stage, page: Page) -> None:
    differences(stage, page)
    page.get_by_role("button", name="Take all of the file’s").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def resolved(stage: Stage, page: Page) -> None:
    differences(stage, page)
    page.get_by_role("button", name="Keep the portal’s for ANDERSON").click()
    expect(page.get_by_text("The portal's answer was kept for 1 student.")).to_be_visible()
    page.get_by_role("button", name="Take the file’s for BAKER").click()
    expect(page.get_by_text("No differences to resolve")).to_be_visible()


def differences_locked(stage: Stage, page: Page) -> None:
    differences(stage, page)
    close()
    page.goto(DIFFERENCES)


def elsewhere(stage: Stage, page: Page) -> None:
    """One answer to decide, one of a student who was contacted, and one that was declined."""
    calls(stage, page)
    graduate, dropout = FollowUpEntry.objects.on_list().order_by("student__state_id")
    scope, by = Scope("9012", 2024), {"by": "KELLER, DANIEL", "by_id": 2}
    today = timezone.localdate()
    for entry, status, source in (
        (graduate, "01", "Billings"),
        (dropout, "05", "Two Rivers"),
        (dropout, "01", "Billings"),
    ):
        row = propose(scope, OutsideAnswer(entry.pk, status, today), source, **by)  # type: ignore[arg-type]
    deciding.decline(scope, row.pk, by="KELLER, DANIEL")
    page.goto(ELSEWHERE)


def elsewhere_of_line(stage: Stage, page: Page) -> None:
    elsewhere(stage, page)
    entry = FollowUpEntry.objects.get(student__state_id="999000902")
    page.goto(f"{CALLS}{entry.pk}/")


def elsewhere_wrong(stage: Stage, page: Page) -> None:
    call("999000902", "elsewhere/")(stage, page)
    page.get_by_role("button", name="Add the answer").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


RETURNED = (
    b"Requester Return Field,Record Found Y/N,College Name,Enrollment Begin,Enrollment Status\n"
    b"999000901_,Y,MONTANA STATE UNIVERSITY,20240826,F\n"
    b"999000902_,N,,,\n"
    b"999000999_,Y,CARROLL COLLEGE,20240826,F\n"
)


def return_file_chosen(stage: Stage, page: Page) -> None:
    on_the_list(stage, page)
    page.goto(f"{ELSEWHERE}file/")
    file = {"name": "return.csv", "mimeType": "text/csv", "buffer": RETURNED}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Read the columns").click()
    expect(page.get_by_role("button", name="Preview")).to_be_visible()


def return_file_columns_wrong(stage: Stage, page: Page) -> None:
    return_file_chosen(stage, page)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def return_file_shown(stage: Stage, page: Page) -> None:
    """An answer to add, a row that says nothing, and one of nobody."""
    return_file_chosen(stage, page)
    page.get_by_label("Post-program Status").select_option("01")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Add the answers")).to_be_visible()


def return_file_wrong(stage: Stage, page: Page) -> None:
    open_list()
    page.goto(f"{ELSEWHERE}file/")
    page.get_by_role("button", name="Read the columns").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def link_made(stage: Stage, page: Page) -> None:
    call("999000902")(stage, page)
    page.get_by_role("button", name="Make a link for the student").click()
    expect(page.get_by_role("heading", name="Link for")).to_be_visible()


def self_answer(stage: Stage, page: Page) -> None:
    on_the_list(stage, page)
    entry = FollowUpEntry.objects.on_list().first()
    assert entry
    page.goto(f"/answer/{make_link(Scope('9012', 2024), entry.pk, by='KELLER', by_id=2)}/")


def self_answer_wrong(stage: Stage, page: Page) -> None:
    self_answer(stage, page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def self_answered(stage: Stage, page: Page) -> None:
    self_answer(stage, page)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def contacts_preview(stage: Stage, page: Page) -> None:
    """One student with contacts, and a row that is refused."""
    on_the_list(stage, page)
    page.goto(f"{CALLS}contacts/")
    content = (
        b"State ID,Phone,E-mail\n999000901,406-555-0143,kayla@example.org\n999000999,406-555-0100\n"
    )
    file = {"name": "survey.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Add the contacts")).to_be_visible()


def contacts_file_wrong(stage: Stage, page: Page) -> None:
    open_list()
    page.goto(f"{CALLS}contacts/")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def paired(stage: Stage, page: Page) -> None:
    """A student on two lists, of whom OPI has said nothing, and one who is counted elsewhere."""
    open_list()
    theirs = Leavers(stage.elsewhere)
    for state_id, last in (("999000901", "Anderson"), ("999000903", "Clark")):
        make_entry(Leavers(stage.cottonwood), state_id, last)
        make_entry(theirs, state_id, last, exit_date=datetime.date(2024, 6, 10))
    counted = FollowUpEntry.objects.get(student__state_id="999000903", student__district="0965")
    count_in(2024, counted.pk, by=stage.people["opi"])
    page.goto("/opi/follow-up-pairs/?year=2024")


STATES: dict[str, list[State]] = {
    "follow-up-pairs": [
        State("to choose", paired, who="opi"),
        State("none", at("/opi/follow-up-pairs/"), who="opi"),
    ],
    "follow-up-differences": [
        State("to resolve", differences),
        State("the box is not selected", differences_wrong),
        State("resolved", resolved),
        State("locked", differences_locked),
        State("none", at(DIFFERENCES)),
        State("as a viewer sees it", differences, who="viewer"),
    ],
    "batch": [State("a Fall CTE file", fall_file_sent)],
    "mt-data-upload": [State("of a past year", at("/districts/9012/2024/mt-data-upload/"))],
    "mt-data-upload-columns": [
        State("Fall CTE", at("/districts/9012/2024/mt-data-upload/columns/?type=cte-fall"))
    ],
    "follow-up-list": [
        State("list", on_the_list),
        State("no longer on it", gone),
        State("draft", draft),
        State("to draw again", to_draw),
        State("nobody", at(LIST)),
        State("another year is open", another_year),
        State("no dates", without_dates),
        State("as OPI sees it", on_the_list, who="opi"),
        State("with requests", then(request_of("denied"), LIST)),
    ],
    "follow-up-request": [
        State("waiting", request_of()),
        State("answered", request_of("approved")),
        State("OPI answers", request_of(), who="opi"),
        State("OPI has answered", request_of("denied"), who="opi"),
        State("denied without words", denied_without_words, who="opi"),
    ],
    "follow-up-request-add": [
        State("ask", at(f"{CALLS}requests/add/")),
        State("errors", request_wrong("requests/add/")),
    ],
    "follow-up-request-remove": [State("errors", request_wrong("{entry}/ask-to-remove/"))],
    "follow-up-requests": [
        State("waiting", then(request_of(), "/opi/follow-up-requests/"), who="opi"),
        State("answered", then(request_of("approved"), "/opi/follow-up-requests/"), who="opi"),
        State("none", at("/opi/follow-up-requests/"), who="opi"),
    ],
    "follow-up": [
        State("to call", calls),
        State("all", all_calls),
        State("nobody", at(CALLS)),
        State("as a viewer sees it", calls, who="viewer"),
    ],
    "follow-up-print": [
        State("to print", printed),
        State("nobody", nobody_to_print),
    ],
    "follow-up-entry": [
        State("to enter", then(calls, f"{CALLS}entry/?show=all")),
        State("errors", entered_wrong),
        State("locked", entered_when_locked),
        State("nothing matches", then(calls, f"{CALLS}entry/?show=not-reached")),
        State("nobody", at(f"{CALLS}entry/")),
    ],
    "follow-up-line": [
        State("a graduate whom somebody is calling", call("999000901")),
        State("a dropout", call("999000902")),
        State("with answers from elsewhere", elsewhere_of_line),
        State("errors", call_wrong),
        State("locked", locked),
    ],
    "follow-up-elsewhere": [
        State("to decide", elsewhere),
        State("none", at(ELSEWHERE)),
        State("as a viewer sees it", elsewhere, who="viewer"),
    ],
    "follow-up-return-file": [
        State("choose", at(f"{ELSEWHERE}file/")),
        State("errors", return_file_wrong),
        State("columns", return_file_chosen),
        State("columns are missing", return_file_columns_wrong),
        State("preview", return_file_shown),
    ],
    "follow-up-elsewhere-add": [
        State("add", call("999000902", "elsewhere/")),
        State("errors", elsewhere_wrong),
    ],
    "follow-up-link": [State("shown once", link_made)],
    "self-answer": [
        State("question", self_answer),
        State("errors", self_answer_wrong),
        State("thanks", self_answered),
    ],
    "self-answer-link": [State("spent", at("/answer/spent/"), who="")],
    "follow-up-contacts": [
        State("add", call("999000901", "contacts/")),
        State("errors", contacts_wrong),
    ],
    "follow-up-contacts-file": [
        State("choose", at(f"{CALLS}contacts/")),
        State("errors", contacts_file_wrong),
        State("preview", contacts_preview),
    ],
    "follow-up-outcome": [
        State("set", call("999000901", "outcome/")),
        State("errors", outcome_wrong),
    ],
}


@each(STATES)
def test_a_page_of_the_follow_up_has_no_violations(state: State, stage: Stage) -> None:
    look(state, stage)
