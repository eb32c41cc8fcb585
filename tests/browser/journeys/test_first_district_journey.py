"""From an empty portal to a record saved in the first pathway, without SQL: by files and by hand,
with scripts and without, each page judged at 1366 pixels and at 320.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import Participation, Pathway
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, WIDE, Desk
from tests.browser.journeys.test_set_up_journey import accept
from tests.browser.pages.states import MIDDLING, SLIM, unfold, well_built
from tests.fixtures.people import PASSPHRASE
from tests.pathways.roster.conftest import ALL, ROSTERS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

DISTRICTS = (
    "District Number,District Name,First Name,Last Name,E-mail Address,User Name\n"
    "9012,Cottonwood Bend K-12 Schools,Dana,Ashford,dana@example.org,dashford\n"
)
EVENT = {
    "Review opens": "04/01/2025",
    "Certification opens": "05/01/2025",
    "Due": "06/30/2025",
    "Corrections until": "07/31/2025",
}
PERSON = {
    "User name": "cmartin",
    "First name": "Cheryl",
    "Last name": "Martin",
    "E-mail address": "cheryl@example.org",
}
FILES = (
    ("Schools and calendars", "schools"),
    ("Students", "students"),
    ("Enrollments", "enrollments"),
    ("Courses and their pathways", "courses"),
    ("Sections and rosters", "sections"),
    ("Sections and rosters", "rosters"),
)


def judged(page: Page) -> None:
    """Every page of the way at both widths: by how it is built, and where scripts run, by axe,
    which is one.
    """
    page.wait_for_load_state()
    own, scripted = page.viewport_size, page.evaluate("matchMedia('(scripting: enabled)').matches")
    for size in ({**WIDE, "height": MIDDLING["height"]}, SLIM):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        unfold(page, well_built(page))
        problems = violations(page) if scripted else ""
        assert not problems, problems
    page.set_viewport_size(own)  # type: ignore[arg-type]


def set_up(desk: Desk, tmp_path: Path, *, script: bool, size: dict[str, int]) -> Page:
    """What OPI does, and the District Administrator's first page."""
    first = User.objects.create_superuser(
        "first", "first@example.org", PASSPHRASE, first_name="Robin", last_name="Hale"
    )
    opi = desk.glance(first, script=script, size=size)
    expect(opi.get_by_role("heading", level=1)).to_have_text("Set up the collection")
    judged(opi)
    file = tmp_path / "districts.csv"
    file.write_text(DISTRICTS)
    opi.get_by_role("link", name="Districts", exact=True).first.click()
    opi.get_by_role("link", name="Add districts from a file").first.click()
    opi.locator("input[type=file]").set_input_files(file)
    opi.get_by_role("button", name="Preview").click()
    save = opi.get_by_role("button", name="Save and send invitations")
    expect(save).to_be_visible()
    expect(opi.get_by_text("Cottonwood Bend K-12 Schools").first).to_be_visible()
    judged(opi)
    save.click()
    expect(opi.get_by_text("1 district").first).to_be_visible()

    opi.goto("/")
    opi.get_by_role("link", name="Pathway approvals").first.click()
    if size == NARROW:
        opi.get_by_text("Another pathway").click()
    opi.get_by_role("link", name=re.compile("^05 ")).click()
    opi.get_by_label("9012 Cottonwood Bend K-12 Schools").check()
    opi.get_by_label("Approved", exact=True).check(force=True)
    opi.get_by_role("button", name="Preview").click()
    opi.get_by_label("Reason").first.fill("Application of 05/01/2025")
    opi.get_by_role("button", name="Save the change").click()
    expect(opi.get_by_text("Saved. 1 approved for 2024-25.")).to_be_visible()

    publish_an_event(opi)
    add_a_person(opi)

    for batch in Batch.objects.filter(status="queued", kind="invitation"):
        assert run(batch.pk)
    invitation = next(mail_ for mail_ in mail.outbox if mail_.to == ["dana@example.org"])
    link = re.search(r"https?://\S+", str(invitation.body))
    assert link
    opi.context.clear_cookies()
    page = desk.glance(script=script, size=size)
    accept(page, re.sub(r"^https?://[^/]+", desk.url, link[0]))
    return page


def publish_an_event(opi: Page) -> None:
    opi.goto("/")
    opi.get_by_role("link", name="Certification events").first.click()
    opi.get_by_role("link", name="New event").first.click()
    for label, day in EVENT.items():
        opi.get_by_label(label, exact=True).fill(day)
    judged(opi)
    opi.get_by_role("button", name="Save").first.click()
    expect(opi.get_by_text("Saved as a draft.")).to_be_visible()
    opi.get_by_role("link", name="Publish").click()
    judged(opi)
    opi.get_by_role("button", name="Publish").click()
    expect(opi.get_by_text("Published").first).to_be_visible()


def add_a_person(opi: Page) -> None:
    opi.goto("/")
    opi.get_by_role("link", name="People").first.click()
    judged(opi)
    opi.get_by_role("link", name="Add a person").first.click()
    for label, value in PERSON.items():
        opi.get_by_label(label).first.fill(value)
    opi.get_by_label("Role").select_option("Data Clerk")
    opi.get_by_label("District Number").first.fill("9012")
    judged(opi)
    opi.get_by_role("button", name="Add", exact=True).click()
    expect(opi.get_by_text("MARTIN, CHERYL").first).to_be_visible()


def by_files(page: Page, tmp_path: Path) -> None:
    for title, name in FILES:
        page.goto("/districts/9012/2025/roster-data/")
        line = page.get_by_role("row", name=re.compile(title))
        line.get_by_role("link", name="Upload", exact=True).click()
        if name == "sections":
            page.get_by_label("Import Type").select_option("sections")
        file = tmp_path / f"{name}.csv"
        file.write_text(ALL[name] if name != "rosters" else ROSTERS)
        page.locator("input[type=file]").set_input_files(file)
        judged(page)
        page.get_by_role("button", name="Submit to Batch").click()
        page.wait_for_url("**/batches/**")
        assert run(Batch.objects.get(status="queued", hidden=False).pk)
        page.reload()
        expect(page.get_by_text("Nothing has been saved yet.").first).to_be_visible()
        judged(page)
        page.get_by_role("button", name="Upload this file").click()
        page.wait_for_load_state()
        assert run(Batch.objects.get(status="queued", hidden=False).pk)
        page.reload()
        expect(page.get_by_text("saved:").first).to_be_visible()


def saved(page: Page, heading: str) -> None:
    judged(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def by_hand(page: Page, tmp_path: Path) -> None:
    page.goto("/districts/9012/2025/roster-data/")
    page.get_by_role("link", name="Open schools and calendars").click()
    page.get_by_role("link", name="Add a school").click()
    page.get_by_label("School Number").fill("0001")
    page.get_by_label("School Name").fill("Sun High School")
    saved(page, "Schools and calendars")
    page.get_by_role("link", name="Add a calendar of Sun High School").click()
    page.get_by_label("Calendar Number").fill("001")
    saved(page, "Schools and calendars")

    page.goto("/districts/9012/2025/roster-data/")
    page.get_by_role("link", name="Open students").click()
    page.get_by_role("link", name="Add a student").click()
    page.get_by_label("State ID").fill("999000001")
    page.get_by_label("Last name").fill("ÁLVAREZ")
    page.get_by_label("First name").fill("Zoë")
    page.get_by_label("Birth Date").fill("01/31/2007")
    page.get_by_label("Gender").select_option("F")
    saved(page, "ÁLVAREZ, ZOË")
    page.get_by_role("link", name="Enroll", exact=True).click()
    page.get_by_label("Grade").select_option("12")
    page.get_by_label("Start Date").fill("08/21/2024")
    saved(page, "ÁLVAREZ, ZOË")

    page.goto("/districts/9012/2025/roster-data/")
    page.get_by_role("link", name="Open courses").click()
    page.get_by_role("link", name="Add a course").click()
    page.get_by_label("School").select_option(label="Sun High School")
    page.get_by_label("Course Number").fill("CTE101")
    page.get_by_label("Course Name").fill("Welding 1")
    page.get_by_label("CTE Pathway").select_option(label=str(Pathway.objects.get(code="05")))
    page.get_by_label("Credits").fill("1.00")
    saved(page, "Courses and pathways")

    page.goto("/districts/9012/2025/roster-data/")
    page.get_by_role("link", name="Open sections").click()
    page.get_by_role("link", name="Add a section").click()
    page.get_by_label("Course").select_option(index=1)
    page.get_by_label("Section Number").or_(page.get_by_label("Number")).first.fill("1")
    judged(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Add students by State ID").fill("999000001")
    judged(page)
    page.get_by_role("button", name="Save the roster").click()
    expect(page.get_by_role("link", name="ÁLVAREZ, ZOË")).to_be_visible()


@pytest.mark.parametrize(
    ("way", "script", "size"),
    [
        pytest.param(by_files, True, WIDE, id="files"),
        pytest.param(by_hand, True, NARROW, id="by hand, narrow"),
        pytest.param(by_files, False, NARROW, id="files, narrow, no script"),
        pytest.param(by_hand, False, WIDE, id="by hand, no script"),
    ],
)
def test_six_steps_from_an_empty_portal_to_a_record(
    way: Callable[[Page, Path], None],
    script: bool,
    size: dict[str, int],
    desk: Desk,
    opi_reference: None,
    tmp_path: Path,
) -> None:
    page = set_up(desk, tmp_path, script=script, size=size)
    expect(page.get_by_text("No students for 2024-25", exact=False)).to_be_visible()
    expect(page.get_by_text("Missing", exact=True)).to_have_count(5)
    judged(page)
    page.get_by_role("link", name="Open roster data").click()
    expect(page.get_by_role("row", name="Missing")).to_have_count(5)
    way(page, tmp_path)

    page.goto("/districts/9012/2025/roster-data/")
    expect(page.get_by_role("row", name="Missing")).to_have_count(0)
    judged(page)
    page.goto("/districts/9012/2025/roster-worklist/")
    page.get_by_label("ÁLVAREZ, ZOË").check()
    judged(page)
    page.get_by_label("Create with these credits").check()
    page.get_by_role("button", name="Save for the chosen lines").click()
    expect(page.get_by_text("Created with 1.00 credits.")).to_be_visible()
    record = Participation.objects.get()
    assert (record.student.state_id, record.pathway.code) == ("999000001", "05")
