"""One window in which the states of pages are looked at, one after the other. A window of its own
is a new process of Chromium, which reads all styles and scripts anew: a fifth of what a state
costs.
"""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from tests.browser.trap import Trap

# In one way to the browser and back. Whether the window that opened this one still has hold of it is
# returned.
LEAVE = """() => {
    sessionStorage.clear();
    location.replace("about:blank");
    return window.opener?.seen === window;
}"""


class SharedWindow:
    """Between two tests it is empty: no page, nobody signed in, nothing that scripts stored.

    Another window opens it and stays, where axe stands (`axe.py`). They keep hold of each other as
    long as all pages say the same of Cross-Origin-Opener-Policy, which a static file does not.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.url, self.trap = url, Trap()
        self.opener = browser.new_context(base_url=url).new_page()
        self.opener.goto("/accounts/sign-in/")
        self.open()

    def open(self) -> None:
        with self.opener.expect_popup() as opened:
            self.opener.evaluate("() => { window.seen = window.open('about:blank') }")
        self.page: Page = opened.value
        self.trap.watch(self.page)
        self.storage = self.page.context.new_cdp_session(self.page)

    def leave(self) -> None:
        """What is on its way ends here, before the databases are emptied. It is left by the page
        itself: from a page of nobody Chromium would start a new process for the next one.
        """
        with self.page.expect_navigation(url="about:blank"):  # also where it is there already
            kept = self.page.evaluate(LEAVE)
        self.page.context.clear_cookies()
        self.storage.send("Storage.clearDataForOrigin", {"origin": self.url, "storageTypes": "all"})
        if not kept:
            self.page.close()
            self.open()
