"""The whole guide, step by step, in the windows of all who take part: from naming the certifiers to
the second receipt, with and without script.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from certification.models import CertificationEvent, Round, SealedCopy
from certification.signing.sealing import differences
from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import Participation, Student
from tests.browser.conftest import Desk
from tests.fixtures.people import PASSPHRASE, person
from tests.fixtures.records import HEALTH, District_
from tests.fixtures.uploads import file, line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

FIRST, SECOND = "9012-2025-EOY-1", "9012-2025-EOY-2"


def home(page: Page) -> Page:
    page.get_by_role("navigation").get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "End of Year CTE Concentrator and Participants"
    )
    return page


def step(page: Page, title: str) -> str:
    """What the home page says of a step: status, sentence and what comes next."""
    return (
        home(page)
        .get_by_role("row")
        .filter(has=page.get_by_role("link", name=title, exact=True))
        .inner_text()
    )


def worker(page: Page, done: str) -> None:
    """What a worker does with the job that waits; the page finds out by itself, without script by
    Refresh.
    """
    refresh = page.get_by_role("main").get_by_role("link", name="Refresh")
    expect(refresh).to_be_visible()
    assert run(Batch.objects.get(status="queued", hidden=False).pk)
    if not page.evaluate("window.htmx !== undefined") and refresh.count():
        refresh.click()
    expect(page.get_by_text(done).last).to_be_visible(timeout=10_000)


def name_a_certifier(page: Page, who: str, title: str, level: str) -> None:
    page.get_by_label("Person").select_option(label=who)
    page.get_by_role("radio", name=level).check(force=True)
    page.get_by_label("Job title").fill(title)
    page.get_by_role("button", name="Add the certifier").click()
    expect(page.get_by_text(f"is {level} certifier of CTE Data.")).to_be_visible()


def step_1_identify_a_certifier(page: Page) -> None:
    home(page).get_by_role("link", name="Add a certifier").click()
    expect(page.get_by_text("This collection cannot be certified.")).to_be_visible()
    name_a_certifier(page, "DOE, JANE (jdoe) – has never signed in", "Superintendent", "Primary")
    name_a_certifier(page, "OLSEN, PETER (polsen) – has never signed in", "Principal", "Secondary")
    page.get_by_role("link", name="OLSEN, PETER").click()
    page.get_by_role("radio", name="Primary").check(force=True)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. OLSEN, PETER.")).to_be_visible()
    home(page).get_by_role("link", name="Identify a certifier").click()
    expect(
        page.get_by_text("Both must sign before the collection counts as certified.")
    ).to_be_visible()
    name_a_certifier(page, "MARTIN, CHERYL (cmartin)", "Clerk", "Secondary")
    page.get_by_role("link", name="MARTIN, CHERYL").click()
    page.get_by_label("Active").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. MARTIN, CHERYL.")).to_be_visible()
    assert "2 Primary certifiers. Both must sign." in step(page, "Identify a certifier")


def step_2_enter_and_upload(page: Page, sent: Path) -> None:
    page.get_by_label("Find a student").fill("kayla")
    page.get_by_label("Find a student").press("Enter")
    page.get_by_role("link", name="ANDERSON, KAYLA R.").click()
    page.get_by_role("table", name="CTE Participant Summary").get_by_role(
        "link", name=HEALTH
    ).click()
    page.get_by_label("In District Credits Earned").fill("2.50")
    page.get_by_label("Dual Enrollment Credits").fill("1")
    page.get_by_role("group", name="CTE Concentrator").get_by_role("radio", name="Yes").check(
        force=True
    )
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    home(page).get_by_role("link", name="Upload a file", exact=True).click()
    page.locator("input[type=file]").set_input_files(sent)
    expect(page.get_by_role("radio", name="Validate and Test File")).to_be_checked()
    page.get_by_role("button", name="Submit to Batch").click()
    worker(page, "Tested: 2 new, 0 changed, 0 unchanged, 0 rejected. Nothing has been saved yet.")
    page.get_by_role("button", name="Upload this file").click()
    worker(page, "2 records saved.")
    expect(
        page.get_by_role("link", name=re.compile("send your data to the state", re.IGNORECASE))
    ).to_be_visible()

    home(page).get_by_role("link", name="Open the student").click()
    page.get_by_label(f"COLE, AMY, {HEALTH}").check()
    page.get_by_role("radio", name="Create with these credits").check(force=True)
    page.get_by_role("button", name="Save for the chosen lines").click()
    expect(page.get_by_text("Created with 0.50 credits.")).to_be_visible()
    assert "Completed" in step(page, "Check the roster worklist")


def step_4_assign_the_group(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Validation Groups").click()
    group = page.get_by_role("region", name="End of Year CTE Concentrator and Participants")
    group.get_by_label("Data Clerk").check()
    group.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def step_4_cure_and_explain(page: Page) -> None:
    assert "2 errors, 1 warning to explain" in step(page, "Validate data")
    page.get_by_role("link", name="Fix findings").click()
    page.get_by_role("link", name=re.compile("^Open and fix")).first.click()
    parent = page.get_by_role("group", name="Student Single Parent")
    expect(parent.get_by_role("radio", name="Yes")).to_be_focused()
    parent.get_by_role("radio", name="Yes").check(force=True)
    page.get_by_label("Apply to all 2 pathways").check()
    page.get_by_role("button", name="Save and next finding").click()
    expect(page.get_by_role("heading", name="BAKER, IDA", level=1)).to_be_visible()
    page.locator("#finding").get_by_role("link", name="Explain it").click()
    page.get_by_label("Reason").fill("Began in a program abroad.")
    page.get_by_role("button", name="Explain this finding").click()
    expect(page.get_by_text("No problems found in 6 records")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Data Validation Reports").click()
    page.get_by_role("button", name="Run all at District").click()
    expect(page.get_by_text("5 reports run at the district. No errors found.")).to_be_visible()


def step_3_resync(page: Page) -> None:
    page.get_by_role("banner").get_by_role("link", name="Send", exact=True).click()
    page.get_by_role("button", name="Send everything").click()
    worker(page, "Everything was sent to the state.")
    expect(page.get_by_role("banner").get_by_text("Not yet sent to the state: 0")).to_be_visible()


def step_4_validate_at_the_state(page: Page) -> None:
    page.get_by_role("link", name="Run the Certification report at the state").click()
    page.get_by_role("row").filter(has_text="Participants Certification").get_by_role(
        "button", name="State"
    ).click()
    expect(
        page.get_by_text("1 report run at the state. District and state totals match.")
    ).to_be_visible()
    assert "Completed" in step(page, "Validate data")


def step_4_certify(page: Page) -> None:
    home(page).get_by_role("link", name=re.compile("Open the event|Review and sign")).first.click()
    expect(page.get_by_role("heading", name="Ready to sign")).to_be_visible()
    page.get_by_role("button", name="Certify & Submit").click()
    expect(
        page.get_by_role("link", name="Check the statement: District and state data match.")
    ).to_be_visible()
    for statement in (
        page.get_by_role("group", name=re.compile("state that")).get_by_role("checkbox").all()
    ):
        statement.check()
    page.get_by_role("textbox", name="Your password, to sign").fill(PASSPHRASE)
    page.get_by_role("button", name="Certify & Submit").click()
    expect(page.get_by_text("Signed.", exact=False).first).to_be_visible()


def both_sign(jane: Page, peter: Page, receipt: str) -> None:
    step_4_certify(jane)
    expect(jane.get_by_text("1 of 2 primary certifiers has signed.").first).to_be_visible()
    expect(jane.get_by_text("You have signed.")).to_be_visible()
    expect(jane.get_by_role("button", name="Certify & Submit")).to_have_count(0)
    step_4_certify(peter)
    expect(peter.get_by_text(f"Signed. Certified under receipt {receipt}.")).to_be_visible()
    for who in ("DOE, JANE, Superintendent", "OLSEN, PETER, Principal"):
        expect(peter.get_by_role("table", name="Signed by").get_by_text(who)).to_be_visible()


def sealed_file(page: Page, receipt: str) -> bytes:
    """The sealed extract of a receipt, found by the person herself."""
    home(page).get_by_role("link", name=re.compile("Open the event|Review and sign")).first.click()
    expect(
        page.get_by_role("region", name="Status:").get_by_role("link", name="9012-2025-EOY-")
    ).to_be_visible()
    page.get_by_role("link", name="View District Certification Status").click()
    page.get_by_role("table", name="Sealed copies of all years").get_by_role(
        "link", name=receipt
    ).click()
    expect(page.get_by_role("row", name=f"Receipt number {receipt}")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name=re.compile("State Format")).click()
    return Path(download.value.path()).read_bytes()


def recertification(jane: Page, opi: Page) -> None:
    home(jane).get_by_role("link", name=re.compile("Open the event|Review and sign")).first.click()
    jane.get_by_role("link", name="Request recertification").first.click()
    jane.get_by_label("Reason").fill("Credits of one student were left out.")
    jane.get_by_label("What will change").fill("One record gets 0.50 credits more.")
    jane.get_by_role("button", name="Send the request to OPI").click()
    expect(jane.get_by_text("Recertification Request Sent").first).to_be_visible()

    opi.get_by_role("navigation").get_by_role("link", name="Recertification requests").click()
    opi.get_by_role("link", name="9012 Cottonwood Bend").click()
    expect(opi.get_by_text("One record gets 0.50 credits more.")).to_be_visible()
    opi.get_by_role("button", name="Approve and reopen").click()
    expect(opi.get_by_text("Recertification In Progress").first).to_be_visible()


def correct(page: Page) -> None:
    assert "In progress" in step(page, "Enter or update records")
    page.get_by_label("Find a student").fill("ford")
    page.get_by_label("Find a student").press("Enter")
    page.get_by_role("link", name="FORD, MAX").click()
    if (
        page.get_by_role("table", name="CTE Participant Summary")
        .get_by_role("link", name=HEALTH)
        .count()
    ):
        page.get_by_role("table", name="CTE Participant Summary").get_by_role(
            "link", name=HEALTH
        ).click()
    page.get_by_label("In District Credits Earned").fill("1.75")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()


@pytest.mark.parametrize(
    "script",
    [pytest.param(True, id="script"), pytest.param(False, id="no script", marks=pytest.mark.once)],
)
def test_the_whole_guide(
    script: bool,
    desk: Desk,
    cottonwood: District_,
    guides_student: Student,
    event: CertificationEvent,
    administrator: User,
    clerk: User,
    viewer: User,
    opi: User,
    tmp_path: Path,
) -> None:
    second = person("polsen", "Olsen", "Peter", (Role.VIEWER, "9012"))
    cottonwood.record(
        cottonwood.student("999000102", "Baker", "Ida"), start_date=datetime.date(2016, 8, 29)
    )
    cottonwood.roster(cottonwood.student("999000103", "Cole", "Amy"))
    uploaded = [
        {"state_id": "999000104", "last": "Dale", "first": "Eva"},
        {"state_id": "999000105", "last": "Ford", "first": "Max"},
    ]
    for cells in uploaded:
        cottonwood.student(cells["state_id"], cells["last"], cells["first"])
    sent = tmp_path / "CTE EOY Upload.tsv"
    sent.write_bytes(file(*(line(**cells) for cells in uploaded)))

    clerks = desk.glance(clerk, script=script)
    administrators = desk.open(administrator, script=script)
    step_1_identify_a_certifier(administrators)
    step_4_assign_the_group(administrators)
    jane, peter = desk.open(viewer, script=script), desk.open(second, script=script)
    home(clerks)
    step_2_enter_and_upload(clerks, sent)
    step_4_cure_and_explain(clerks)
    step_3_resync(clerks)
    step_4_validate_at_the_state(clerks)
    both_sign(jane, peter, FIRST)

    assert "Locked" in step(clerks, "Enter or update records") and "Records are locked." in step(
        clerks, "Certify & Submit"
    )
    first = sealed_file(clerks, FIRST)
    assert b"Ford\tMax\t10\tN\tN\t07/14/2022\t1.50" in first
    recertification(jane, desk.open(opi, script=script))
    correct(clerks)
    assert Round.objects.official().get().sealed_copy.receipt == FIRST, (
        "what was certified stays official meanwhile"
    )
    step_3_resync(clerks)
    step_4_validate_at_the_state(clerks)
    both_sign(jane, peter, SECOND)

    assert sealed_file(clerks, FIRST) == first, "the first copy is what it was, to the byte"
    expect(clerks.get_by_text("This receipt is superseded.")).to_be_visible()
    assert b"Ford\tMax\t10\tN\tN\t07/14/2022\t1.75" in sealed_file(clerks, SECOND)
    assert Round.objects.official().get().sealed_copy.receipt == SECOND
    assert [differences(copy) for copy in SealedCopy.objects.all()] == [[], []]
    call_command("verify_sealed")
    assert Participation.objects.count() == 6
