"""A real Chromium at the portal's pages, with the guide's student in a district of its own."""

from __future__ import annotations

import datetime
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    Route,
    sync_playwright,
)

from cte_portal.accounts.models import SignInEvent, User
from pathways.ledger import ledger, staging
from pathways.models import Change, Pathway, Student
from tests.browser.trap import Trap
from tests.browser.window import SharedWindow
from tests.fixtures import people, records
from tests.fixtures.quick.kept import Kept
from tests.fixtures.quick.worlds import Standing
from tests.fixtures.records import BUSINESS, HEALTH, District_, row

WIDE = {"width": 1366, "height": 768}
NARROW = {"width": 320, "height": 640}
SAME_SCRIPT = Path(__file__).parent / "same_script.cjs"


def held_back(late: float) -> Callable[[Route], None]:
    starts: list[float] = []

    def wait(route: Route) -> None:
        starts.append(time.monotonic())
        time.sleep(max(0, starts[0] + late - time.monotonic()))
        route.continue_()

    return wait


@dataclass
class Desk:
    """A browser window at the portal."""

    browser: Browser
    url: str
    trap: Trap
    shared: Callable[[], SharedWindow]
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        user: User | None = None,
        *,
        script: bool = True,
        size: dict[str, int] = WIDE,
        at: str = "/",
        late: float = 0,
        **options: object,
    ) -> Page:
        """A new window, signed in as `user`, at that person's home page.

        On a slow line styles and scripts arrive together, `late` seconds after the first of them
        was asked for.
        """
        context = self.browser.new_context(
            java_script_enabled=script, viewport=size, base_url=self.url, **options
        )  # type: ignore[arg-type]
        self.contexts.append(context)
        if late:
            context.route("**/static/**", held_back(late))
        page = context.new_page()
        self.trap.watch(page)
        if user is not None:
            self._sign_in(context, user)
        if at:
            page.goto(at)
        return page

    def glance(
        self,
        user: User | None = None,
        *,
        script: bool = True,
        size: dict[str, int] = WIDE,
        at: str = "/",
    ) -> Page:
        """The shared window, signed in as `user`: for a test that opens pages, and adds nothing to
        the window itself. Without script it is a window of its own.
        """
        if not script:
            return self.open(user, script=False, size=size, at=at)
        page = self.shared().page
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if user is not None:
            self._sign_in(page.context, user)
        if at:
            page.goto(at)
        return page

    def _sign_in(self, context: BrowserContext, user: User) -> None:
        """By a session such as the sign-in page makes, which has tests of its own: to ask it for
        one costs as much as most pages.
        """
        client = Client()
        client.force_login(user)
        SignInEvent.objects.note(SignInEvent.Act.SIGNED_IN, user, "127.0.0.1")
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": session.key, "value": session.value, "url": self.url}])


ACTS = ("click", "check", "uncheck", "press", "select_option", "set_input_files")
READS = (
    "all",
    "all_inner_texts",
    "all_text_contents",
    "bounding_box",
    "count",
    "evaluate",
    "evaluate_all",
    "get_attribute",
    "inner_text",
    "input_value",
    "is_checked",
    "is_disabled",
    "is_enabled",
    "is_visible",
    "text_content",
)


@pytest.fixture(autouse=True)
def _hands_and_eyes_wait_until_the_page_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text is found while its style sheet is still on the way; a click at that moment meets another
    place of the page than the one it was meant for. What is read while the next page is on its way
    is read from an empty one.
    """

    def standing(act: Callable[..., object]) -> Callable[..., object]:
        def wait_and_act(locator: Locator, *arguments: object, **options: object) -> object:
            locator.page.wait_for_load_state()
            return act(locator, *arguments, **options)

        return wait_and_act

    for name in (*ACTS, *READS):
        monkeypatch.setattr(Locator, name, standing(getattr(Locator, name)))
    own_content = Page.content

    def standing_content(page: Page) -> str:
        page.wait_for_load_state()
        return own_content(page)

    monkeypatch.setattr(Page, "content", standing_content)


@pytest.fixture(scope="session", autouse=True)
def the_server_keeps_its_connections() -> None:
    """On SQLite as on PostgreSQL: a thread that answers several pages opens both databases once."""
    for database in connections.settings.values():
        database["CONN_MAX_AGE"] = database["CONN_MAX_AGE"] or 600


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright as it comes, but for the number of a page in the script that it runs there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODE_OPTIONS", f'--require="{SAME_SCRIPT}"')
        driver = sync_playwright().start()
    yield driver
    driver.stop()


@pytest.fixture(scope="session")
def shared_window(
    browser: Browser, live_server: object, django_db_setup: None
) -> Iterator[Callable[[], SharedWindow]]:
    """Opened by the first test that looks through it, and closed before the databases are dropped:
    the server's threads hold them for as long as they wait for its next page.
    """
    window = cache(lambda: SharedWindow(browser, live_server.url))  # type: ignore[attr-defined]
    yield window
    if window.cache_info().currsize:
        window().opener.context.close()
        for thread in threading.enumerate():
            if "process_request_thread" in thread.name:
                thread.join(timeout=30)


@pytest.fixture
def desk(
    browser: Browser, live_server: object, shared_window: Callable[[], SharedWindow]
) -> Iterator[Desk]:
    url = live_server.url  # type: ignore[attr-defined]
    used: list[SharedWindow] = []

    def shared() -> SharedWindow:
        used.append(shared_window())
        return used[0]

    desk = Desk(browser, url, Trap(), shared)
    yield desk
    for context in desk.contexts:
        context.close()
    for window in used[:1]:
        window.leave()
        desk.trap.heard += window.trap.heard
        window.trap.heard.clear()
    assert desk.trap.heard == []


@pytest.fixture
def guides_student(cottonwood: District_) -> Student:
    """ANDERSON, KAYLA R. as the guide shows her before the edit."""
    kayla = cottonwood.student("999000123", middle_name="Rae")
    health = {
        "start_date": datetime.date(2022, 7, 14),
        "in_district_credits": Decimal("1.50"),
        "version": None,
    }
    business = {
        "start_date": datetime.date(2024, 7, 8),
        "in_district_credits": Decimal("0.50"),
        "single_parent": True,
        "version": None,
    }

    def enter(name: str, values: dict[str, object], day: datetime.date, end_year: int) -> None:
        typed = row(
            kayla,
            name,
            **values,
            modified_at=datetime.datetime(day.year, day.month, day.day, 19, 0, tzinfo=datetime.UTC),
            modified_date=day,
            modified_by="KELLER, DANIEL",
            modified_end_year=end_year,
        )
        ledger.apply(
            cottonwood.scope,
            staging.stage([typed]),
            by="KELLER, DANIEL",
            source=Change.Source.DEMO,
            checked=None,
        )

    enter(
        HEALTH, {**health, "in_district_credits": Decimal("0.50")}, datetime.date(2022, 9, 1), 2023
    )
    enter(HEALTH, health, datetime.date(2024, 7, 8), 2024)
    enter(BUSINESS, business, datetime.date(2025, 5, 8), 2025)
    return kayla


@pytest.fixture
def classmates(cottonwood: District_, guides_student: Student) -> list[Student]:
    """A dozen more students, most with a record, so that lists have neighbours."""
    names = [
        ("Adkins", "Hannah"),
        ("Allan", "Piper"),
        ("Aman", "Tessa"),
        ("Anders", "Cole"),
        ("Anderson", "Josie"),
        ("Anderson", "Wyatt"),
        ("Andrews", "Lena"),
        ("Ankeny", "Ruth"),
        ("Anselmo", "Mateo"),
        ("Banner", "Grace"),
        ("O’Neil", "José"),
        ("Whitefeather", "Rose"),
    ]
    students = [
        cottonwood.student(f"9990002{number:02d}", last, first)
        for number, (last, first) in enumerate(names)
    ]
    ledger.apply(
        cottonwood.scope,
        staging.stage(
            [row(student, version=None) for number, student in enumerate(students) if number % 3]
        ),
        by="MARTIN, CHERYL",
        source=Change.Source.DEMO,
        checked=None,
    )
    return students


@pytest.fixture
def today() -> Callable[[], str]:
    return lambda: f"{timezone.localdate():%m/%d/%Y}"


@dataclass
class Stage:
    """What the states are built from."""

    desk: Desk
    cottonwood: District_
    clerk: User
    people: dict[str, User]
    kayla: Student
    elsewhere: District_

    def health(self) -> int:
        return Pathway.objects.get(name=HEALTH).pk

    def address(self, *parts: object) -> str:
        return "/districts/9012/2025/" + "".join(f"{part}/" for part in parts)

    def record(self, *parts: object) -> str:
        return self.address("cte-concentrator", self.kayla.pk, self.health(), *parts)


CAST = ("clerk", "viewer", "opi", "keeper", "administrator", "nobody", "school_viewer")


def _rows() -> dict[str, object]:
    standing = Standing(people, records, sys.modules[__name__])
    names = ("cottonwood", "elsewhere", *CAST, "guides_student", "classmates")
    return {name: standing[name] for name in names}


ROWS = Kept(_rows)
"""What five hundred tests begin with."""


@pytest.fixture
def stage(desk: Desk) -> Stage:
    cast = ROWS.take()
    return Stage(
        desk,
        cast["cottonwood"],
        cast["clerk"],
        {name: cast[name] for name in CAST},
        cast["guides_student"],
        cast["elsewhere"],
    )
