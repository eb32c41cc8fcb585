"""What judges the pages sees what is wrong with them, at either width."""

from __future__ import annotations

from itertools import product

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.axe import OPTIONS, place_of_axe, violations
from tests.browser.conftest import NARROW, Desk, Stage
from tests.browser.pages.states import MIDDLING, judged

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]

SOUND = """<!doctype html><html lang="en"><head><title>Sound – CTE Portal</title>
<meta name="viewport" content="width=device-width"></head><body><main>
<h1>Sound</h1><p>First words that can be read.</p><p class="pale">Second words that can be read.</p>
<div class="dark"><p>Third words that can be read.</p></div>
<div class="behind"></div><p class="over">Fourth words that can be read.</p>
<p><button type="button" class="target"><span class="name">Save</span></button></p>
<p><a class="target" href="/a/">A</a><a class="target" href="/b/">B</a></p>
<div class="wide"></div></main></body></html>"""
SHEET = (
    ".target { display: inline-block; width: 30px; height: 30px } "
    ".behind { position: absolute; width: 90%; height: 4em } .over { position: relative } "
)
# Past the policy of the page that opened the window: it refuses styles that stand in a page.
STYLED = """styles => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets = [sheet];
}"""
WIDTHS = {"at 1280": "(min-width: 321px)", "at 320": "(max-width: 320px)"}
FAULTS = {
    "color-contrast": ".pale { color: #bbb }",
    "color-contrast, on dark ground": ".dark { background: #333 }",
    "color-contrast, on what is no ancestor": ".behind { background: #333 }",
    "color-contrast, half seen": ".pale { opacity: 0.4 }",
    "target-size": "a.target { width: 9px; height: 9px }",
    "button-name": ".name { display: none }",
    "pixels wider than the window": ".wide { width: 1400px; height: 1px }",
}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_at_one_width_alone_is_seen(fault: str, width: str, desk: Desk) -> None:
    page = desk.glance(size=MIDDLING, at="")
    page.set_content(SOUND)
    page.evaluate(STYLED, SHEET)
    judged(page)
    page.set_viewport_size(MIDDLING)  # type: ignore[arg-type]
    page.evaluate(STYLED, SHEET + f"@media {width} {{ {FAULTS[fault]} }}")
    with pytest.raises(AssertionError, match=fault.partition(",")[0]):
        judged(page)


SPOIL = """() => {
    let state = 1;
    const chance = under => (state = (state * 48271) % 2147483647) % under;
    const pick = list => list[chance(list.length)];
    const colors = ["#fff", "#ccc", "#888", "#777", "#555", "#000", "#0a58ca", "rgba(0, 0, 0, .5)", "rgba(255, 255, 255, .6)", "transparent"];
    const changes = [
        style => style.color = pick(colors), style => style.backgroundColor = pick(colors), style => style.opacity = pick([".3", ".6", ".9"]),
        style => style.textShadow = `0 0 ${chance(3)}px ${pick(colors)}`, style => style.fontSize = pick(["8px", "20px", "30px"]),
        style => style.fontWeight = pick(["400", "700"]), style => style.marginTop = `-${chance(30)}px`,
        style => { style.position = "relative"; style.top = `${chance(40) - 20}px`; style.zIndex = pick(["-1", "0", "2"]) },
        style => style.backgroundImage = "linear-gradient(#000, #fff)", style => style.mixBlendMode = pick(["multiply", "screen"]),
        style => style.pointerEvents = "none", style => style.cssFloat = "left", style => style.visibility = "hidden",
        style => style.webkitTextFillColor = pick(colors), style => style.transform = "translateX(9px)",
    ];
    for (const element of document.body.querySelectorAll("*")) if (!chance(9)) pick(changes)(element.style);
}"""
OBJECTIONS = """options => %s(options).then(answer => answer.violations.filter(rule => rule.id === "%s")
    .flatMap(rule => rule.nodes.map(node => String(node.target))).sort())"""


def objections(page: Page, run: str, rule: str = "color-contrast") -> list[str]:
    answer: list[str] = page.evaluate(OBJECTIONS % (run, rule), OPTIONS)
    return answer


def test_asked_of_one_text_of_its_kind_axe_objects_to_the_same_texts(stage: Stage) -> None:
    """A page with changes to a ninth of its elements, judged with axe as it comes and as here."""
    page = stage.desk.glance(stage.clerk, size=MIDDLING, at=stage.record())
    page.evaluate(SPOIL)
    for width in (MIDDLING["width"], NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 3000})
        assert violations(page)
        here = objections(place_of_axe(page), "look")
        page.evaluate(AXE_SCRIPT)
        assert len(here) > 4 and here == objections(page, "axe.run")


def test_asked_how_far_away_small_targets_are_axe_objects_to_the_same_ones(desk: Desk) -> None:
    """Beside each other, small ones and large ones; and a small one alone."""
    page = desk.glance(size=MIDDLING, at="")
    pairs = [*product(("large", "small"), repeat=2), ("small",)]
    lines = (
        "".join(f'<a class="target {size}" href="/{size}/">A</a>' for size in pair)
        for pair in pairs
    )
    page.set_content(SOUND.replace("</main>", "".join(f"<p>{line}</p>" for line in lines)))
    page.evaluate(STYLED, SHEET + "a.small { width: 9px; height: 9px }")
    here = objections(place_of_axe(page), "look", "target-size")
    page.evaluate(AXE_SCRIPT)
    assert len(here) == 4 and here == objections(page, "axe.run", "target-size")


def test_a_page_that_asks_another_host_is_heard(desk: Desk) -> None:
    page = desk.open(at="")
    heard = desk.trap.heard
    with page.expect_event("requestfailed"):
        page.set_content('<img src="https://pictures.example.org/a.png" alt="">')
    assert "failed: https://pictures.example.org/a.png" in heard
    heard.clear()
