"""A year's follow-up from the list to a late answer, through all windows of those who take part: on
a telephone, by keyboard alone, and without script.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from certification.models import SealedCopy, SealedOutcome
from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.lists import publish
from pathways.models import Attempt, FollowUpEntry, GroupAssignment, Outcome, OutcomeDifference
from pathways.reports import groups
from tests.browser.conftest import WIDE, Desk
from tests.browser.journeys.test_certify_budgets import Hand
from tests.browser.journeys.test_upload_journey import follow
from tests.fixtures.certification import make_certifier, make_fall_event
from tests.fixtures.people import PASSPHRASE, person
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.uploads.fall.files import COLLEGE, WORK, days_ago, written

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

YEAR = "/districts/9012/2024"
PHONE = {"width": 390, "height": 844}
NAMES = [f"Nr{number:02}" for number in range(11)]
"""Of the leavers in the order of their calls; the file answers for the last one."""
EMPLOYED = "Employed, related to the pathway"
RECEIPT = "9012-2024-FALL-1"


class Reader(Hand):
    """A person in one window; `script` is whether it runs any."""

    def __init__(self, page: Page, *, mouse: bool, script: bool) -> None:
        super().__init__(page, mouse=mouse)
        self.script = script

    def link(self, name: str | re.Pattern[str]) -> None:
        self.go(self.page.get_by_role("main").get_by_role("link", name=name).first)

    def button(self, name: str, *, exact: bool = False) -> None:
        self.go(self.page.get_by_role("button", name=name, exact=exact))

    def reads(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()

    def choose(self, answer: str) -> None:
        """Of a group of radio buttons: the keyboard comes to the first and goes on by arrows."""
        radio = self.page.get_by_role("radio", name=answer)
        if self.mouse:
            return radio.check()
        self.reach(self.page.get_by_role("radio").first)
        for _ in range(12):
            if radio.is_checked():
                break
            self.page.keyboard.press("ArrowDown")
        return expect(radio).to_be_checked()

    def takes(self, name: str | re.Pattern[str]) -> Path:
        """A file that a link leads to."""
        with self.page.expect_download() as download:
            self.link(name)
        return Path(download.value.path())

    def fits(self) -> None:
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if self.script:
            assert self.page.evaluate(sideways) <= 0


def worker() -> None:
    assert run(Batch.objects.get(status="queued", hidden=False).pk)


def title_of(name: str) -> str:
    return f"{name.upper()}, KAYLA"


def draw_the_list(clerk: Reader) -> None:
    clerk.page.goto(f"{YEAR}/cte-follow-up/list/")
    clerk.button("Draw the list")
    clerk.reads("The list was drawn from the records as they stand.")
    expect(clerk.page.get_by_role("table", name="Leavers by name")).to_contain_text(
        title_of(NAMES[-1])
    )
    clerk.fits()


def call_ten(clerk: Reader) -> None:
    clerk.link("Calls")
    clerk.button("Call the next student")
    for name in NAMES[:10]:
        expect(clerk.page.get_by_role("heading", level=1)).to_have_text(title_of(name))
        clerk.fits()
        clerk.choose(EMPLOYED)
        clerk.button("Save and next")
    expect(clerk.page.get_by_role("heading", level=1)).to_have_text(title_of(NAMES[10]))
    clerk.button("Stop calling")
    clerk.reads("Those tried least first")
    clerk.fits()
    assert Attempt.objects.standing().count() == Outcome.objects.count() == 10
    assert not FollowUpEntry.objects.exclude(caller_id=None).exists()


def upload_with_two_differences(clerk: Reader, sent: Path) -> None:
    clerk.page.goto(f"{YEAR}/mt-data-upload/")
    header, *rows = clerk.takes("Template filled with my list of leavers").read_text().splitlines()
    cells = [row.split("\t") for row in rows]
    assert [row[9] for row in cells] == [*[WORK] * 10, ""]
    for row in (cells[0], cells[1], cells[10]):
        row[9:11] = [COLLEGE, written(days_ago(1))]
    sent.write_text("\n".join([header, *("\t".join(row) for row in cells)]) + "\n")
    clerk.page.locator("input[type=file]").set_input_files(sent)
    clerk.button("Submit to Batch")
    clerk.reads("Queued")
    worker()
    follow(clerk.page, clerk.script)
    clerk.reads("Tested: 1 new, 8 unchanged, 2 differences, 0 rejected.")
    clerk.button("Upload this file")
    clerk.reads("Queued")
    worker()
    follow(clerk.page, clerk.script)
    clerk.reads("1 outcome saved. 2 answers differ")
    clerk.fits()


def resolve(clerk: Reader) -> None:
    clerk.link("Next: resolve 2 differences")
    clerk.reads("2 answers that are not the portal’s")
    clerk.fits()
    clerk.button(f"Take the file’s for {NAMES[0].upper()}")
    clerk.reads("The file's answer was taken for 1 student.")
    clerk.button(f"Keep the portal’s for {NAMES[1].upper()}")
    clerk.reads("No differences to resolve")
    assert not OutcomeDifference.objects.filter(resolution="").exists()
    answers = Outcome.objects.order_by("student__state_id").values_list("status", flat=True)
    assert list(answers) == [COLLEGE, *[WORK] * 9, COLLEGE]


def resync(clerk: Reader) -> None:
    """Outcomes go with the current year's."""
    clerk.page.goto("/districts/9012/2025/resync/")
    clerk.button("Send everything")
    refresh = clerk.page.get_by_role("main").get_by_role("link", name="Refresh")
    expect(refresh).to_be_visible()
    worker()
    if not clerk.script:
        refresh.click()
    clerk.reads("Everything was sent to the state.")


def validate_at_both(clerk: Reader) -> None:
    clerk.page.goto(f"{YEAR}/data-validation-reports/")
    clerk.button("Run all at District")
    clerk.reads("reports run at the district. No errors found.")
    clerk.button("Run all at State")
    clerk.reads("reports run at the state. No errors found.")


def certify(certifier: Reader) -> None:
    certifier.page.goto(f"{YEAR}/event-certification/")
    certifier.link(re.compile("Open the event|Review and sign|Fall CTE"))
    expect(certifier.page.get_by_role("heading", name="Ready to sign")).to_be_visible()
    statements = certifier.page.get_by_role("group", name=re.compile("state that"))
    for statement in statements.get_by_role("checkbox").all():
        certifier.go(statement, "Space")
    password = certifier.page.get_by_role("textbox", name="Your password, to sign")
    certifier.type(password, PASSPHRASE)
    certifier.button("Certify & Submit")


def perkins(opi: Reader) -> list[dict[str, str]]:
    """The 3S1 file of the class."""
    opi.go(opi.page.get_by_role("navigation").get_by_role("link", name="Status board"))
    return list(csv.DictReader(opi.takes("3S1 .csv").read_text("utf-8-sig").splitlines()))


def refused_late(clerk: Reader) -> None:
    """The page stood open while the last certifier signed."""
    clerk.choose(EMPLOYED)
    clerk.button("Save", exact=True)
    clerk.reads("Nothing was saved.")
    clerk.reads("A late answer needs a recertification.")
    clerk.fits()
    assert Attempt.objects.count() == 10


def ask_for_a_recertification(certifier: Reader) -> None:
    """The way that the refusal names, for who may go it."""
    certifier.page.goto(f"{YEAR}/cte-follow-up/")
    certifier.reads("A late answer needs a recertification.")
    certifier.link("Request recertification")
    expect(certifier.page.get_by_label("Reason")).to_be_visible()


@pytest.mark.parametrize(
    ("mouse", "script", "size"),
    [
        pytest.param(True, True, PHONE, id="telephone"),
        pytest.param(False, True, WIDE, id="keyboard"),
        pytest.param(True, False, PHONE, id="no script", marks=pytest.mark.once),
    ],
)
def test_from_the_list_to_a_late_answer(
    mouse: bool,
    script: bool,
    size: dict[str, int],
    desk: Desk,
    leavers: Leavers,
    clerk: User,
    viewer: User,
    opi: User,
    tmp_path: Path,
) -> None:
    for number, name in enumerate(NAMES):
        leavers.leaver(f"9990009{number:02}", last=name)
    leavers.seal()
    make_fall_event()
    second = person("polsen", "Olsen", "Peter", (Role.VIEWER, "9012"))
    for user, title in ((viewer, "Superintendent"), (second, "Principal")):
        make_certifier(user, title=title)
    GroupAssignment.objects.create(district="9012", group=groups.FALL.slug, role=Role.DATA_CLERK)
    publish.publish()

    def reader(user: User, size: dict[str, int] = WIDE) -> Reader:
        return Reader(desk.open(user, script=script, size=size), mouse=mouse, script=script)

    callers = reader(clerk, size)
    draw_the_list(callers)
    call_ten(callers)
    upload_with_two_differences(callers, tmp_path / "Fall CTE.tsv")
    resolve(callers)
    resync(callers)
    validate_at_both(callers)
    late = reader(clerk, size)
    late.page.goto(f"{YEAR}/cte-follow-up/{FollowUpEntry.objects.earliest('pk').pk}/")

    jane, peter = reader(viewer), reader(second)
    certify(jane)
    jane.reads("1 of 2 primary certifiers has signed.")
    assert not SealedCopy.objects.filter(receipt=RECEIPT).exists()
    certify(peter)
    peter.reads(f"Signed. Certified under receipt {RECEIPT}.")
    sealed = SealedOutcome.objects.filter(copy__receipt=RECEIPT).order_by("state_id")
    assert list(sealed.values_list("status", flat=True)) == [COLLEGE, *[WORK] * 9, COLLEGE]

    everybody = perkins(reader(opi))[0]
    numbers = ("Leavers", "Placed (numerator)", "Answered", "Unknown")
    assert [everybody[name] for name in numbers] == ["11", "11", "11", "0"]

    refused_late(late)
    ask_for_a_recertification(jane)
