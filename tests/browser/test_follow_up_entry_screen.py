"""Follow-up Entry in a browser: by keyboard alone, pasted, taken back, on a narrow screen, and
without script.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from pathways.follow_up.drawing import follow_up_list
from pathways.models import Attempt, Outcome
from tests.browser.conftest import NARROW, Stage
from tests.pathways.follow_up.leavers import Leavers, open_list

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

ENTRY = "/districts/9012/2024/cte-follow-up/entry/"
WORK = "Employed, related to the pathway"
NAMES = ("Anderson", "Baker", "Clark")


@pytest.fixture(autouse=True)
def three(stage: Stage) -> None:
    open_list()
    leavers = Leavers(stage.cottonwood)
    for number, name in enumerate(NAMES):
        leavers.leaver(f"99900090{number}", last=name)
    leavers.seal()
    follow_up_list(leavers.scope)


def cell(page: Page, number: int, head: str = "Result") -> Locator:
    return page.get_by_label(f"{head}, {NAMES[number].upper()}, KAYLA", exact=True)


def test_results_are_typed_and_saved_by_keyboard_alone(stage: Stage) -> None:
    page = stage.desk.glance(stage.clerk, at=ENTRY)
    cell(page, 0).focus()
    page.keyboard.type("Employed, rel")
    expect(cell(page, 0)).to_have_value(WORK)
    page.keyboard.press("Enter")
    expect(cell(page, 1)).to_be_focused()
    page.keyboard.type("No an")
    for head in ("Means", "Date", "Note"):
        page.keyboard.press("Tab")
        expect(cell(page, 1, head)).to_be_focused()
    page.keyboard.type("Voice mail")
    page.keyboard.press("ArrowDown")
    expect(cell(page, 2, "Note")).to_be_focused()
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    expect(cell(page, 2, "Note")).to_have_value("")
    expect(page.get_by_text("3 fields changed, not saved")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("2 attempts saved.")).to_be_visible()
    tries = Attempt.objects.order_by("entry__student__state_id")
    assert list(tries.values_list("status", "note")) == [("04", ""), ("", "Voice mail")]
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 attempts taken back.")).to_be_visible()
    assert not Attempt.objects.standing().exists() and not Outcome.objects.exists()


def test_a_column_of_a_spreadsheet_is_pasted_and_filled_down(stage: Stage) -> None:
    page = stage.desk.glance(stage.clerk, at=ENTRY)
    cell(page, 0).focus()
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        f"{WORK}\nastronaut\nno answer\nno answer",
    )
    words = page.locator("[data-said]")
    expect(words).to_contain_text(
        "2 values pasted. 1 value cannot be read: row 2. 1 value left out"
    )
    expect(cell(page, 2)).to_have_value("No answer")
    cell(page, 0, "Means").select_option("Letter")
    page.get_by_role("button", name="Fill down").click()
    expect(words).to_contain_text("Letter filled down into 2 rows.")
    page.locator("[data-undo]").click()
    expect(cell(page, 2, "Means")).to_have_value("Phone call")
    expect(cell(page, 0, "Means")).to_have_value("Letter")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_narrow_screen_shows_cards_that_are_saved(script: bool, stage: Stage) -> None:
    page = stage.desk.glance(stage.clerk, at=ENTRY, size=NARROW, script=script)
    cell(page, 1).select_option(WORK)
    cell(page, 1, "Date").fill("13/45/2024")
    cell(page, 2).select_option(WORK)
    assert page.locator("main").evaluate("main => main.scrollWidth <= main.clientWidth")
    page.get_by_role("button", name="Save all attempts").click()
    expect(page.get_by_text("1 row not saved").first).to_be_visible()
    expect(cell(page, 1, "Date")).to_have_value("13/45/2024")
    expect(cell(page, 1, "Date")).to_be_focused()
    cell(page, 1, "Date").fill("")
    cell(page, 1, "Date").fill(cell(page, 0, "Date").input_value())
    page.get_by_role("button", name="Save all attempts").click()
    expect(page.get_by_text("1 attempt saved.")).to_be_visible()
    assert Outcome.objects.count() == 2
