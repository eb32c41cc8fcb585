"""What a page must not do while a test looks at it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request


@dataclass
class Trap:
    """What a page must not do while it is looked at: speak on the console, open a dialog, ask in
    vain.

    Whoever asks another host asks in vain: the browser knows none (`tests/conftest.py`). To hear of
    each request that succeeds would be a message for each style sheet and script of a page.
    """

    heard: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("requestfailed", self._failed)

    def _failed(self, request: Request) -> None:
        if (
            request.failure != "net::ERR_ABORTED"
        ):  # the next page was asked for before this one's icon came
            self.heard.append(f"failed: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        expected = (  # the error pages themselves
            "Failed to load resource: the server responded with a status of 4"
        )
        if message.type in ("error", "warning") and not message.text.startswith(expected):
            self.heard.append(f"console: {message.text}")
