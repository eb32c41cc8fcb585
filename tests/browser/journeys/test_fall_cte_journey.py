"""A clerk's Fall CTE file: the template filled with the list, tested, uploaded, its two differences
resolved, and the extract uploaded back; and without scripts.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.models import OutcomeDifference
from tests.browser.conftest import Desk
from tests.browser.journeys.test_upload_journey import follow
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.uploads.fall.files import (
    COLLEGE,
    WORK,
    answer_of,
    answered,
    days_ago,
    entry_of,
    written,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

UPLOADS = "/districts/9012/2024/mt-data-upload/"


def send(page: Page, file: Path, work: str) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text(work, exact=True).first.click()
    page.get_by_role("button", name="Submit to Batch").click()
    expect(page.get_by_text("Queued")).to_be_visible()
    worker()


def worker() -> None:
    assert run(Batch.objects.get(status="queued", hidden=False).pk)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_file_with_two_differences_is_resolved(
    script: bool, desk: Desk, leavers: Leavers, clerk: User, tmp_path: Path
) -> None:
    names = ("Anderson", "Baker", "Clark")
    first, second, third = (
        entry_of(leavers, f"99900090{number}", last) for number, last in enumerate(names)
    )
    for entry in (first, second):
        answered(entry, WORK)
    page = desk.glance(clerk, script=script)
    page.goto(UPLOADS)
    with page.expect_download() as download:
        page.get_by_role("link", name="Template filled with my list of leavers").click()
    sent = tmp_path / "Fall CTE.tsv"
    header, *rows = Path(download.value.path()).read_text().splitlines()
    assert len(rows) == 3
    cells = [row.split("\t") for row in rows]
    for row in cells:
        row[9:11] = [COLLEGE, written(days_ago(1))]
    sent.write_text("\n".join([header, *("\t".join(row) for row in cells)]) + "\n")

    send(page, sent, "Validate and Test File")
    follow(page, script)
    tested = "Tested: 1 new, 0 unchanged, 2 differences, 0 rejected. Nothing has been saved yet."
    expect(page.get_by_text(tested).first).to_be_visible()
    page.get_by_role("button", name="Upload this file").click()
    expect(page.get_by_text("Queued")).to_be_visible()
    worker()
    follow(page, script)
    expect(page.get_by_text("1 outcome saved. 2 answers differ").first).to_be_visible()
    assert answer_of(third) == (COLLEGE, days_ago(1), "file")

    page.get_by_role("link", name="Next: resolve 2 differences").click()
    expect(page.get_by_text("2 answers that are not the portal’s")).to_be_visible()
    page.get_by_role("button", name="Take the file’s for ANDERSON").click()
    expect(page.get_by_text("The file's answer was taken for 1 student.")).to_be_visible()
    page.get_by_role("button", name="Keep the portal’s for BAKER").click()
    expect(page.get_by_text("No differences to resolve")).to_be_visible()
    assert answer_of(first) == (COLLEGE, days_ago(1), "file")
    assert answer_of(second) == (WORK, days_ago(2), "screen")

    page.get_by_role("button", name="Undo File's answer taken").click()
    expect(page.get_by_text("1 difference to resolve again.")).to_be_visible()
    assert answer_of(first) == (WORK, days_ago(2), "screen")
    page.get_by_role("button", name="Take the file’s for ANDERSON").click()
    expect(page.get_by_text("No differences to resolve")).to_be_visible()

    page.goto(UPLOADS)
    with page.expect_download() as filled:
        page.get_by_role("link", name="Template filled with my list of leavers").click()
    sent.write_bytes(Path(filled.value.path()).read_bytes())
    send(page, sent, "Upload File")
    follow(page, script)
    expect(page.get_by_text("No new outcomes to save.").first).to_be_visible()
    assert not OutcomeDifference.objects.unresolved(leavers.scope).exists()
