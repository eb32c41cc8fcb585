"""axe-core at the page. It is asked for the number of its objections first: to put its report
together, and to carry it, takes longer than to find nothing.

It looks from the page's own window, or from the window that opened it and stays (`window.py`): what
axe is made of is read and compiled there once, and not in each page.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
# Style sheets are read again for a rule in trial alone, which no tag above asks for.
COUNTED = {
    **OPTIONS,
    "preload": {"assets": ["media"]},
    "reporter": "no-passes",
    "selectors": False,
}
# All of axe is one function of a window. `aim` has it look at another one; and it remembers as
# `memory.js` does.
CHANGES = {
    r"(!function \w+\(window\)\{var (\w+)=window,document=window\.document;)": (
        r"\1window.aim=other=>{\2=window=other;document=other.document};"
    ),
    r"\(0,\w+\.default\)\((\w+)\)(?=,axe\._memoizedFns\.push\()": r"remembering(\1)",
}


def changed() -> str:
    script = AXE_SCRIPT
    for place, words in CHANGES.items():
        script, places = re.subn(place, words, script)
        assert places == 1
    return script


HERE = Path(__file__).parent
AFTER = ("contrast.js", "targets.js")
SCRIPT = "".join(
    [(HERE / "memory.js").read_text(), changed(), *((HERE / name).read_text() for name in AFTER)]
)


# One way to the browser and back, where axe stands already.
COUNT = """options => {
    const place = window.opener?.seen === window ? window.opener : window;
    return place.objections ? place.objections(options) : null;
}"""


def violations(page: Page) -> str:
    """The report of what axe objects to in the page as it stands; empty when there is nothing."""
    number = page.evaluate(COUNT, COUNTED)
    if number is None:
        place_of_axe(page)
        number = page.evaluate(COUNT, COUNTED)
    if not number:
        return ""
    report = "options => look(options).then(({violations}) => JSON.stringify({violations}))"
    answer = json.loads(place_of_axe(page).evaluate(report, OPTIONS))
    return str(AxeResults(answer).generate_report())


def place_of_axe(page: Page) -> Page:
    """The window from which axe looks at this one."""
    opener = page.opener() if page.evaluate("window.opener?.seen === window") else None
    place = opener or page
    if place.evaluate("typeof look === 'undefined'"):
        place.evaluate(SCRIPT)
    return place
