"""The sign of life of a dispatcher or worker: a row that a thread of its own renews.

The thread writes by its own connection and closes it each time, so that a database that was
restarted meanwhile does no harm. A process that cannot write shows as dead. No process that forks
may run one.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import connections
from django.db.models.functions import Now

from cte_portal.logs import name_of
from cte_portal.watch.models import Heartbeat

log = logging.getLogger("cte_portal.watch")

EVERY = 10
"""Seconds; who has not been heard of for three times as long is dead."""


def _name(part: Heartbeat.Part, queue: str, process: int | None) -> str:
    return f"{socket.gethostname()[:80]}:{process or os.getpid()}:{queue or part.value}"


def beat(part: Heartbeat.Part, queue: str = "", process: int | None = None) -> None:
    """Write that a process lives, this one if no other is named, and which version it runs."""
    Heartbeat.objects.update_or_create(
        name=_name(part, queue, process),
        defaults={
            "part": part,
            "queue": queue,
            "version": settings.PORTAL_VERSION[:20],
            "at": Now(),
        },
    )


class Beating:
    """Beats until it is stopped, and does `also` after each beat. What fails is logged, and tried
    again at the next.
    """

    def __init__(
        self,
        part: Heartbeat.Part,
        queues: Iterable[str] = ("",),
        also: Callable[[], object] = lambda: None,
        process: int | None = None,
    ) -> None:
        self.part, self.queues, self.also, self.process = part, list(queues), also, process
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """A process that ends as it should is forgotten at once, not missed."""
        self.ended.set()
        self.thread.join(timeout=2)

    def once(self) -> None:
        try:
            for queue in self.queues:
                beat(self.part, queue, self.process)
            self.also()
        except Exception as error:  # noqa: BLE001 - whoever watches sees the missing beat
            log.warning("no heartbeat: %s", name_of(error))

    def _run(self) -> None:
        while True:
            self.once()
            connections.close_all()
            if self.ended.wait(EVERY):
                self.forget()
                connections.close_all()
                return

    def forget(self) -> None:
        """Take the row away: nobody misses a process that was stopped."""
        names = [_name(self.part, queue, self.process) for queue in self.queues]
        try:
            Heartbeat.objects.filter(pk__in=names).delete()
        except Exception as error:  # noqa: BLE001 - the database may have gone first
            log.info("no goodbye: %s", name_of(error))
