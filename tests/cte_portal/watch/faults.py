"""What breaks a portal, one part at a time, as the parts themselves meet it; a test shows each
fault wherever an operator looks.
"""

from __future__ import annotations

import datetime
import shutil
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import celery
import pytest
from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone
from kombu import Connection

from cte_portal.accounts.models import User
from cte_portal.accounts.sign_in.steady_cache import SteadyCache
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.submit import submit
from cte_portal.editions import writing_state
from cte_portal.watch import standing
from cte_portal.watch.looks import checkups
from cte_portal.watch.models import Checkup, Heartbeat
from pathways.models import StateCopy
from tests.cte_portal.ui.test_unavailable import ServerError

NOBODY = 1  # a port at which nothing listens


@dataclass(frozen=True)
class Portal:
    """What a fault may take away; `until_cured` ends it."""

    clerk: User
    patch: pytest.MonkeyPatch
    until_cured: ExitStack

    def set(self, **settings: Any) -> None:
        self.until_cured.enter_context(override_settings(**settings))


class Fault(NamedTuple):
    happen: Callable[[Portal], object]
    name: str
    """Of the part, as every place names it."""
    words: str
    level: int = 1
    saves: bool = True
    """Whether a clerk's save works meanwhile."""
    more: tuple[str, ...] = ()
    """Other parts that the same fault takes away."""


def ago(**time: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**time)


def dead(part: str, queue: str = "") -> None:
    """Not heard of for half a minute and a second."""
    Heartbeat.objects.filter(part=part, queue=queue).update(at=ago(seconds=31))


def waiting_job(minutes: float, **values: Any) -> Callable[[User], None]:
    def make(clerk: User) -> None:
        batch = submit("extract", by=clerk, title="Extract")
        Batch.objects.filter(pk=batch.pk).update(queued_at=ago(minutes=minutes), **values)

    return make


def running_job(started: float, lease: float) -> Callable[[User], None]:
    """One that began and whose lease ends so many minutes ago."""

    def make(clerk: User) -> None:
        moments = {"started_at": ago(minutes=started), "lease_until": ago(minutes=lease)}
        waiting_job(started, status=Status.PROCESSING, **moments)(clerk)

    return make


def _old_worker(portal: Portal) -> None:
    Heartbeat.objects.filter(queue="district").update(version="0.0.1")


def _state_ahead(portal: Portal) -> None:
    """The state has changes of Cottonwood Bend that its ledger has not."""
    values = {"generation": 1, "end_year": 2025, "batch": uuid.uuid4(), "attempt": 1, "cursor": 7}
    with writing_state():
        StateCopy.objects.using("state").create(district="9012", sent_at=timezone.now(), **values)


def _redis_down(portal: Portal) -> None:
    address = f"redis://127.0.0.1:{NOBODY}/0"
    portal.patch.setattr(SteadyCache, "_silent_until", {})
    portal.set(
        CACHES={
            "default": {
                "BACKEND": "cte_portal.accounts.sign_in.steady_cache.SteadyCache",
                "OPTIONS": {"FIRST": "quick", "SECOND": "database"},
            },
            "quick": {
                "BACKEND": "cte_portal.accounts.sign_in.steady_cache.QuickCache",
                "LOCATION": address,
            },
            "database": {
                "BACKEND": "django.core.cache.backends.db.DatabaseCache",
                "LOCATION": "accounts_limit",
            },
        }
    )
    away = Connection(address, transport="cte_portal.batches.redis_broker:RedisTransport")
    portal.patch.setattr(celery.current_app, "connection_for_write", lambda: away)
    checkups.Rounds()()


def _mail_down(portal: Portal) -> None:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    portal.set(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=NOBODY)
    checkups.Rounds()()


def _state_down(portal: Portal) -> None:
    """As psycopg says it of a database that takes no connection."""
    error = OperationalError("connection failed")
    error.__cause__ = ServerError(None)

    def refused(*values: Any) -> None:
        raise error

    own = standing.reads
    portal.until_cured.enter_context(connections["state"].execute_wrapper(refused))
    portal.patch.setattr(
        standing, "reads", lambda alias: refused() if alias == "state" else own(alias)
    )


def _disk_nearly_full(portal: Portal) -> None:
    portal.patch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10_000_000))


def _old_schema(alias: str) -> Callable[[Portal], None]:
    """An older backup was restored, or the code is newer than the tables."""

    def happen(portal: Portal) -> None:
        own = MigrationRecorder.applied_migrations

        def applied(recorder: MigrationRecorder) -> dict[tuple[str, str], Any]:
            names = own(recorder)
            if recorder.connection.alias == alias:
                names = {key: each for key, each in names.items() if key[0] != "watch"}
            return names

        portal.patch.setattr(MigrationRecorder, "applied_migrations", applied)
        portal.patch.setattr(standing, "_migrated", set())

    return happen


def _found(name: str, sentence: str) -> Callable[[Portal], None]:
    return lambda portal: Checkup.objects.note(name, good=False, sentence=sentence)


def _job(make: Callable[[User], None]) -> Callable[[Portal], None]:
    return lambda portal: make(portal.clerk)


FAULTS = {
    "dead worker": Fault(
        lambda portal: dead("worker", "district"),
        "Worker for district jobs",
        "Jobs of districts wait.",
    ),
    "dead dispatcher": Fault(
        lambda portal: dead("dispatcher"), "Dispatcher", "Not running. Last heard of"
    ),
    "Redis down": Fault(
        _redis_down,
        "Cache",
        "A table stands in: people sign in, pages take longer.",
        more=("Broker",),
    ),
    "mail down": Fault(
        _mail_down,
        "Mail server",
        "E-mails wait in the portal and are sent when it is back.",
    ),
    "State database down": Fault(
        _state_down,
        "State database",
        "Sending, reports at the state and certifying wait. Entering and uploading go on.",
    ),
    "disk nearly full": Fault(
        _disk_nearly_full, "Files", "The disk is nearly full: 0.0 GB free. Uploads and results wait"
    ),
    "stuck job": Fault(_job(waiting_job(16)), "Jobs", "One has waited for 16 minutes."),
    "old schema": Fault(
        _old_schema("default"),
        "migrations of the District database",
        "Its tables are not those of this version. Run as owner: python3 manage.py migrate",
        level=2,
        saves=False,
    ),
    "old schema at the state": Fault(
        _old_schema("state"),
        "migrations of the State database",
        "Its tables are not those of this version. Run as owner: python3 manage.py migrate",
    ),
    "worker never started": Fault(
        lambda portal: Heartbeat.objects.filter(queue="statewide").delete(),
        "Worker for statewide jobs",
        "Not running. Jobs of all districts wait.",
    ),
    "old version": Fault(_old_worker, "Worker for district jobs", "Runs version 0.0.1;"),
    "job not taken": Fault(
        _job(waiting_job(2, published_at=timezone.now())),
        "Work on district jobs",
        "1 handed over, none taken for",
    ),
    "job that runs on": Fault(_job(running_job(75, -5)), "Jobs", "One has run for 75 minutes."),
    "job without a worker": Fault(_job(running_job(5, 4)), "Jobs", "1 without a worker."),
    "letters that wait": Fault(
        _job(waiting_job(1, hidden=True, stage="Waiting for the mail server")),
        "E-mails",
        "1 waiting for the mail server.",
    ),
    "files that wait": Fault(
        _job(waiting_job(1, stage="Waiting for the file store")),
        "Files of jobs",
        "1 waiting for the file store",
    ),
    "state ahead": Fault(
        _state_ahead,
        "Districts",
        "The state is ahead of 1, as if an older backup had been restored.",
    ),
    "seals": Fault(
        _found("verify_sealed", "1 of 3 differ."), "Check of the sealed copies", "1 of 3 differ."
    ),
}
