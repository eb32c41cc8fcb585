"""axe-core in the page. Only what it objects to comes back: to carry its whole answer takes longer
than to find it.
"""

from __future__ import annotations

import json

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}


def violations(page: Page) -> str:
    """The report of what axe objects to in the page as it stands; empty when there is nothing."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    results = json.loads(
        page.evaluate(
            "options => axe.run(options).then(found => JSON.stringify({violations:"
            " found.violations}))",
            OPTIONS,
        )
    )
    return AxeResults(results).generate_report() if results["violations"] else ""
