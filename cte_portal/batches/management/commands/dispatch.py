"""`manage.py dispatch`: hands queued batches to the workers and sweeps, until it is stopped."""

from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connections

from cte_portal.batches import dispatch
from cte_portal.checks import TAG
from cte_portal.connection import look_at_all
from cte_portal.logs import name_of, places
from cte_portal.ui.command import PortalCommand, check_databases
from cte_portal.watch.heartbeat import Beating
from cte_portal.watch.looks.checkups import Rounds
from cte_portal.watch.models import Heartbeat

log = logging.getLogger("cte_portal.batches.dispatch")

RETIRE_EVERY = 3600


class Command(PortalCommand):
    requires_system_checks = (TAG,)
    prints_json = needs_databases = False
    help = (
        "Hand queued batches to the workers, and bring back what a dead worker left, until stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        stop = threading.Event()

        def asked(number: int, frame: FrameType | None) -> None:
            stop.set()

        if not once:
            for name in (signal.SIGINT, signal.SIGTERM):
                signal.signal(name, asked)
        check_databases(absent_is_fine=True)
        look_at_all()
        beating = Beating(Heartbeat.Part.DISPATCHER, also=Rounds())
        if not once:
            beating.start()
        retired = -RETIRE_EVERY
        while not stop.is_set():
            duties: list[Callable[[], object]] = [dispatch.sweep, dispatch.publish]
            if time.monotonic() - retired > RETIRE_EVERY:
                retired = int(time.monotonic())
                duties.append(dispatch.daily)
            for duty in duties:
                try:
                    duty()
                except Exception as error:  # noqa: BLE001 - neither a restart of the database nor anything else ends the dispatcher
                    if dispatch.once_a_minute(duty.__name__):
                        log.error(
                            "a round failed: %s %s\n%s",
                            duty.__name__,
                            name_of(error),
                            places(error),
                        )
                    connections.close_all()
            if once:
                return
            stop.wait(settings.BATCH_POLL_SECONDS)
        beating.stop()
