"""Where the Tab key alone leads."""

from __future__ import annotations

from playwright.sync_api import ElementHandle, Error, Locator, Page

MOST = 150
FOCUSED = "element => element.isConnected ? element === document.activeElement : null"


def tab_to(page: Page, target: Locator) -> None:
    """The element is looked for by its role and name once, and not after each key: to name all
    elements of a page takes longer than to go to the next one.
    """
    element = target.element_handle()
    for _ in range(MOST):
        has_focus = is_focused(element)
        if has_focus is None:
            page.wait_for_load_state()
            element = target.element_handle()
        elif has_focus:
            return
        else:
            page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reaches {target}")


def is_focused(element: ElementHandle) -> bool | None:
    """None where the element is gone: another stands in its place, or on the next page."""
    try:
        return element.evaluate(FOCUSED)  # type: ignore[no-any-return]
    except Error:
        return None
