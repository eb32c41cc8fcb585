"""Every page of the resolver in each of its states: axe, headings, titles, 320 pixels, no noise on the console.

A page that is added to the URLconf without a state here fails the first test. Each state is looked at once at 1280 pixels and once at
320, as the role that sees most.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from playwright.sync_api import Page, expect

from certification import recertification
from certification.models import Round
from cte_portal.accounts.models import Invitation, User
from cte_portal.batches.job import run
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import submit
from cte_portal.editions import Scope
from pathways import entry, register
from pathways.explaining import explain
from pathways.findings import findings
from pathways.models import CollectionLock, GroupAssignment, Participation, Pathway, RuleSeverity, Student
from pathways.objects import NAMES
from pathways.reports.groups import GROUPS, REPORTS
from pathways.reports.run import ask as validate
from pathways.sending import submit_resync, submit_resync_of_all
from tests.browser.conftest import NARROW, Desk
from tests.fixtures import phone
from tests.fixtures.certification import make_certifier, make_event, make_round, seal, seal_records, sign
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_, send_everything
from tests.fixtures.uploads import file, line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "state"])]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Stage:
    """What the states are built from."""

    desk: Desk
    cottonwood: District_
    clerk: User
    people: dict[str, User]
    kayla: Student

    def health(self) -> int:
        return Pathway.objects.get(name=HEALTH).pk

    def address(self, *parts: object) -> str:
        return "/districts/9012/2025/" + "".join(f"{part}/" for part in parts)

    def record(self, *parts: object) -> str:
        return self.address("cte-concentrator", self.kayla.pk, self.health(), *parts)


@dataclass(frozen=True)
class State:
    name: str
    visit: Callable[[Stage, Page], None]
    who: str = "clerk"


def at(address: Callable[[Stage], str] | str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto(address if isinstance(address, str) else address(stage))

    return visit


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
    stage.cottonwood.record(stage.kayla, HEALTH, version=record.version, single_parent=True, by="KELLER, DANIEL")
    page.get_by_label("In District Credits Earned").fill("2.5")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state()


def locked(stage: Stage, page: Page) -> None:
    CollectionLock.objects.create(
        district="9012",
        end_year=2025,
        collection="cte-eoy",
        since="2025-06-12T18:00Z",
        by="DOE, JANE",
        reason="Certified.",
        reference="7K3Q",
    )
    page.goto(stage.record())


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
    stage.cottonwood.record(stage.kayla, HEALTH, version=record.version, single_parent=True, by="KELLER, DANIEL")
    page.get_by_role("button", name=re.compile("^Delete")).click()
    page.wait_for_load_state()


def history_of_a_deleted_record(stage: Stage, page: Page) -> None:
    record = Participation.objects.get(student=stage.kayla, pathway__name=HEALTH)
    entry.delete(stage.cottonwood.scope, record, version=record.version, by="KELLER, DANIEL")
    page.goto(stage.record("history"))


def wrong_password(stage: Stage, page: Page) -> None:
    page.goto("/accounts/sign-in/")
    page.get_by_label("User name").fill("cmartin")
    page.get_by_label("Password", exact=True).fill("not the passphrase")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def weak_password(stage: Stage, page: Page) -> None:
    page.goto("/accounts/password/")
    for field in page.locator("input[type=password]").all():
        field.fill("short")
    page.get_by_role("button", name=re.compile("[Cc]hange")).first.click()
    page.wait_for_load_state()


def reset_sent(stage: Stage, page: Page) -> None:
    page.goto("/accounts/password/reset/")
    page.locator("input[type=email]").fill("nobody@example.org")
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_load_state()


def empty_district(stage: Stage, page: Page) -> None:
    page.goto("/districts/0965/2025/cte-concentrator/")


def health_approvals(query: str = "") -> Callable[[Stage, Page], None]:
    return at(lambda stage: f"/opi/approvals/2025/pathways/{stage.health()}/{query}")


def approvals_preview(stage: Stage, page: Page) -> None:
    health_approvals()(stage, page)
    page.get_by_label(re.compile("^9012")).check()
    page.get_by_text("Not approved", exact=True).last.click()
    page.get_by_role("button", name="See what follows").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def approvals_nothing_chosen(stage: Stage, page: Page) -> None:
    health_approvals()(stage, page)
    page.get_by_role("button", name="See what follows").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def bring(content: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto("/opi/approvals/2025/import/")
        page.get_by_label("File").set_input_files({"name": "approvals.csv", "mimeType": "text/csv", "buffer": content.encode()})
        page.get_by_role("button", name="Read the file").click()
        expect(page.get_by_text("line 2" if "nobody" in content else "1 line read")).to_be_visible()

    return visit


def pathway_effect(stage: Stage, page: Page) -> None:
    page.goto(f"/admin/pathways/pathway/{stage.health()}/change/")
    page.get_by_label("CTE Pathway").fill("Health Sciences")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()


def pathway_errors(stage: Stage, page: Page) -> None:
    page.goto("/admin/pathways/pathway/add/")
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def unused_pathway(stage: Stage, page: Page) -> None:
    row = Pathway.objects.create(code="91", name="Drones", first_year=2025)
    page.goto(f"/admin/pathways/pathway/{row.pk}/delete/")


def something_done(stage: Stage, page: Page) -> None:
    with register.changing(by=stage.people["keeper"], reason="Program closed, letter of 05/30/2025") as entries:
        row = Pathway.objects.get(name=HEALTH)
        row.name = "Health Sciences"
        entries.save(row)
    page.goto("/opi/audit/")


def person_added(stage: Stage, page: Page) -> None:
    page.goto(stage.address("people", "new"))
    for label, value in (("User name", "nlee"), ("First name", "Nora"), ("Last name", "Lee"), ("E-mail address", "nora@example.org")):
        page.get_by_label(label).fill(value)
    page.get_by_label("Role").select_option("Data Clerk")
    page.get_by_label("Mail the one-time link").uncheck()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("One-time link", exact=True)).to_be_visible()


def person_errors(address: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto(address)
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text("There is a problem")).to_be_visible()

    return visit


def invited(stage: Stage, page: Page) -> None:
    page.goto(f"/accounts/invitation/{Invitation.objects.make(stage.people['nobody'].pk, 'HALE, ROBIN')}/")


def invited_weak(stage: Stage, page: Page) -> None:
    invited(stage, page)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def second_step(stage: Stage, page: Page) -> None:
    phone.give(stage.clerk)
    page.get_by_label("User name").fill("cmartin")
    page.get_by_label("Password", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()


def second_step_wrong(stage: Stage, page: Page) -> None:
    second_step(stage, page)
    page.get_by_label("Code from your app").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def with_an_app(address: str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        phone.give(stage.clerk)
        page.goto(address)

    return visit


def wrong_code(stage: Stage, page: Page) -> None:
    page.goto("/accounts/security/app/")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def reset_without_a_reason(stage: Stage, page: Page) -> None:
    phone.give(stage.clerk)
    page.goto(stage.address("people", stage.clerk.pk))
    page.get_by_text("Reset the second factor").first.click()
    page.get_by_role("button", name="Reset the second factor").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


SENT = file(
    line(inside="2.50", total="2.50"),
    line(pathway=BUSINESS, single="Y", inside="x"),
    line(state_id="12345678"),
    line(state_id="999000201", dual="9"),
    line(state_id="999000202", last="Smyth"),
)


def batch(work: str = "validate", content: bytes = SENT, *, ran: bool = True, **row: object) -> Callable[[Stage, Page], None]:
    """The page of an upload: `ran` to its end, or with its row as it is meant to look."""

    def visit(stage: Stage, page: Page) -> None:
        one = submit(
            "upload", by=stage.clerk, title="MT Data Upload – Validate and Test File", subject="CTE EOY Upload.tsv", scope=stage.cottonwood.scope,
            options={"type": "cte-eoy", "work": work}, content=ContentFile(content, name="input"),
        )  # fmt: skip
        if ran:
            assert run(one.pk)
        if row:
            Batch.objects.filter(pk=one.pk).update(**row)
        page.goto(stage.address("batches", one.pk))

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


FINDINGS = "/districts/9012/2025/findings/"


def found(address: str = "", *, by: str = "") -> Callable[[Stage, Page], None]:
    """Findings of each level: the guide's student differs, another began long ago, one is explained, one has an approval that lapsed."""

    def visit(stage: Stage, page: Page) -> None:
        students = [stage.cottonwood.student(f"99900090{number}", "Found", f"Nr{number}") for number in range(3)]
        for student in students[:2]:
            stage.cottonwood.record(student, start_date=datetime.date(2016, 8, 29))
        stage.cottonwood.record(students[2], FINANCE)
        warnings = findings(stage.cottonwood.scope, student=students[0].pk).held
        explain(stage.cottonwood.scope, warnings, "Began in a program abroad.", by="KELLER, DANIEL")
        keys = {"student": students[1].pk, "explained": students[0].pk, "kayla": stage.kayla.pk, "pathway": stage.health()}
        page.goto((address or FINDINGS).format(**keys))

    return visit


def unexplained(stage: Stage, page: Page) -> None:
    found(FINDINGS + "CTE-127/explain/")(stage, page)
    page.get_by_role("button", name="Explain this finding").click()
    expect(page.get_by_role("alert")).to_be_focused()


SEVERITIES = "/admin/pathways/ruleseverity/"


def weighed(page_name: str = "") -> Callable[[Stage, Page], None]:
    """OPI has made CTE-127 an info: the list, or the row's own page."""

    def visit(stage: Stage, page: Page) -> None:
        row = RuleSeverity(rule="CTE-127", end_year=2025, severity="info", reason="Letter of 05/30/2025")
        with register.changing(by=stage.people["keeper"], reason=row.reason) as entries:
            entries.add([row])
        page.goto("/rules/#cte-127" if page_name == "rules" else f"{SEVERITIES}{row.pk}/change/" if page_name == "change" else SEVERITIES)

    return visit


def severity_effect(stage: Stage, page: Page) -> None:
    page.goto(f"{SEVERITIES}add/")
    page.get_by_label("Rule", exact=True).select_option("CTE-301")
    page.get_by_label("Severity").select_option("warning")
    page.get_by_label("Reason").fill("Letter of 05/30/2025")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()


_FAILED = "The portal could not do this. Your file is safe. Nothing was changed. Reference 7K3Q."
_HELD = {"status": "processing", "attempt": 1, "started_at": timezone.now(), "stage": "Reading", "done": 540, "total": 787}
SOON, GONE = timezone.now() + datetime.timedelta(days=1), timezone.now() - datetime.timedelta(days=1)


def resync(stage: Stage, *names: str) -> None:
    assert run(submit_resync(stage.cottonwood.scope, names or NAMES, by=stage.clerk).pk)


def sent_and_changed(stage: Stage, page: Page) -> None:
    resync(stage, "Student")
    resync(stage, "Roster", "CTE Participation")
    record = Participation.objects.get(student=stage.kayla, pathway__name=HEALTH)
    stage.cottonwood.record(stage.kayla, HEALTH, version=record.version, single_parent=not record.single_parent)
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


def sent_everywhere(address: str, *, ran: bool = True) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        sent = submit_resync_of_all(2025, NAMES, by=stage.people["opi"])
        if ran:
            assert run(sent.pk)
        page.goto(address or f"/opi/batches/{sent.pk}/")

    return visit


def worklist(which: str = "", *, do: str = "", reason: str = "", query: str = "") -> Callable[[Stage, Page], None]:
    """The list with a line in it; with `do` that line is chosen and sent."""

    def visit(stage: Stage, page: Page) -> None:
        for number, (last, pathway) in enumerate((("Rostered", HEALTH), ("Unapproved", FINANCE))):
            stage.cottonwood.roster(stage.cottonwood.student(f"99900080{number}", last), pathway)
        unlike = stage.cottonwood.student("999000803", "Unlike")
        stage.cottonwood.roster(unlike, HEALTH, credits_earned=1)
        stage.cottonwood.record(unlike, HEALTH)
        quiet = stage.cottonwood.student("999000804", "Quiet")
        stage.cottonwood.record(quiet, HEALTH, concentrator=True, in_district_credits=2, modified_end_year=2024)
        page.goto(stage.address("roster-worklist", *([which] if which else [])) + query)
        if do:
            for box in page.locator("input[name=chosen]").all():
                box.check()
            page.get_by_label(do).check()
            page.get_by_label("Reason").fill(reason)
            page.get_by_role("button", name="Save for the chosen lines").click()
            page.wait_for_load_state()

    return visit


STATES: dict[str, list[State]] = {
    "admin:pathways_ruleseverity_changelist": [
        State("list", weighed(), who="keeper"),
        State("empty, OPI Staff", at(SEVERITIES), who="opi"),
    ],
    "admin:pathways_ruleseverity_add": [
        State("add", at(SEVERITIES + "add/"), who="keeper"),
        State("what follows", severity_effect, who="keeper"),
    ],
    "admin:pathways_ruleseverity_change": [State("change", weighed("change"), who="keeper")],
    "findings": [
        State("by record", found()),
        State("by rule", found(FINDINGS + "?by=rule&rule=CTE-127&level=all")),
        State("explained", found(FINDINGS + "?level=explained")),
        State("none of a kind", at(FINDINGS + "?level=explained")),
        State("nothing sent", at(FINDINGS + "?at=state")),
        State("no records", at("/districts/9012/2026/findings/")),
        State("viewer", found(), who="viewer"),
        State("at a record, error", found("/districts/9012/2025/cte-concentrator/{kayla}/{pathway}/?finding=CTE-301")),
        State("at a record, warning", found("/districts/9012/2025/cte-concentrator/{student}/{pathway}/?finding=CTE-127#id_start_date")),
        State("at a record, explained", found("/districts/9012/2025/cte-concentrator/{explained}/{pathway}/?finding=CTE-127")),
        State("at a record, solved", found("/districts/9012/2025/cte-concentrator/{student}/{pathway}/?finding=CTE-131")),
    ],
    "findings-explain": [
        State("all of a rule", found(FINDINGS + "CTE-127/explain/")),
        State("without a reason", unexplained),
        State("an error", found(FINDINGS + "CTE-301/explain/")),
        State("nothing left", at(FINDINGS + "CTE-127/explain/")),
    ],
    "finding-explain": [State("one", found(FINDINGS + "CTE-127/explain/{student}/{pathway}/"))],
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
    "batch-queue": [
        State("list", full_queue),
        State("empty", at(lambda stage: stage.address("batches"))),
        State("bad date", at(lambda stage: stage.address("batches") + "?queue-first=x")),
    ],
    "batch": [
        State("queued", batch(ran=False)),
        State("processing", batch(ran=False, **_HELD, lease_until=SOON)),
        State("stuck", batch(ran=False, **_HELD, lease_until=GONE)),
        State("tested", batch()),
        State("uploaded", batch("upload")),
        State("nothing wrong", batch("upload", file(line()))),
        State("refused", batch(content=b"%PDF-1.7")),
        State("failed", batch(ran=False, status="failed", finished_at=GONE, sentence=_FAILED, reference="7K3Q")),
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
    "mt-data-upload-columns": [State("columns", at(lambda stage: stage.address("mt-data-upload", "columns")))],
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
        State("changed since", lambda stage, page: (sent_and_changed(stage, page), page.goto(stage.address("resync", "compare")))[0]),
        State("the same", the_same),
    ],
    "resync-all": [State("form", at("/opi/resync/"), who="opi")],
    "statewide-queue": [State("empty", at("/opi/batches/"), who="opi"), State("list", sent_everywhere("/opi/batches/"), who="opi")],
    "statewide-batch": [State("ended", sent_everywhere(""), who="opi"), State("queued", sent_everywhere("", ran=False), who="opi")],
    "mt-extracts": [
        State("form", at(lambda stage: stage.address("mt-extracts"))),
        State("another year", at("/districts/9012/2024/mt-extracts/")),
        State("as OPI sees it", at(lambda stage: stage.address("mt-extracts")), who="opi"),
    ],
    "admin:index": [State("set up", at("/admin/"), who="keeper"), State("staff", at("/admin/"), who="opi")],
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
        State("staff", at(lambda stage: f"/admin/pathways/pathway/{stage.health()}/change/"), who="opi"),
    ],
    "admin:pathways_pathway_delete": [State("ask", unused_pathway, who="keeper")],
    "admin:pathways_district_changelist": [State("list", at("/admin/pathways/district/"), who="keeper")],
    "admin:pathways_district_add": [State("new", at("/admin/pathways/district/add/"), who="keeper")],
    "admin:pathways_district_change": [State("open", at("/admin/pathways/district/9012/change/"), who="keeper")],
    "admin:pathways_schoolyear_changelist": [State("list", at("/admin/pathways/schoolyear/"), who="keeper")],
    "admin:pathways_schoolyear_add": [State("new", at("/admin/pathways/schoolyear/add/"), who="keeper")],
    "admin:pathways_schoolyear_change": [State("open", at("/admin/pathways/schoolyear/2025/change/"), who="keeper")],
    "approvals-of-pathway": [
        State("list", health_approvals(), who="keeper"),
        State("nothing found", health_approvals("?find=zzz"), who="keeper"),
        State("preview without a reason", approvals_preview, who="keeper"),
        State("nothing chosen", approvals_nothing_chosen, who="keeper"),
        State("staff", health_approvals(), who="opi"),
    ],
    "approvals-of-district": [State("list", at("/opi/approvals/2025/districts/9012/"), who="keeper")],
    "approvals-copy": [
        State("something", at("/opi/approvals/2026/copy/"), who="keeper"),
        State("nothing", at("/opi/approvals/2025/copy/"), who="keeper"),
    ],
    "approvals-import": [
        State("ask", at("/opi/approvals/2025/import/"), who="keeper"),
        State("problems", bring("District Number,Pathway Code,Approved\nnobody,10,Yes"), who="keeper"),
        State("preview", bring("District Number,Pathway Code,Approved\n9012,10,No"), who="keeper"),
    ],
    "audit": [
        State("changes", something_done, who="keeper"),
        State("none", at("/opi/audit/"), who="opi"),
        State("bad date", at("/opi/audit/?first=yesterday"), who="keeper"),
    ],
    "people": [State("list", at("/opi/people/"), who="keeper"), State("nobody found", at("/opi/people/?find=zzz"), who="keeper")],
    "person": [
        State("a clerk", at(lambda stage: f"/opi/people/{stage.clerk.pk}/"), who="keeper"),
        State("oneself", at(lambda stage: f"/opi/people/{stage.people['keeper'].pk}/"), who="keeper"),
    ],
    "person-new": [State("new", at("/opi/people/new/"), who="keeper"), State("errors", person_errors("/opi/people/new/"), who="keeper")],
    "district-people": [State("list", at(lambda stage: stage.address("people")), who="administrator")],
    "district-person": [
        State("link shown", person_added, who="administrator"),
        State("a clerk", at(lambda stage: stage.address("people", stage.clerk.pk)), who="administrator"),
        State("reset without a reason", reset_without_a_reason, who="administrator"),
    ],
    "district-person-new": [State("errors", person_errors("/districts/9012/2025/people/new/"), who="administrator")],
    "invitation": [State("ask", invited, who=""), State("weak password", invited_weak, who="")],
    "invitation-link": [State("spent", at("/accounts/invitation/spent/"), who="")],
    "screens": [State("all", at("/screens/")), State("none", at("/screens/?find=zzz"))],
    "account_login": [
        State("empty", at("/accounts/sign-in/"), who=""),
        State("wrong password", wrong_password, who=""),
    ],
    "account_logout": [State("ask", at("/accounts/sign-out/"))],
    "account_reauthenticate": [State("ask", at("/accounts/confirm/"))],
    "account_change_password": [State("ask", at("/accounts/password/")), State("weak password", weak_password)],
    "mfa_authenticate": [State("ask", second_step, who=""), State("wrong code", second_step_wrong, who="")],
    "mfa_reauthenticate": [State("ask", with_an_app("/accounts/confirm/code/"))],
    "mfa_index": [State("no app", at("/accounts/security/")), State("with an app", with_an_app("/accounts/security/"))],
    "mfa_activate_totp": [State("picture", at("/accounts/security/app/")), State("wrong code", wrong_code)],
    "mfa_deactivate_totp": [State("ask", with_an_app("/accounts/security/app/remove/"))],
    "mfa_view_recovery_codes": [State("codes", with_an_app("/accounts/security/recovery-codes/"))],
    "mfa_generate_recovery_codes": [State("ask", with_an_app("/accounts/security/recovery-codes/new/"))],
    "account_reset_password": [State("ask", at("/accounts/password/reset/"), who="")],
    "account_reset_password_done": [State("sent", reset_sent, who="")],
    "account_reset_password_from_key": [State("spent link", at("/accounts/password/reset/key/1-set-password/"), who="")],
    "account_reset_password_from_key_done": [State("done", at("/accounts/password/reset/done/"), who="")],
    "districts": [
        State("two districts", at("/districts/"), who="opi"),
        State("no match", at("/districts/?find=zzz"), who="opi"),
        State("no role", at("/districts/"), who="nobody"),
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
    "cte-student": [State("with records", at(lambda stage: stage.address("cte-concentrator", stage.kayla.pk)))],
    "cte-record": [
        State("open", at(lambda stage: stage.record())),
        State("errors", record_with_errors),
        State("saved with a warning", saved_record),
        State("conflict", conflict),
        State("locked", locked),
        State("viewer", at(lambda stage: stage.record()), who="viewer"),
        State("another year", at(lambda stage: stage.record().replace("2025", "2026"))),
    ],
    "cte-record-new": [
        State("new", at(lambda stage: stage.address("cte-concentrator", stage.kayla.pk, "new"))),
        State("no approved pathway", without_approvals),
    ],
    "cte-record-delete": [
        State("ask", at(lambda stage: stage.record("delete"))),
        State("deleted", deleted),
        State("changed meanwhile", stale_delete),
    ],
    "cte-record-history": [
        State("history", at(lambda stage: stage.record("history"))),
        State("of a deleted record", history_of_a_deleted_record),
    ],
    "cte-lingo": [State("page", at("/cte-lingo/"))],
    "rules": [State("page", at("/rules/")), State("a severity set by OPI", weighed("rules"))],
    "help": [State("page", at("/help/"), who="")],
}


def certifying(*parts: str, named: bool = True) -> Callable[[Stage, Page], None]:
    """A page of certification, with an open event, two Primaries and a Secondary, or with nobody."""

    def visit(stage: Stage, page: Page) -> None:
        event = make_event()
        if named:
            one = make_certifier(stage.clerk, title="CTE Director", invited_at=timezone.now(), invited_by="REYES, ANA")
            make_certifier(stage.people["administrator"], level="primary")
            make_certifier(stage.people["viewer"], level="secondary", title="Principal")
            sign(make_round(event), one)
            page.goto(stage.address(*({"event": event.pk, "certifier": one.pk}.get(part, part) for part in parts)))
        else:
            page.goto(stage.address(*parts))

    return visit


def certifier_errors(stage: Stage, page: Page) -> None:
    page.goto(stage.address("type-membership-setup"))
    page.get_by_role("button", name="Add the certifier").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


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
    page.get_by_role("button", name="See what follows").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()


def event_errors(stage: Stage, page: Page) -> None:
    page.goto("/opi/certification-events/new/")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()


def extension_taken_back(stage: Stage, page: Page) -> None:
    opi_event("extensions", "9012")(stage, page)
    page.get_by_role("button", name="Take the extension back").click()
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()


def events_list(stage: Stage, page: Page) -> None:
    make_event()
    make_event(collection="cte-fall", status="draft", published_at=None)
    page.goto("/opi/certification-events/")


DRAFT = {"status": "draft", "published_at": None}
STATES |= {
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
    "certification-extension-new": [State("new", opi_event("extensions", "new"), who="keeper")],
    "certification-extension": [
        State("open", opi_event("extensions", "9012"), who="keeper"),
        State("take back", extension_taken_back, who="keeper"),
    ],
}
STATES |= {
    "type-membership-setup": [
        State("nobody", certifying("type-membership-setup", named=False), who="administrator"),
        State("two Primaries", certifying("type-membership-setup"), who="administrator"),
        State("errors", certifier_errors, who="administrator"),
        State("invited", certifying("type-membership-setup")),
    ],
    "certifier": [State("open", certifying("type-membership-setup", "certifier"), who="administrator")],
    "event-dashboard": [
        State("none", at(lambda stage: stage.address("event-certification"))),
        State("open", certifying("event-certification")),
    ],
    "event-certification": [State("one has signed", certifying("event-certification", "event"))],
}


def validation(query: str = "", *, sent: bool = True, run: str = "", wrong: bool = True) -> Callable[[Stage, Page], None]:
    """Data Validation Reports with both groups assigned, records sent and one edited since."""

    def visit(stage: Stage, page: Page) -> None:
        for group in GROUPS:
            GroupAssignment.objects.assign("9012", group.slug, {"data-clerk", "viewer"})
        if wrong:
            stage.cottonwood.record(stage.kayla, HEALTH, in_district_credits=Decimal("2.50"))
            stage.cottonwood.roster(stage.kayla, FINANCE)
        if sent:
            send_everything()
            stage.cottonwood.record(stage.kayla, BUSINESS, in_district_credits=Decimal("1.75"))
        page.goto(stage.address("data-validation-reports") + query)
        if run:
            page.get_by_role("button", name=run).click()
            expect(page.get_by_text("reports run at the")).to_be_visible()

    return visit


def validation_batch(stage: Stage, page: Page) -> None:
    validation(run="Run all at State")(stage, page)
    page.get_by_role("table").first.get_by_role("link", name=re.compile("(AM|PM)$")).first.click()
    page.wait_for_url("**/batches/**")


def validated_everywhere(stage: Stage, page: Page) -> None:
    validation()(stage, page)
    page.goto("/opi/data-validation/")


def group_assigned(stage: Stage, page: Page) -> None:
    page.goto(stage.address("validation-groups"))
    page.get_by_label("Data Clerk").first.check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved.")).to_be_visible()


STATES["batch"].append(State("validation run", validation_batch))
STATES |= {
    "data-validation-reports": [
        State("not sent", validation(sent=False)),
        State("errors open", validation("?report=incorrect-concentrator")),
        State("nothing found", validation("?report=incorrect-concentrator", wrong=False)),
        State("at the state", validation("?report=single-parent-different&at=state")),
        State("does not match", validation("?report=certification&at=state")),
        State("list", validation("?report=modified-in-current-year")),
        State("rostered", validation("?report=rostered-to-courses-with-pathways")),
        State("ran", validation(run="Run all at State")),
        State("no match", validation("?find=zzz")),
        State("nothing assigned", at(lambda stage: stage.address("data-validation-reports")), who="administrator"),
        State("as a viewer", validation("?report=incorrect-concentrator"), who="viewer"),
        State("another year", at("/districts/9012/2024/data-validation-reports/?report=single-parent-different"), who="opi"),
    ],
    "validation-of-all": [
        State("figures", validated_everywhere, who="opi"),
        State("no match", at("/opi/data-validation/?find=zzz"), who="opi"),
        State("no errors", at("/opi/data-validation/?look=yes"), who="opi"),
    ],
    "validation-groups": [
        State("read", at(lambda stage: stage.address("validation-groups"))),
        State("assigned", group_assigned, who="administrator"),
        State("no match", at(lambda stage: stage.address("validation-groups") + "?find=zzz")),
    ],
}


def reopening(address: str, *, sealed: bool = True, do: str = "") -> Callable[[Stage, Page], None]:
    """Pages of recertification: of a request that waits, or after somebody pressed `do`."""

    def visit(stage: Stage, page: Page) -> None:
        event = make_event()
        make_certifier(stage.clerk)
        if sealed:
            seal(make_round(event))
        if "{request}" in address or "/opi/" in address:
            request = recertification.ask(
                stage.cottonwood.scope, event.pk, by=stage.clerk, reason="Two were left out", what_changes="Two records"
            )
            recertification.say(stage.cottonwood.scope, request.pk, by=stage.people["opi"], from_opi=True, text="Which two?")
            if do == "approve":
                recertification.approve(stage.cottonwood.scope, request.pk, by=stage.people["opi"], answer="Until Friday.")
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


def certified(*parts: str, superseded: bool = False, earlier: bool = True) -> Callable[[Stage, Page], None]:
    """A page about a sealed copy; `event` and `copy` among the parts stand for their keys."""

    def visit(stage: Stage, page: Page) -> None:
        for number in range(9):
            student = stage.cottonwood.student(f"99900013{number}", "Alder", f"Nr{number}")
            stage.cottonwood.enroll(student, 2024)
            if number < 2:
                stage.cottonwood.record(student, HEALTH)
        one = make_certifier(stage.people["administrator"])
        if earlier:
            seal_records(make_round(make_event(end_year=2024, name="End of Year 2023-24")), Scope("9012", 2024))
        for number in range(2, 9):
            stage.cottonwood.record(Student.objects.get(state_id=f"99900013{number}"), HEALTH)
        now = timezone.now()
        resync(stage)
        event = make_event()
        this = make_round(event)
        sign(this, one)
        copy = seal_records(this, stage.cottonwood.scope, notes=[{"by": one.name, "figure": "Participants: 9", "note": "Grown."}])
        if superseded:
            Round.objects.filter(pk=this.pk).update(status="superseded", ended_at=now)
            seal_records(make_round(event, number=2, reason="Credits"), stage.cottonwood.scope)
        page.goto(stage.address("event-certification", *({"event": event.pk, "copy": copy.pk}.get(part, part) for part in parts)))

    return visit


REOPENED = "/districts/9012/2025/recertification/"
STATES |= {
    "recertification-new": [
        State("form", reopening(f"{REOPENED}new/{{event}}/", do="send")),
        State("not yet sealed", reopening(f"{REOPENED}new/{{event}}/", sealed=False)),
    ],
    "recertification-demand": [State("errors", reopening(f"{REOPENED}demand/{{event}}/", do="send"), who="opi")],
    "recertification": [
        State("asked", reopening(f"{REOPENED}{{request}}/")),
        State("to answer", reopening(f"{REOPENED}{{request}}/", do="deny"), who="opi"),
        State("answered", reopening(f"{REOPENED}{{request}}/", do="approve"), who="opi"),
    ],
    "recertification-inbox": [
        State("waiting", reopening("/opi/recertification/"), who="opi"),
        State("in progress", reopening("/opi/recertification/", do="approve"), who="opi"),
    ],
}
STATES |= {
    "certification-snapshot": [
        State("nothing sent", certifying("event-certification", "event", "snapshot")),
        State("certified", certified("event", "snapshot")),
    ],
    "certification-changes": [
        State("nothing to compare with", certifying("event-certification", "event", "changes")),
        State("since last year", certified("event", "changes")),
    ],
    "certification-explanations": [State("none", certifying("event-certification", "event", "explanations"))],
    "certification-list": [
        State("nobody", certifying("event-certification", "event", "lists", "concentrators")),
        State("participants", certified("event", "lists", "participants")),
    ],
    "certification-status": [
        State("nothing sealed", certifying("event-certification", "status")),
        State("sealed twice", certified("status", superseded=True)),
    ],
    "certification-receipt": [
        State("official", certified("receipts", "copy")),
        State("superseded", certified("receipts", "copy", superseded=True), who="viewer"),
        State("nothing earlier", certified("receipts", "copy", earlier=False)),
    ],
}


def on_the_board(address: str, *, press: str = "") -> Callable[[Stage, Page], None]:
    """OPI's board with an event, one district overdue without a certifier and one that has sent and was validated."""

    def visit(stage: Stage, page: Page) -> None:
        make_event(due=timezone.localdate() - datetime.timedelta(days=2))
        make_certifier(stage.clerk)
        stage.cottonwood.record(stage.cottonwood.student("999000888", "Wrong", "Wanda"), concentrator=True)
        send_everything()
        validate(stage.cottonwood.scope.at_state(), list(REPORTS.values()), by=stage.clerk)
        page.goto(address)
        if press:
            page.get_by_role("checkbox", name=re.compile("^9012")).check()
            page.get_by_role("button", name=press).click()
            expect(page.get_by_role("button", name=re.compile("^Send 1 reminder"))).to_be_visible()

    return visit


STATES |= {
    "status-board": [
        State("no event", at("/opi/status-board/"), who="opi"),
        State("all", on_the_board("/opi/status-board/?sort=-errors"), who="opi"),
        State("nothing matches", on_the_board("/opi/status-board/?show=certified"), who="opi"),
    ],
    "reminders": [
        State("none", at("/opi/reminders/"), who="opi"),
        State("preview", on_the_board("/opi/status-board/", press="Write a reminder"), who="opi"),
        State("nobody left", on_the_board("/opi/reminders/?chosen=0965"), who="opi"),
    ],
}
WITHOUT_A_PAGE = {
    "status-board-file": "a file",
    "certification-changes-file": "a file",
    "certification-list-file": "a file",
    "certification-extract": "a file",
    "certifier-accept": "POST only, redirects",
    "home": "redirects to a district or to the choice of one",
    "stay-signed-in": "POST only",
    "approvals": "leads to the first pathway",
    "approvals-csv": "a file",
    "audit-csv": "a file",
    "admin:<path:object_id>/": "leads to the row's page",
    "admin:pathways_ruleseverity_history": "leads to the audit search",
    "admin:pathways_ruleseverity_delete": "never removed",
    "admin:pathways_pathway_history": "leads to the audit search",
    "admin:pathways_district_history": "leads to the audit search",
    "admin:pathways_schoolyear_history": "leads to the audit search",
    "admin:pathways_district_delete": "one template with the pathway's",
    "admin:pathways_schoolyear_delete": "one template with the pathway's",
    "cte-record-restore": "POST only, redirects",
    "finding-next": "leads to the next record",
    "explanation-take-back": "POST only, redirects",
    "batch-cancel": "POST only, redirects",
    "statewide-batch-cancel": "POST only, redirects",
    "batch-again": "POST only, redirects",
    "batch-keep": "POST only, redirects",
    "batch-file": "a file",
    "mt-data-upload-template": "a file",
    "mfa_download_recovery_codes": "a file",
    "mt-data-upload-save": "POST only, redirects",
}


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            found.add(space + (pattern.name or str(pattern.pattern)))
    return found


def test_every_page_has_its_states_here() -> None:
    assert names(get_resolver().url_patterns) == set(STATES) | set(WITHOUT_A_PAGE)


@pytest.fixture
def stage(
    desk: Desk,
    cottonwood: District_,
    elsewhere: District_,
    clerk: User,
    viewer: User,
    opi: User,
    keeper: User,
    administrator: User,
    nobody: User,
    guides_student: Student,
    classmates: list[Student],
) -> Stage:
    people = {"clerk": clerk, "viewer": viewer, "opi": opi, "keeper": keeper, "administrator": administrator, "nobody": nobody}
    return Stage(desk, cottonwood, clerk, people, guides_student)


def without_violations(page: Page) -> None:
    """Judged in a window as tall as the page: what the bar at the bottom half covers is reached by scrolling, and axe does not scroll."""
    window = page.viewport_size
    assert window
    page.set_viewport_size({"width": window["width"], "height": page.evaluate("document.documentElement.scrollHeight + 200")})
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    page.set_viewport_size(window)
    assert results.violations_count == 0, results.generate_report()


def well_built(page: Page, narrow: bool) -> None:
    assert page.locator("h1").count() == 1
    levels = [int(heading.evaluate("h => h.tagName[1]")) for heading in page.locator("h1, h2, h3, h4").all()]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), levels
    assert page.title().endswith("CTE Portal")
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{sideways} pixels wider than the window"
    if not narrow:
        page.keyboard.press("Tab") if not page.evaluate("document.activeElement !== document.body") else None
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main .btn")].filter(button => button.offsetParent
            && (button.offsetHeight < 24 || button.offsetWidth < 24)).map(button => button.outerHTML.slice(0, 80))"""
    )
    assert small == []


@pytest.mark.parametrize(
    ("state",), [pytest.param(state, id=f"{name}: {state.name}") for name, states in STATES.items() for state in states]
)
def test_g_01_g_05_a_page_in_a_state_has_no_violations(state: State, stage: Stage) -> None:
    page = stage.desk.open(stage.people.get(state.who), size={"width": 1280, "height": 800})
    state.visit(stage, page)
    without_violations(page)
    well_built(page, narrow=False)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    without_violations(page)
    well_built(page, narrow=True)


def test_g_03_the_skip_link_is_the_first_stop_and_works(stage: Stage) -> None:
    page = stage.desk.open(stage.clerk)
    page.goto("/cte-lingo/")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent.trim()")
    assert focused.startswith("Skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('main') !== null || location.hash !== ''")


def test_g_03_focus_is_seen_and_never_under_the_bar(stage: Stage) -> None:
    page = stage.desk.open(stage.clerk)
    page.goto(stage.record())
    page.evaluate("document.activeElement.blur()")
    for _ in range(70):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
                const element = document.activeElement;
                if (element === document.body) return true;
                const box = element.getBoundingClientRect();
                const style = getComputedStyle(element);
                const host = getComputedStyle(element.parentElement);
                const ring = [style, host].some(s => parseFloat(s.outlineWidth) >= 2 && s.outlineStyle !== "none") || style.boxShadow !== "none"
                    || element.matches("input[type=radio], input[type=checkbox]");
                const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                const clear = !top || !box.width || element.contains(top) || top.contains(element) || top.closest("label")?.contains(element)
                    || top.closest("label")?.htmlFor === element.id;
                return ring && clear ? true : element.outerHTML.slice(0, 120) + ` ring ${ring} clear ${clear}`;
            }"""
        )
        assert seen is True, seen


def test_g_13_a_page_is_light_and_asks_no_other_host(stage: Stage) -> None:
    page = stage.desk.open(stage.clerk)
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body()) if response.ok else 0))
    page.goto(stage.record())
    page.wait_for_load_state("networkidle")
    assert len(sizes) <= 20
    assert sum(sizes) <= 200_000


def test_g_16_save_is_in_sight_at_1366_by_768(stage: Stage) -> None:
    page = stage.desk.open(stage.clerk)
    page.goto(stage.record())
    box = page.get_by_role("button", name="Save", exact=True).bounding_box()
    assert box is not None and box["y"] + box["height"] <= 768


def test_p_09_nothing_is_kept_in_the_browser(stage: Stage) -> None:
    page = stage.desk.open(stage.clerk)
    search("kayla")(stage, page)
    saved_record(stage, page)
    kept = page.evaluate("async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]")
    assert kept == [0, 0, 0]
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert set(cookies) <= {"sessionid", "csrftoken"}
    page.goto("/accounts/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/sign-in/")
    for _ in range(2):
        # Not `go_back`: Chromium may be swapping the page's process just then and answers it with a protocol error.
        with page.expect_navigation():
            page.evaluate("setTimeout(() => history.back())")
        assert "KAYLA" not in page.content()
