"""What a state of a page is, what it is built from, and how it is judged: by axe, headings, titles, 320 pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from cte_portal.batches.job import run
from pathways.objects import NAMES
from pathways.sending import submit_resync
from tests.browser.axe import violations
from tests.browser.conftest import NARROW, Stage


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
    """Judged in a window as tall as the page: what the bar at the bottom half covers is reached by scrolling, and axe does not scroll."""
    window = page.viewport_size
    assert window
    page.set_viewport_size({"width": window["width"], "height": page.evaluate("document.documentElement.scrollHeight + 200")})
    found = violations(page)
    page.set_viewport_size(window)
    assert not found, found


def well_built(page: Page, narrow: bool) -> None:
    assert page.locator("h1").count() == 1
    levels = [int(heading.evaluate("h => h.tagName[1]")) for heading in page.locator("h1, h2, h3, h4").all()]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), levels
    assert page.title().endswith("CTE Portal")
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{sideways} pixels wider than the window"
    if not narrow:
        page.keyboard.press("Tab") if not page.evaluate("document.activeElement !== document.body") else None
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main .btn")].filter(button => button.offsetParent
            && (button.offsetHeight < 24 || button.offsetWidth < 24)).map(button => button.outerHTML.slice(0, 80))"""
    )
    assert small == []
    assert page.locator("select:not(:has(option))").count() == 0, "a choice of nothing"


def each(states: dict[str, list[State]]) -> pytest.MarkDecorator:
    """A test for each state of these pages."""
    found = [pytest.param(state, id=f"{name}: {state.name}") for name, of_it in states.items() for state in of_it]
    return pytest.mark.parametrize("state", found)


def look(state: State, stage: Stage) -> None:
    """At 1280 pixels and at 320, as the role that sees most."""
    user = stage.people.get(state.who)
    page = stage.desk.open(user, size={"width": 1280, "height": 800}, at="" if user else "/")
    state.visit(stage, page)
    without_violations(page)
    well_built(page, narrow=False)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    without_violations(page)
    well_built(page, narrow=True)
