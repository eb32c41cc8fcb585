"""Every page of the resolver has its states in a module of its area; and what holds for all pages
alike.

A page that is added to the URLconf without a state fails the first test.
"""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser.conftest import Stage
from tests.browser.pages import (
    test_pages_certification,
    test_pages_elements,
    test_pages_follow_up,
    test_pages_opi,
    test_pages_people,
    test_pages_records,
    test_pages_roster_data,
    test_pages_rosters,
    test_pages_uploads,
    test_pages_validation,
)
from tests.browser.pages.test_pages_records import saved_record, search

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

STATES = {
    name
    for area in (
        test_pages_records,
        test_pages_roster_data,
        test_pages_rosters,
        test_pages_uploads,
        test_pages_validation,
        test_pages_certification,
        test_pages_elements,
        test_pages_follow_up,
        test_pages_opi,
        test_pages_people,
    )
    for name in area.STATES
}

WITHOUT_A_PAGE = {
    "status-board-file": "a file",
    "certification-receipt-pdf": "a file",
    "certification-changes-file": "a file",
    "certification-list-file": "a file",
    "certification-extract": "a file",
    "certifier-accept": "POST only, redirects",
    "home": "redirects to a district or to the choice of one",
    "stay-signed-in": "POST only",
    "follow-up-draw": "POST only, leads back to the list",
    "sign-on": "POST only, leads to the identity provider",
    "sign-on-invitation": "POST only, leads to the identity provider",
    "sign-on-connect": "POST only, leads to the identity provider",
    "sign-on-ended": "POST only, by the identity provider",
    "approvals": "leads to the first pathway",
    "approvals-csv": "a file",
    "districts-import-template": "a file",
    "audit-csv": "a file",
    "sign-ins-csv": "a file",
    "district-view-events-csv": "a file",
    "roster-worklist-file": "a file",
    "student-list-file": "a file",
    "school-file": "a file",
    "findings-file": "a file",
    "batch-queue-file": "a file",
    "people-file": "a file",
    "sign-on-duties-file": "a file",
    "district-people-file": "a file",
    "saved-lists": "POST only, leads back to the list",
    "saved-list": "leads to the list",
    "saved-list-remove": "POST only, leads back to the list",
    "opi-saved-lists": "POST only, leads back to the list",
    "opi-saved-list": "leads to the list",
    "opi-saved-list-remove": "POST only, leads back to the list",
    "admin:<path:object_id>/": "leads to the row's page",
    "admin:pathways_ruleseverity_history": "leads to the audit search",
    "admin:pathways_ruleseverity_delete": "never removed",
    "admin:pathways_pathway_history": "leads to the audit search",
    "admin:pathways_district_history": "leads to the audit search",
    "admin:pathways_schoolyear_history": "leads to the audit search",
    "admin:pathways_endstatus_history": "leads to the audit search",
    "admin:pathways_subjectpathway_history": "leads to the audit search",
    "admin:pathways_endstatus_delete": "one template with the pathway's",
    "admin:pathways_postprogramstatus_history": "leads to the audit search",
    "admin:pathways_subjectpathway_delete": "one template with the pathway's",
    "admin:pathways_postprogramstatus_delete": "one template with the pathway's",
    "admin:pathways_followupyear_history": "leads to the audit search",
    "admin:pathways_followupyear_delete": "never removed",
    "admin:pathways_district_delete": "one template with the pathway's",
    "admin:pathways_schoolyear_delete": "one template with the pathway's",
    "cte-record-restore": "POST only, redirects",
    "follow-up-hold": "POST only, redirects",
    "follow-up-take-back": "POST only, redirects",
    "follow-up-by-attempts": "POST only, redirects",
    "follow-up-contact-remove": "POST only, redirects",
    "follow-up-file": "a file",
    "district-defined-values": "a file",
    "finding-next": "leads to the next record",
    "explanation-take-back": "POST only, redirects",
    "batch-cancel": "POST only, redirects",
    "statewide-batch-cancel": "POST only, redirects",
    "statewide-failed-again": "POST only, redirects",
    "batch-again": "POST only, redirects",
    "batch-keep": "POST only, redirects",
    "batch-file": "a file",
    "mt-data-upload-template": "a file",
    "mfa_download_recovery_codes": "a file",
    "mt-data-upload-save": "POST only, redirects",
    "roster-take-back": "POST only, redirects",
    "roster-save": "POST only, redirects",
    "health-ready": "plain text for a watch",
    "metrics": "plain text for a watch",
    "news": "a part of a page",
    "news-put-away": "POST only, redirects",
    "roster-template": "a file",
}


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> set[str]:
    covered: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            covered |= names(
                pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space
            )
        else:
            covered.add(space + (pattern.name or str(pattern.pattern)))
    return covered


def test_every_page_has_its_states_here() -> None:
    assert names(get_resolver().url_patterns) == STATES | set(WITHOUT_A_PAGE)


def test_g_03_the_skip_link_is_the_first_stop_and_works(stage: Stage) -> None:
    page = stage.desk.glance(stage.clerk)
    page.goto("/cte-lingo/")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.textContent.trim()")
    assert focused.startswith("Skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('main') !== null || location.hash !== ''")


SEEN = """() => {
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


def test_g_03_focus_is_seen_and_never_under_the_bar(stage: Stage) -> None:
    page = stage.desk.glance(stage.clerk)
    page.goto(stage.record())
    page.evaluate("document.activeElement.blur()")
    for _ in range(70):
        page.keyboard.press("Tab")
        seen = page.evaluate(SEEN)
        if seen is not True:
            page.wait_for_timeout(500)  # the window may still be scrolling to it
            seen = page.evaluate(SEEN)
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
    page = stage.desk.glance(stage.clerk)
    page.goto(stage.record())
    box = page.get_by_role("button", name="Save", exact=True).bounding_box()
    assert box is not None and box["y"] + box["height"] <= 768


def test_p_09_nothing_is_kept_in_the_browser(stage: Stage) -> None:
    page = stage.desk.open(stage.clerk)
    search("kayla")(stage, page)
    saved_record(stage, page)
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, (await"
        " indexedDB.databases()).length]"
    )
    assert kept == [0, 0, 0]
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert set(cookies) <= {"sessionid", "csrftoken", "device"}
    page.goto("/accounts/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/sign-in/")
    for _ in range(2):
        # Not `go_back`: Chromium may be swapping the page's process just then and answers it with a
        # protocol error.
        with page.expect_navigation():
            page.evaluate("setTimeout(() => history.back())")
        assert "KAYLA" not in page.content()
