"""A page that stays open goes on working: after a download, after an answer of *stay*, while its
queue runs and when it has ended (V-04, D-13, D-14, J-06).
"""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from cte_portal.accounts.models import User
from cte_portal.batches.claims import claim
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.submit import submit
from pathways.models import GroupAssignment, Pathway, Student
from pathways.reports.groups import GROUPS
from tests.browser.conftest import Desk
from tests.fixtures.records import District_

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

REPORTS, QUEUE = "/districts/9012/2025/data-validation-reports/", "/districts/9012/2025/batches/"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_v_04_after_a_download_every_button_still_runs(
    script: bool, desk: Desk, clerk: User, guides_student: Student
) -> None:
    for group in GROUPS:
        GroupAssignment.objects.assign("9012", group.slug, {"data-clerk"})
    page = desk.glance(clerk, script=script)
    page.goto(f"{REPORTS}?report=modified-in-current-year")
    for form in ("csv", "xlsx", "csv"):
        with page.expect_download() as download:
            page.get_by_role("button", name=f".{form}", exact=True).click()
        assert download.value.suggested_filename.endswith(f".{form}")
    assert Batch.objects.count() == 2
    page.get_by_role("button", name="Run all at District").click()
    expect(
        page.get_by_role("status").filter(has_text="reports run at the district")
    ).to_be_visible()
    assert Batch.objects.count() == 3


@pytest.fixture
def record(desk: Desk, clerk: User, guides_student: Student, classmates: list[Student]) -> Page:
    page = desk.open(clerk)
    health = Pathway.objects.get(name="Health Professions").pk
    page.goto(f"/districts/9012/2025/cte-concentrator/{guides_student.pk}/{health}/")
    return page


def test_d_14_who_stays_finds_every_button_as_it_was(record: Page) -> None:
    answers = ["stay", "stay", "stay", "leave"]
    record.on(
        "dialog", lambda dialog: dialog.dismiss() if answers.pop(0) == "stay" else dialog.accept()
    )
    record.get_by_label("In District Credits Earned").fill("1.75")
    record.evaluate("document.querySelector('header form button').dataset.busy = 'Signing out…'")
    out = record.get_by_role("button", name="Sign out")
    out.click()
    expect(out).to_have_text("Sign out")
    expect(out).not_to_have_attribute("aria-live", "polite")
    search = record.get_by_label("Find a student")
    for _ in range(2):
        search.fill("whitefeather")
        search.press("Enter")
        expect(record).to_have_title(re.compile("Health Professions"))
    assert answers == ["leave"], "each was asked about"
    record.get_by_role("button", name="Sign out").click()
    expect(record).to_have_url(re.compile("sign-in"))
    assert answers == []


HEARD = """() => {
    window.heard = []; window.heights = new Set();
    new MutationObserver((changes) => {
        if (document.readyState !== "complete") return;
        for (const change of changes) {
            const region = change.target.closest?.("[role=status].banner");
            if (!region) continue;
            window.heights.add(document.querySelector(".banners").offsetHeight);
            for (const node of change.addedNodes) if (!node.inert) window.heard.push(node.textContent.trim());
        }
    }).observe(document, { childList: true, subtree: true });
}"""


def test_d_13_what_was_saved_is_put_into_the_status_region_again_and_nothing_moves(
    record: Page,
) -> None:
    record.add_init_script(f"({HEARD})()")
    record.get_by_label("In District Credits Earned").fill("1.75")
    record.get_by_role("button", name="Save and next").click()
    expect(record.get_by_role("heading", level=1)).to_have_text("ANDERSON, WYATT")
    expect(record.locator(".banner.saved p:not([inert])")).to_have_count(1)
    assert (
        record.evaluate("window.heard")
        == record.locator(".banner[role=status] p").all_inner_texts()
    )
    assert "Saved." in record.evaluate("window.heard[0]")
    assert record.evaluate("window.heights.size") == 1
    record.get_by_role("button", name="Undo").click()
    expect(record.get_by_label("In District Credits Earned")).to_have_value("1.50")


def test_d_13_what_became_of_chosen_lines_is_said_too(
    desk: Desk, cottonwood: District_, clerk: User
) -> None:
    cottonwood.roster(cottonwood.student("999000801", "Rostered"))
    page = desk.open(clerk)
    page.goto("/districts/9012/2025/roster-worklist/")
    page.add_init_script(f"({HEARD})()")
    page.locator("input[name=chosen]").check()
    page.get_by_label("Create with these credits").check()
    page.get_by_role("button", name="Save for the chosen lines").click()
    expect(page.locator(".banner.saved p:not([inert])")).to_have_count(1)
    assert page.evaluate("window.heard") == ["1 line done."]


def test_j_06_the_queue_list_asks_while_a_job_runs_and_then_no_more(
    desk: Desk, cottonwood: District_, clerk: User
) -> None:
    batch = submit("extract", by=clerk, title="MT Extracts", scope=cottonwood.scope)
    claim(batch.pk, "a worker")
    page = desk.open(clerk)
    page.goto(QUEUE)
    requests: list[Request] = []
    page.on(
        "request", lambda request: requests.append(request) if request.url.endswith(QUEUE) else None
    )
    rows = page.locator("#batch-queue-rows")
    expect(rows).to_contain_text("Processing")
    page.locator(f"#batch-{batch.pk}").focus()
    for stage in ("Reading", "Writing"):  # what was swapped asks again
        Batch.objects.filter(pk=batch.pk).update(stage=stage)
        with page.expect_response(lambda answer: answer.url.endswith(QUEUE)):
            pass
    assert page.evaluate("document.activeElement.id") == f"batch-{batch.pk}"
    Batch.objects.filter(pk=batch.pk).update(
        status=Status.COMPLETED, lease_until=None, finished_at=timezone.now()
    )
    expect(rows).to_contain_text("Completed", timeout=10_000)
    before = len(requests)
    page.wait_for_timeout(4000)
    assert len(requests) == before >= 3
