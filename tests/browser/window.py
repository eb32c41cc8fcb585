"""One window in which the states of pages are looked at, one after the other. A window of its own
is a new process of Chromium, which reads all styles and scripts anew: a fifth of what a state costs.
"""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from tests.browser.trap import Trap


class SharedWindow:
    """Between two tests it is empty: no page, nobody signed in, nothing that scripts stored."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url, self.trap = url, Trap(url)
        context = browser.new_context(base_url=url)
        self.page: Page = context.new_page()
        self.trap.watch(self.page)
        self.storage = context.new_cdp_session(self.page)

    def leave(self) -> None:
        """What is on its way ends here, before the databases are emptied. The picture is of the
        portal, as from a page of nobody Chromium would start a new process for the next one.
        """
        self.page.goto(f"{self.url}/static/img/favicon.svg")
        self.page.evaluate("sessionStorage.clear()")
        self.page.context.clear_cookies()
        self.storage.send("Storage.clearDataForOrigin", {"origin": self.url, "storageTypes": "all"})
