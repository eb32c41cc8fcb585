"""What a state of a page is, what it is built from, and how it is judged: by axe, headings, titles,
320 pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from cte_portal.batches.running import run
from pathways.resync.batches import submit_resync
from pathways.resync.object_types import NAMES
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, Stage

# Windows as tall as most pages are there: to lay out and draw a page once more costs as much as to
# ask for it.
MIDDLING = {"width": 1280, "height": 1600}
SLIM = {"width": NARROW["width"], "height": 2000}


@dataclass(frozen=True)
class State:
    name: str
    visit: Callable[[Stage, Page], None]
    who: str = "clerk"


def at(address: Callable[[Stage], str] | str) -> Callable[[Stage, Page], None]:
    def visit(stage: Stage, page: Page) -> None:
        page.goto(address if isinstance(address, str) else address(stage))

    return visit


def resync(stage: Stage, *names: str) -> None:
    assert run(submit_resync(stage.cottonwood.scope, names or NAMES, by=stage.clerk).pk)


def without_violations(page: Page) -> None:
    """Judged in a window as tall as the page: what the bar at the bottom half covers is reached by
    scrolling, and axe does not scroll.
    """
    window = page.viewport_size
    unfold(page, page.evaluate(HEIGHT))
    problems = violations(page)
    page.set_viewport_size(window)  # type: ignore[arg-type]
    assert not problems, problems


HEIGHT = "document.documentElement.scrollHeight"
ROOM = 200  # for what is as tall as the window


def unfold(page: Page, height: int) -> None:
    window = page.viewport_size
    assert window
    if window["height"] < height:
        page.set_viewport_size({**window, "height": height + ROOM})


def well_built(page: Page) -> int:
    """The page's height is returned."""
    built = page.evaluate(BUILT)
    levels = built["levels"]
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), levels
    assert built["title"].endswith("CTE Portal")
    assert built["sideways"] <= 0, f"{built['sideways']} pixels wider than the window"
    assert built["small"] == []
    assert built["empty"] == [], "a choice of nothing"
    return int(built["height"])


# Asked in one go: each question is a way to the browser and back.
BUILT = """() => {
    const all = selector => [...document.querySelectorAll(selector)], shown = element => element.outerHTML.slice(0, 80);
    return {
        title: document.title,
        height: document.documentElement.scrollHeight,
        levels: all("h1, h2, h3, h4").map(heading => Number(heading.tagName[1])),
        sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        small: all("main button, main .btn").filter(one => one.offsetParent && (one.offsetHeight < 24 || one.offsetWidth < 24)).map(shown),
        empty: all("select:not(:has(option))").map(shown),
    };
}"""


def each(states: dict[str, list[State]]) -> pytest.MarkDecorator:
    """A test for each state of these pages."""
    missing = [
        pytest.param(state, id=f"{name}: {state.name}")
        for name, of_it in states.items()
        for state in of_it
    ]
    return pytest.mark.parametrize("state", missing)


def look(state: State, stage: Stage) -> None:
    """At 1280 pixels and at 320, as the role that sees most."""
    user = stage.people.get(state.who)
    page = stage.desk.glance(user, size=MIDDLING, at="" if user else "/")
    state.visit(stage, page)
    judged(page)


def judged(page: Page) -> None:
    """As the page stands, and at 320 pixels; it is left in that width."""
    for size in (None, SLIM):
        if size:
            page.set_viewport_size(size)  # type: ignore[arg-type]
        unfold(page, well_built(page))
        problems = violations(page)
        assert not problems, problems
