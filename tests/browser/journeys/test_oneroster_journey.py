"""A system's export through the page: sent, its question answered, tested, uploaded, taken back;
and without scripts.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import Student
from tests.browser.conftest import Desk
from tests.fixtures.records import District_
from tests.pathways.roster.oneroster.exports import export, packed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def worked(page: Page) -> None:
    """What a worker would do with the batch that waits, and the page afterwards."""
    page.wait_for_url("**/batches/**")
    assert run(Batch.objects.get(status="queued", hidden=False).pk)
    page.reload()


def sent(page: Page, file: Path, kind: str) -> None:
    page.get_by_role("link", name="MT Data Upload").first.click()
    page.get_by_label("Import Type").select_option(label=kind)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Submit to Batch").click()
    worked(page)


@pytest.mark.parametrize(
    "script",
    [pytest.param(True, id="script"), pytest.param(False, id="no script", marks=pytest.mark.once)],
)
def test_an_export_is_mapped_tested_uploaded_and_taken_back(
    script: bool, desk: Desk, cottonwood: District_, clerk: User, tmp_path: Path
) -> None:
    before = Student.objects.count()
    file = tmp_path / "oneroster.zip"
    file.write_bytes(packed(export("1.2"), "1.2", folder="export/"))
    page = desk.glance(clerk, script=script)
    sent(page, file, "OneRoster")
    expect(page.get_by_text("Confirm where its numbers stand. Nothing was saved.")).to_be_visible()

    page.get_by_role("link", name="Confirm where the numbers stand").click()
    expect(page.get_by_label("State ID", exact=True)).to_have_value("userIds:StateID")
    page.get_by_label("School Number of Moon High").fill("0077")
    page.get_by_role("button", name="Confirm and test the file").click()
    worked(page)
    expect(page.get_by_text("Nothing has been saved yet.")).to_be_visible()
    expect(page.get_by_role("row", name="Student 4 3 0 0 0 0 1")).to_be_visible()
    assert Student.objects.count() == before

    page.get_by_role("button", name="Upload this file").click()
    worked(page)
    expect(page.get_by_text("rows saved")).to_be_visible()
    assert Student.objects.count() == before + 3

    sent(page, file, "Roster files – the portal recognizes which kind")  # asked no more
    expect(page.get_by_text("Tested: 0 new, 0 changed")).to_be_visible()
    page.go_back()
    page.goto(desk_address(Batch.objects.filter(options__work="upload").get()))
    page.get_by_role("link", name="Undo this upload").click()
    page.get_by_role("button", name="Undo this upload").click()
    worked(page)
    assert Student.objects.count() == before


def desk_address(batch: Batch) -> str:
    return f"/districts/{batch.district}/{batch.end_year}/batches/{batch.pk}/"
