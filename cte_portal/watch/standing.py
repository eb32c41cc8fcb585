"""How the portal stands now, part by part: the one answer of `health/ready`, OPI's health page,
`manage.py status` and the metrics.

It is asked often, so it reads a few rows and no large table. What takes longer (mail server,
broker) is looked at by the dispatcher, which leaves a `Checkup`.
"""

from __future__ import annotations

import datetime
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.utils import timezone

from cte_portal.connection import answers as answers_in_time
from cte_portal.editions import Edition
from cte_portal.plugs import plugs
from cte_portal.watch.heartbeat import EVERY
from cte_portal.watch.looks.store import bucket, room
from cte_portal.watch.models import Checkup, Heartbeat
from cte_portal.watch.reading import Level, Reading
from cte_portal.watch.schema import misfit
from cte_portal.watch.service import service

log = logging.getLogger("cte_portal.watch")

PATIENCE = 2
"""Seconds that a database has for its answer; whoever watches waits no longer than 10 for all of
them.
"""
SILENT = datetime.timedelta(seconds=3 * EVERY)
LITTLE, NOTHING = 1_000_000_000, 50_000_000
"""Bytes free: an upload of the largest size no longer fits, and nothing does."""
QUEUES = ("district", "statewide")
CHECKUPS = {
    "mail": ("Mail server", None),
    "broker": ("Broker", None),
    "store": ("File store", None),
    "verify_sealed": ("Check of the sealed copies", datetime.timedelta(days=2)),
    "backup": ("Backup", datetime.timedelta(days=2)),
    "restore_drill": ("Restore drill", datetime.timedelta(days=40)),
}
"""What is shown as what, and after how long an old result is no result any more. The dispatcher's
looks do not grow old: a dispatcher that is dead is said by itself.
"""

_migrated: set[str] = set()  # what has been migrated once stays so while this process lives


def standing() -> list[Reading]:
    """Every part, the worst first. Where the District edition is away nothing else is known."""
    district = list(_database(Edition.DISTRICT, Level.DOWN, "Nobody can work."))
    readings = [*district, *_looked_at("Files", files)]
    readings += _database(
        Edition.STATE,
        Level.DEGRADED,
        "Sending, reports at the state and certifying wait. Entering and uploading go on.",
    )
    if all(reading.level is Level.GOOD for reading in district):
        readings += _looked_at("Cache", cache)
        for name, ask in (
            ("Service", opened),
            ("Processes", processes),
            ("Checks", checkups),
            *_of_the_apps(),
        ):
            readings += _looked_at(name, ask)
    return sorted(readings, key=lambda reading: -reading.level)


def verdict(readings: Iterable[Reading]) -> Level:
    return max((reading.level for reading in readings), default=Level.GOOD)


def names_at(readings: Iterable[Reading], level: Level) -> list[str]:
    return [reading.name for reading in readings if reading.level is level]


def _of_the_apps() -> Iterator[tuple[str, Callable[[], Iterable[Reading]]]]:
    for plug in plugs():
        for ask in plug.watched:
            yield ask.__name__.replace("_", " ").capitalize(), ask


def _looked_at(name: str, ask: Callable[[], Iterable[Reading]]) -> list[Reading]:
    try:
        return list(ask())
    except Exception as error:  # noqa: BLE001 - whatever it has, the other parts are told
        log.warning("not known: %s error=%s", name, type(error).__name__)
        return [Reading(name, Level.DEGRADED, "Could not be looked at. See the log.")]


def _database(edition: Edition, level: Level, means: str) -> Iterator[Reading]:
    name = f"{edition.label} database"
    steps: dict[str, tuple[Callable[[], bool], str]] = {
        name: (partial(reads, edition.value), f"Does not answer. {means}"),
        f"migrations of the {edition.label} database": (
            partial(is_migrated, edition.value),
            "Its tables are not those of this version. Run as owner: python3 manage.py migrate",
        ),
    }
    for part, (holds, sentence) in steps.items():
        # What does not answer is not asked on: without a limit of time it would be waited for.
        if not _holds(part, holds):
            yield Reading(part, level, sentence)
            return
    yield Reading(name, Level.GOOD, "Answers, and has the tables of this version.")


def _holds(name: str, holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except Exception as error:  # noqa: BLE001 - whatever it has, it is not ready
        log.warning("not ready: %s error=%s", name, type(error).__name__)
        return False


def reads(alias: str) -> bool:
    if connections[alias].vendor == "postgresql":
        return answers_in_time(connections[alias], PATIENCE)
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def is_migrated(alias: str) -> bool:
    """Whether the database has every migration of this version, and none of a later one."""
    if alias not in _migrated:
        if misfit(alias):
            return False
        _migrated.add(alias)
    return True


def cache() -> Iterator[Reading]:
    if keeps():
        yield Reading("Cache", Level.GOOD, "Keeps what it is given.")
    else:
        yield Reading(
            "Cache",
            Level.DEGRADED,
            "Does not answer. A table stands in: people sign in, pages take longer.",
        )


def keeps() -> bool:
    """Of the quick cache: the one that pages use falls back on a table."""
    quick = caches["quick" if "quick" in settings.CACHES else "default"]
    try:
        quick.set("watch", secrets.token_hex(8), 10)
        return isinstance(quick.get("watch"), str)  # another process may have written meanwhile
    except Exception as error:  # noqa: BLE001 - whatever it has, it does not answer
        log.warning("not ready: cache error=%s", type(error).__name__)
        return False


def files() -> Iterator[Reading]:
    """Room on the disk of the portal's own files, and whether they can be written."""
    folder = room()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    figures = {"free_bytes": float(free)}
    space = f"{free / 1_000_000_000:,.1f} GB free"
    if not os.access(folder, os.W_OK):
        yield Reading("Files", Level.DEGRADED, "The folder cannot be written: no uploads.", figures)
    elif free < LITTLE:
        consequence = (
            "Uploads and results wait." if free < NOTHING else "Free some before uploads fail."
        )
        yield Reading(
            "Files", Level.DEGRADED, f"The disk is nearly full: {space}. {consequence}", figures
        )
    else:
        yield Reading("Files", Level.GOOD, f"{space}.", figures)


def opened() -> Iterator[Reading]:
    """What OPI has said that people may do; nothing while the portal is open."""
    now = service.current()
    if not now.takes_writes:
        yield Reading("Service", Level.DEGRADED, f"{now.get_mode_display()}, as OPI has set it.")


def processes() -> Iterator[Reading]:
    """The dispatcher and a worker for each queue, by when they were heard of last."""
    now = timezone.now()
    newest: dict[tuple[str, str], Heartbeat] = {}
    for row in Heartbeat.objects.order_by("at"):
        newest[row.part, row.queue] = row
    roles = {("dispatcher", ""): ("Dispatcher", "Jobs wait, e-mails too.")}
    for queue in QUEUES:
        owners = "districts" if queue == "district" else "all districts"
        roles["worker", queue] = (f"Worker for {queue} jobs", f"Jobs of {owners} wait.")
    for key, (name, means) in roles.items():
        heartbeat = newest.get(key)
        age = (now - heartbeat.at).total_seconds() if heartbeat else None
        figures = {} if age is None else {"heartbeat_age_seconds": age}
        if heartbeat is None or age is None:
            yield Reading(name, Level.DEGRADED, f"Not running. {means}", figures)
        elif now - heartbeat.at > SILENT:
            last = f"Last heard of {timezone.localtime(heartbeat.at):%m/%d/%Y %I:%M:%S %p} MT."
            yield Reading(name, Level.DEGRADED, f"Not running. {last} {means}", figures)
        elif heartbeat.version != settings.PORTAL_VERSION:
            words = f"Runs version {heartbeat.version}; this is {settings.PORTAL_VERSION}."
            yield Reading(name, Level.DEGRADED, f"{words} Start it again.", figures)
        else:
            yield Reading(name, Level.GOOD, f"Runs version {heartbeat.version}.", figures)


def checkups() -> Iterator[Reading]:
    """What was looked at last. What production must have and nobody has looked at is said too."""
    results = {result.name: result for result in Checkup.objects.all()}
    now = timezone.now()
    for key, (name, valid) in CHECKUPS.items():
        result = results.get(key)
        if key == "store" and not bucket():
            continue
        if result is None:
            if settings.PRODUCTION and key in ("verify_sealed", "backup"):
                yield Reading(name, Level.DEGRADED, "Never done.")
            continue
        at = f"{timezone.localtime(result.at):%m/%d/%Y %I:%M %p} MT"
        figures = {"checkup_age_seconds": (now - result.at).total_seconds()}
        if not result.good:
            yield Reading(name, Level.DEGRADED, f"{result.sentence} ({at})".strip(), figures)
        elif valid is not None and now - result.at > valid:
            yield Reading(name, Level.DEGRADED, f"Last done {at}.", figures)
        else:
            yield Reading(name, Level.GOOD, f"{result.sentence or 'Good.'} ({at})", figures)
