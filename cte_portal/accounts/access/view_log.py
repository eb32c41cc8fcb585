"""What people read is noted as they read it and written some seconds later, by a thread of the web
process: no page waits for it, on SQLite not even behind an upload. A web process that is killed
loses what it had noted since.
"""

from __future__ import annotations

import atexit
import datetime
import logging
import os
import threading
import time
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from cte_portal.accounts.models import User, ViewEvent
from cte_portal.editions import Scope

log = logging.getLogger("cte_portal.access")

MOST_WAITING = 20_000
"""While the database is away; what comes after that is not written, and the log says so."""
MOST_REMEMBERED = 100_000


class _Line(NamedTuple):
    day: datetime.date
    user_id: int
    person: str
    district: str
    end_year: int
    page: str
    student: int
    is_file: bool


class ViewLog:
    """What this process has noted: lines that wait, and those of the day that stand written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[_Line, datetime.datetime] = {}
        self._written: set[_Line] = set()
        self._writer: int | None = None
        """Process whose thread writes; a fork takes none along."""

    def note(
        self, person: User, scope: Scope, page: str, student: int = 0, *, is_file: bool = False
    ) -> None:
        """That a page was shown, or a file sent; the same again on that day is nothing new."""
        now = timezone.now()
        line = _Line(
            timezone.localtime(now).date(),
            int(person.pk),
            person.record_name,
            scope.district,
            scope.end_year,
            page,
            student,
            is_file,
        )
        with self._lock:
            if line in self._written or line in self._waiting:
                return
            if len(self._waiting) >= MOST_WAITING:
                log.error("views cannot be written: too many wait")
                return
            self._waiting[line] = now
            starts = self._writer != os.getpid() and settings.VIEWS_WRITTEN_EVERY > 0
            if starts:
                self._writer = os.getpid()
        if starts:
            threading.Thread(target=self._write_again_and_again, daemon=True).start()
            atexit.register(self.write)

    def write(self) -> int:
        """Write what waits. Returns how many lines were written; what could not be waits on."""
        with self._lock:
            lines, self._waiting = self._waiting, {}
        if not lines:
            return 0
        try:
            ViewEvent.objects.bulk_create(
                [ViewEvent(at=at, **line._asdict()) for line, at in lines.items()],
                batch_size=500,
                ignore_conflicts=True,
            )
        except (DatabaseError, InterfaceError) as error:
            log.warning("views wait: %s", type(error).__name__)
            with self._lock:
                self._waiting = {**lines, **self._waiting}
            return 0
        with self._lock:
            if len(self._written) > MOST_REMEMBERED:
                self._written.clear()
            self._written.update(lines)
        return len(lines)

    def forget(self) -> None:
        """As a process that has just begun."""
        with self._lock:
            self._waiting, self._written = {}, set()

    def _write_again_and_again(self) -> None:
        while True:
            time.sleep(settings.VIEWS_WRITTEN_EVERY)
            self.write()
            connection.close()


VIEW_LOG = ViewLog()
