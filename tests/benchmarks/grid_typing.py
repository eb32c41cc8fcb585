"""Typing in CTE Roster Entry, key by key, in Chromium; by hand, beside a portal that `manage.py up`
runs with practice data:

    .venv/bin/python tests/benchmarks/grid_typing.py http://127.0.0.1:8000

The grid shows 200 rows. KEYS (120) keys are typed, a digit and Enter by turns, down a column. A key
costs what the page's main thread works for it (scripts, styles, layout, paint), by its processor
time, so that what else the machine does adds nothing; times SLOWER (4) it is what a slow Chromebook
takes. Beside it stands what a person waits there until the key is painted, by Event Timing, with
the browser slowing the page that many times: only an idle machine says something by it.
"""

from __future__ import annotations

import os
import statistics
import sys

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests import chromium

LIMIT = 50
PASSPHRASE = os.environ.get("PASSPHRASE", "open range, quiet light")  # of the practice data
SLOWER, KEYS = int(os.environ.get("SLOWER", "4")), int(os.environ.get("KEYS", "120"))
PARTS = ("TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration")
WATCH = """() => {
    window.keys = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.keys.push([entry.name, entry.duration, entry.processingEnd - entry.processingStart]);
    }).observe({type: "event", durationThreshold: 16, buffered: false});
}"""


def grid(page: Page, base: str) -> int:
    """Sign in as the administrator of the practice data, and open 200 rows; how many there are."""
    page.goto(base)
    page.locator("input[name=login], input[name=username]").first.fill("dadmin")
    page.locator("input[type=password]").first.fill(PASSPHRASE)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url("**/districts/**")
    home = page.url.split("?")[0]
    page.goto(f"{home}cte-roster-entry/")
    school = page.locator("select[name=school] option[value]:not([value=''])").first
    page.goto(f"{home}cte-roster-entry/?school={school.get_attribute('value')}&rows=200")
    return page.locator("[data-row]").count()


def typed(page: Page) -> list[tuple[str, float, float]]:
    """(name of the event, until the next paint, in the page's own scripts), in milliseconds. What
    is quicker than 16 ms the browser does not tell.
    """
    page.evaluate(WATCH)
    page.locator("[data-column=in_district_credits]").first.focus()
    for at in range(KEYS):
        page.keyboard.press("Enter" if at % 2 else "1")
        page.wait_for_timeout(60)
    page.wait_for_timeout(500)
    events: list[tuple[str, float, float]] = page.evaluate("window.keys")
    return events


def worked(page: Page, session: CDPSession) -> dict[str, float]:
    """Seconds of the main thread's processor time that a key costs, by what it works on."""
    page.locator("[data-column=in_district_credits]").first.focus()
    page.wait_for_timeout(500)
    before = metrics(session)
    for at in range(KEYS):
        page.keyboard.press("Enter" if at % 2 else "1")
        page.wait_for_timeout(30)
    after = metrics(session)
    return {name: (after[name] - before[name]) / KEYS for name in PARTS}


def metrics(session: CDPSession) -> dict[str, float]:
    answer = session.send("Performance.getMetrics")
    return {metric["name"]: metric["value"] for metric in answer["metrics"]}


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        rows = grid(page, sys.argv[1])
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        cost = worked(page, session)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        events = [event for event in typed(page) if event[0] in ("keydown", "input")]
        browser.close()
    whole = cost["TaskDuration"] * 1000
    print(
        f"{rows} rows, {KEYS} keys: {whole:.1f} ms a key, × {SLOWER} {whole * SLOWER:.0f} ms (limit {LIMIT})"
    )
    parts = ", ".join(f"{name} {cost[name] * 1000:.1f}" for name in PARTS[1:])
    print(f"of them: {parts} ms")
    paints = sorted(paint for _, paint, _ in events)
    if paints:
        print(
            f"slowed {SLOWER} times, until painted: median {statistics.median(paints):.0f} ms, 95th of 100"
            f" {paints[int(len(paints) * 0.95) - 1]:.0f} ms"
        )


if __name__ == "__main__":
    main()
