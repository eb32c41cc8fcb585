"""How many steps certifying takes, and working off what is found: with the mouse, and with the
keyboard alone (B-06 … B-11, B-13).
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import Locator, Page, expect

from certification.models import CertificationEvent, Recertification, Reminder, Signature
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import Student
from tests.browser.conftest import Desk
from tests.browser.journeys.test_budgets import counted
from tests.browser.tab import tab_to
from tests.certification.ready import Ready
from tests.fixtures.certification import make_recertification, make_round, seal, sign
from tests.fixtures.people import PASSPHRASE
from tests.fixtures.records import District_
from tests.fixtures.uploads import file, line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


class Hand:
    """Goes where the person wants: the mouse clicks, the keyboard alone reaches it by Tab and
    presses Enter or Space.
    """

    def __init__(self, page: Page, *, mouse: bool) -> None:
        self.page, self.mouse = page, mouse

    def reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        tab_to(self.page, target)

    def go(self, target: Locator, key: str = "Enter") -> None:
        if self.mouse:
            target.click()
        else:
            self.reach(target)
            self.page.keyboard.press(key)

    def type(self, target: Locator, text: str) -> None:
        if self.mouse:
            target.fill(text)
        else:
            self.reach(target)
            self.page.keyboard.type(text)


BOTH_HANDS = pytest.mark.parametrize("mouse", [True, False], ids=["mouse", "keyboard"])


@pytest.fixture
def ready(cottonwood: District_, event: CertificationEvent, clerk: User, kayla: Student) -> Ready:
    ready_case = Ready(cottonwood, event, clerk)
    ready_case.record(kayla)
    ready_case.prepare()
    return ready_case


@BOTH_HANDS
def test_b_09_from_home_to_signed(mouse: bool, desk: Desk, ready: Ready) -> None:
    page = desk.open(ready.primary.user)
    steps, hand = counted(page), Hand(page, mouse=mouse)
    hand.go(page.get_by_role("link", name=re.compile("Open the event|Review and sign")).first)
    expect(page.get_by_role("heading", name="Ready to sign")).to_be_visible()
    statements = (
        page.get_by_role("group").filter(has_text="state that").get_by_role("checkbox").all()
    )
    for statement in statements:
        hand.go(statement, "Space")
    hand.type(page.get_by_role("textbox", name="Your password, to sign"), PASSPHRASE)
    hand.go(page.get_by_role("button", name="Certify & Submit"))
    expect(page.get_by_text("Signed. Certified under receipt 9012-2025-EOY-1.")).to_be_visible()
    assert len(statements) == 5 and steps() <= 4 + len(statements)
    assert Signature.objects.get().round.status == "sealed"


@BOTH_HANDS
def test_b_06_from_home_to_the_job(
    mouse: bool, desk: Desk, cottonwood: District_, clerk: User, kayla: Student, tmp_path: Path
) -> None:
    sent = tmp_path / "CTE EOY Upload.tsv"
    sent.write_bytes(file(line()))
    page = desk.open(clerk)
    steps, hand = counted(page), Hand(page, mouse=mouse)
    hand.go(page.get_by_role("link", name="Upload a file", exact=True))
    page.locator("input[type=file]").set_input_files(
        sent
    )  # the system's own window, opened by one more step
    hand.go(page.get_by_role("button", name="Submit to Batch"))
    expect(page.get_by_role("heading", name="CTE EOY Upload.tsv")).to_be_visible()
    assert steps() + 1 <= 4


@BOTH_HANDS
def test_b_07_b_08_a_finding_is_cured_checked_again_sent_and_clean_at_the_state(
    mouse: bool, desk: Desk, cottonwood: District_, clerk: User, kayla: Student
) -> None:
    cottonwood.record(kayla, in_district_credits=Decimal("2.50"))
    page = desk.open(clerk)
    steps, hand = counted(page), Hand(page, mouse=mouse)
    hand.go(page.get_by_role("link", name="Fix findings"))
    before = steps()
    hand.go(page.get_by_role("link", name="Open and fix ANDERSON, KAYLA R."))
    answer = page.get_by_role("group", name="CTE Concentrator").get_by_role("radio", name="Yes")
    expect(answer).to_be_focused()
    assert steps() - before == 1, "B-07"
    hand.go(page.locator("#finding").get_by_role("link", name="Back to the findings"))
    expect(page.get_by_role("link", name="Open and fix ANDERSON, KAYLA R.")).to_be_visible()
    assert steps() - before == 2, "B-07, and back"
    hand.go(page.get_by_role("link", name="Open and fix ANDERSON, KAYLA R."))
    expect(answer).to_be_focused()
    if mouse:
        answer.check(force=True)
    else:
        page.keyboard.press("Space")
    hand.go(page.get_by_role("button", name="Save and next finding"))
    expect(page.get_by_text("No problems found in 1 record")).to_be_visible()
    before = steps()
    hand.go(page.get_by_role("link", name="Check again"))
    expect(page.get_by_text("No problems found in 1 record")).to_be_visible()
    assert steps() - before == 1, "B-08"

    hand.go(page.get_by_role("banner").get_by_role("link", name="Send", exact=True))
    hand.go(page.get_by_role("button", name="Send everything"))
    expect(page.get_by_text("You can leave the page while it runs.")).to_be_visible()
    assert run(Batch.objects.get(status="queued", hidden=False).pk)
    expect(page.get_by_text("Everything was sent to the state.").last).to_be_visible(timeout=10_000)
    page.goto("/districts/9012/2025/findings/")
    hand.go(page.get_by_role("link", name="Show at State"))
    expect(page.get_by_text("No problems found in 1 record")).to_be_visible()


def test_r_07_the_minutes_since_the_resync_count_down_while_the_page_stands_open(
    desk: Desk, ready: Ready
) -> None:
    ready.wait(minutes=50)
    page = desk.open(ready.primary.user)
    page.clock.install()
    page.get_by_role("link", name=re.compile("Open the event|Review and sign")).first.click()
    advice = page.get_by_role("rowheader").filter(
        has_text="Less than 60 minutes since a complete resync"
    )
    expect(advice).to_contain_text("10 minutes left.")
    page.wait_for_load_state()
    page.clock.fast_forward("08:00")
    expect(advice).to_contain_text("2 minutes left.")
    page.clock.fast_forward("01:30")
    expect(advice).to_contain_text("1 minute left.")
    page.clock.fast_forward("03:00")
    expect(advice).to_contain_text("Time is up. Check again.")
    ready.wait(minutes=61)
    page.get_by_role("link", name="Check again").click()
    expect(page.get_by_text("60 minutes since a complete resync 1 hour")).to_be_visible()
    expect(page.get_by_text("It is over")).to_have_count(0)


def test_b_10_opi_reminds_all_who_have_not_certified(desk: Desk, ready: Ready, opi: User) -> None:
    page = desk.open(opi)
    steps = counted(page)
    page.get_by_role("navigation").get_by_role("link", name="Status board").click()
    page.get_by_role("link", name="Remind 1 certifier of 1 district").click()
    expect(
        page.get_by_role("table", name="Who gets a reminder").get_by_text("DOE, JANE")
    ).to_be_visible()
    page.get_by_role("button", name="Send 1 reminder").click()
    expect(
        page.get_by_role("table", name="Reminders, newest first").get_by_text("DOE, JANE")
    ).to_be_visible()
    assert steps() <= 3
    assert Reminder.objects.get().user == ready.primary.user
    assert not mail.outbox, "it goes out with the jobs"


@pytest.mark.parametrize("answer", ["Approve and reopen", "Deny"])
def test_b_11_opi_decides_a_request(
    answer: str, desk: Desk, ready: Ready, opi: User, event: CertificationEvent
) -> None:
    certification_round = make_round(event)
    sign(certification_round, ready.primary)
    seal(certification_round)
    make_recertification(certification_round, by=ready.primary.user)
    page = desk.open(opi)
    steps = counted(page)
    page.get_by_role("navigation").get_by_role("link", name="Recertification requests").click()
    page.get_by_role("link", name="9012 Cottonwood Bend").click()
    page.get_by_role("textbox", name="Answer").fill("The letter of May 30 says so.")
    page.get_by_role("button", name=answer).click()
    expect(page.get_by_text("You can withdraw the answer within five minutes")).to_be_visible()
    assert steps() <= 3
    assert Recertification.objects.get().status == (
        "approved" if answer.startswith("Approve") else "denied"
    )
