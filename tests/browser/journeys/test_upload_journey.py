"""A clerk's upload, as in the guide's Step Two B: tested, corrected, uploaded, the report opened;
and without scripts.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from cte_portal.batches.claims import claim
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import Participation, Student
from tests.browser.conftest import Desk
from tests.fixtures.records import District_
from tests.fixtures.uploads import file, line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

WRONG = [
    {"inside": "1,5"},
    {"pathway": "Health Profesions"},
    {"start": "07/14/22"},
    {"dual": "9.00"},
]
RIGHT = [
    ("1,5", "1.50"),
    ("Health Profesions", "Health Professions"),
    ("07/14/22", "07/14/2022"),
    ("9.00", "0.50"),
]


def worker() -> Batch:
    """What a worker would do with the batch that waits."""
    batch = Batch.objects.get(status="queued", hidden=False)
    assert run(batch.pk)
    return batch


@pytest.mark.parametrize(
    "script",
    [pytest.param(True, id="script"), pytest.param(False, id="no script", marks=pytest.mark.once)],
)
def test_a_file_is_tested_corrected_and_uploaded(
    script: bool, desk: Desk, cottonwood: District_, clerk: User, tmp_path: Path
) -> None:
    rows = []
    for number in range(20):
        cottonwood.student(f"9990002{number:02d}", f"Student{number}", "Ann")
        cells = {"state_id": f"9990002{number:02d}", "last": f"Student{number}", "first": "Ann"}
        rows.append(line(**(cells | (WRONG[number // 5] if number % 5 == 4 else {}))))
    sent = tmp_path / "CTE EOY Upload.tsv"
    sent.write_bytes(file(*rows))

    page = desk.glance(clerk, script=script)
    page.get_by_role("link", name="Upload a file", exact=True).click()
    page.get_by_label("File", exact=False).and_(page.locator("input[type=file]")).set_input_files(
        sent
    )
    if script:
        expect(page.get_by_text("header record found")).to_be_visible()
    expect(page.get_by_role("radio", name="Validate and Test File")).to_be_checked()
    page.get_by_role("button", name="Submit to Batch").click()
    expect(page.get_by_text("Queued")).to_be_visible()

    worker()
    follow(page, script)
    expect(
        page.get_by_text(
            "Tested: 16 new, 0 changed, 0 unchanged, 4 rejected. Nothing has been saved yet."
        ).first
    ).to_be_visible()
    assert not Participation.objects.exists()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the 4 rejected rows").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    for wrong, right in RIGHT:
        assert wrong in text
        text = text.replace(wrong, right)
    sent.write_text(text)

    page.get_by_role("button", name="Upload this file").click()
    expect(page.get_by_text("Queued")).to_be_visible()
    worker()
    follow(page, script)
    expect(page.get_by_text("16 rows are now saved. 4 rows were not saved").first).to_be_visible()
    page.get_by_role("link", name="Choose another file").click()
    page.locator("input[type=file]").set_input_files(sent)
    page.get_by_text("Upload File", exact=True).first.click()
    page.get_by_role("button", name="Submit to Batch").click()
    expect(page.get_by_text("Queued")).to_be_visible()  # a file is read once more before it is sent
    worker()
    follow(page, script)
    expect(page.get_by_text("4 records saved.").first).to_be_visible()
    assert Participation.objects.count() == 20

    page.get_by_role("link", name="Batch Queue").first.click()
    with page.expect_download() as report:
        page.get_by_role(
            "link", name="Get the report of MT Data Upload – Upload File"
        ).first.click()
    assert report.value.suggested_filename.startswith("Import Results Summary 9012 ")


def follow(page: Page, script: bool) -> None:
    """The page finds out by itself; without script by Refresh."""
    if not script:
        page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_text("Get the report")).to_be_visible(timeout=10_000)


@pytest.mark.once
def test_the_live_region_speaks_once_per_stage_and_the_focus_stays(
    desk: Desk, cottonwood: District_, clerk: User
) -> None:
    page = desk.glance(clerk)
    page.goto("/districts/9012/2025/mt-data-upload/")
    page.locator("input[type=file]").set_input_files(
        {"name": "x.tsv", "mimeType": "text/plain", "buffer": file(line())}
    )
    page.get_by_role("button", name="Submit to Batch").click()
    expect(page.get_by_text("Queued")).to_be_visible()
    page.evaluate("""() => {
        window.heard = [];
        const region = document.querySelector("[data-said]");
        new MutationObserver(() => window.heard.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
    }""")
    page.get_by_role("button", name="Cancel this job").focus()
    batch = Batch.objects.get()
    claim(batch.pk, "a worker")
    for done in (10, 20):
        Batch.objects.filter(pk=batch.pk).update(stage="Reading", done=done, total=40)
        expect(page.get_by_text(f"Reading row {done} of 40.")).to_be_visible(timeout=10_000)
    assert page.evaluate("document.activeElement.id") == "cancel"
    assert page.evaluate("window.heard") == ["Processing. Reading"]


@pytest.mark.once
def test_a_file_chosen_before_the_script_arrives_is_looked_at_too(
    desk: Desk, cottonwood: District_, clerk: User
) -> None:
    page = desk.open(clerk, at="", late=1)
    page.goto("/districts/9012/2025/mt-data-upload/", wait_until="commit")
    page.locator("input[type=file]").set_input_files(
        {"name": "x.tsv", "mimeType": "text/plain", "buffer": file(line())}
    )
    expect(page.get_by_text("header record found")).to_be_visible()


@pytest.mark.once
def test_a_file_that_changed_after_it_was_chosen_is_told_beside_the_field(
    desk: Desk, cottonwood: District_, kayla: Student, clerk: User, tmp_path: Path
) -> None:
    """FR-215: the browser's own error took the place of the whole portal."""
    page = desk.glance(clerk)
    page.goto("/districts/9012/2025/mt-data-upload/")
    sent = tmp_path / "x.tsv"
    sent.write_bytes(file(line()))
    page.locator("input[type=file]").set_input_files(sent)
    expect(page.get_by_text("header record found")).to_be_visible()
    sent.write_bytes(file(line(), line(inside="1.75")))
    os.utime(sent, (1, 1))
    page.get_by_role("button", name="Submit to Batch").click()
    expect(
        page.get_by_role("alert").filter(
            has_text="This file has changed since you chose it. Choose it again."
        )
    ).to_be_visible()
    expect(page.locator("input[type=file]")).to_be_focused()
    assert not Batch.objects.exists()
    page.locator("input[type=file]").set_input_files(sent)
    expect(page.get_by_text("This file has changed since you chose it")).to_have_count(0)
    page.get_by_role("button", name="Submit to Batch").click()
    expect(page.get_by_text("Queued").first).to_be_visible()
    assert Batch.objects.filter(kind="upload").count() == 1
