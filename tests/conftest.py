"""What every test stands on: both databases, a fast password hasher, and a browser that may be
missing only where that is said.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.cache import cache
from django.test.utils import teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.watch.models import Service
from cte_portal.watch.service import service
from tests import chromium
from tests.fixtures.once import asked_elsewhere, once
from tests.fixtures.quick import migrated

pytest_plugins = [
    "tests.fixtures.quick.frames",
    "tests.fixtures.quick.standing",
    "tests.fixtures.services.bucket",
    "tests.fixtures.records",
    "tests.fixtures.resync",
    "tests.fixtures.people",
    "tests.fixtures.flush",
    "tests.fixtures.static",
    "tests.fixtures.quick.contexts",
    "tests.fixtures.quick.middleware",
    "tests.fixtures.quick.sqlite",
    "tests.fixtures.quick.plans",
    "tests.fixtures.markers",
    "tests.fixtures.uploads",
    "tests.fixtures.certification",
    "tests.pathways.follow_up.leavers",
    "tests.pathways.uploads.fall.files",
    "tests.laid_out",
    "tests.fixtures.validation",
]

# How long an example takes to make or to run says how busy the machine is.
hypothesis.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("portal")

CHROMIUM = chromium.find()
# What Chromium does without. The last costs a tenth of the time for each page: the next document of
# a window takes the place of the one before, instead of a frame that is made for it. The others are
# Playwright's, whose own list is not asked when there is another one.
FEATURES_OFF = (
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "RenderDocument",
)
IN_CI = bool(os.environ.get("CI"))
BOTH = ["default", "state"]
TESTS = Path(__file__).resolve().parent

# Playwright's own loop runs in the thread of the test; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("PORTAL_LANE") == "postgresql" and "postgresql" not in str(
        portal.DATABASES["default"]["ENGINE"]
    ):
        raise pytest.UsageError(
            "The PostgreSQL lane has no DATABASE_URL: it would only repeat the suite on SQLite."
        )
    portal.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for database in portal.DATABASES.values():
        if begin := database.get("OPTIONS", {}).get("init_command"):
            # Nobody needs these files after a power failure.
            database["OPTIONS"]["init_command"] = begin.replace("=NORMAL", "=OFF")
    portal.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    portal.MEDIA_ROOT = migrated.OF_RUN / f"files-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    portal.VIEWS_WRITTEN_EVERY = 0
    portal.JOBS_A_MINUTE = portal.JOBS_WAITING = 1_000_000
    portal.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(
        reason="Chromium is not installed (Debian: apt-get install npm, or chromium)"
    )
    of_one_vendor = {path: once(path.relative_to(TESTS)) for path in {item.path for item in items}}
    for item in items:
        if of_one_vendor[item.path]:
            item.add_marker(pytest.mark.once)
        if asked_elsewhere(item.nodeid):
            item.add_marker(pytest.mark.asked_elsewhere)
        names = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") is None and names & {
            "db",
            "client",
            "transactional_db",
        }:
            item.add_marker(pytest.mark.django_db(databases=BOTH))
        if item.get_closest_marker("browser") and CHROMIUM is None and not IN_CI:
            item.add_marker(missing)
    # What flushes the databases runs last, the browser last of all; but no core waits at the end for
    # a test of a quarter of a minute.
    items.sort(
        key=lambda item: (
            bool(item.get_closest_marker("browser")),
            _turn(item),
            not item.get_closest_marker("fresh"),
        )
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files of which no test is wanted (`-m "not once"`) are not read."""
    if "not once" not in str(config.option.markexpr).split(" and ") or collection_path.is_dir():
        return None
    return once(collection_path.relative_to(TESTS)) or None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collecting throws nothing away, so nobody looks for it meanwhile."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """The portal and the five thousand tests stay until the end: nobody looks through them for what
    could be thrown away, and seldom through what a test left. To look once before would cost more
    time than the room that little rubbish takes is worth.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # a test leaves little, and seldom in a circle


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        migrated.drop()


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("long"):
        return 1
    if _commits(item):
        return 3
    return 0 if item.get_closest_marker("fresh") else 2


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    with django_db_blocker.unblock():
        databases = migrated.set_up()
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


@pytest.fixture(autouse=True, scope="session")
def passing_files_lie_beside_the_databases(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A workbook is put together of nine files, each of which goes again at once: to remove them
    from a disk costs more than to write them. A test's own folder stays where pytest has it.
    """
    tmp_path_factory.getbasetemp()
    migrated.OF_RUN.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(migrated.OF_RUN))
        yield


@pytest.fixture(autouse=True)
def open_for_all() -> None:
    """No test pays for asking whether the portal is open."""
    service.remember(Service(), 1000)


@pytest.fixture(autouse=True)
def nobody_has_tried_to_sign_in() -> None:
    """The limits of sign-in count by the minute, over tests too: on a quick machine more than sixty
    sign in.
    """
    cache.clear()


@pytest.fixture(autouse=True)
def nobody_has_viewed_anything() -> None:
    """A process remembers what it noted today; people of another test may have the same numbers."""
    VIEW_LOG.forget()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    arguments = [
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        # Pages are laid out, and hit where they are clicked, but their pixels nobody looks at: there
        # is no room for any, so that none are drawn.
        "--force-gpu-mem-available-mb=0",
        # A window of its own needs a process; with few of them allowed it costs less (measured).
        "--renderer-process-limit=1",
        f"--disable-features={','.join(FEATURES_OFF)}",
        # A page that asks another host asks in vain, which the trap hears (`trap.py`).
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        # Axe, which stays for the whole run (`window.py`), has room enough for its rubbish.
        "--js-flags=--min-semi-space-size=32",
    ]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}
