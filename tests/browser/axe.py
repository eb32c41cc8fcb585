"""axe-core in the page. It is asked for the number of its objections first: to put its report
together, and to carry it, takes longer than to find nothing.
"""

from __future__ import annotations

import json
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
SCRIPT = AXE_SCRIPT + Path(__file__).with_name("contrast.js").read_text()


def violations(page: Page) -> str:
    """The report of what axe objects to in the page as it stands; empty when there is nothing."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(SCRIPT)
    count = "options => look(options).then(answer => answer.violations.length)"
    if not page.evaluate(count, COUNTED):
        return ""
    report = "options => look(options).then(({violations}) => JSON.stringify({violations}))"
    return str(AxeResults(json.loads(page.evaluate(report, OPTIONS))).generate_report())
