"""What a kind's work is given: the batch, its checkpoints, its files and its end; and the ways in
which work stops.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, Any

import psycopg
from django.conf import settings
from django.core.files import File
from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from cte_portal.batches.claims import say_step
from cte_portal.batches.ends import ending, tell
from cte_portal.batches.files import drop_stored, is_stored, open_stored, stored_whole
from cte_portal.batches.models import Batch, BatchFile, Status, moment
from cte_portal.editions import Edition, Scope
from cte_portal.refusals import Refusal

END_WITHIN = 5.0  # seconds for the server to take the word that a statement ends


class Lost(Exception):
    """The batch belongs to another attempt now; whatever this one still does must leave no
    trace.
    """


class CancelAsked(Exception):
    """Somebody canceled the batch."""


class CannotRun(Refusal):
    """The work cannot be done, now or later. Not our fault, so it is not tried again."""


@contextmanager
def sent_file(batch: Batch) -> Iterator[File[Any]]:
    """The stored file, which must be the very one that was sent. Raises CannotRun."""
    if not batch.input_file or not is_stored(batch.input_file):
        raise CannotRun("The file is no longer stored. Choose the file again.")
    with open_stored(batch.input_file) as file:
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        if digest.hexdigest() != batch.input_sha256:
            raise CannotRun("The stored file is not the one you sent. Choose the file again.")
        yield file


class NotYet(Exception):
    """What the work needs does not answer, a mail server perhaps: it is nobody's fault, so it waits
    for `seconds`, and no attempt is counted.

    The message is what it waits for, as its stage says it.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass
class Outcome:
    """How the work ended, in words for the person."""

    sentence: str
    with_errors: bool = False
    refused: bool = False
    """Whether what was sent was turned away as a whole."""
    result: dict[str, Any] = field(default_factory=dict)


class Job:
    """What a kind's `run` works with: the batch, its checkpoints, its files, its end."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.outcome: Outcome | None = None
        self.files: dict[str, BatchFile] = {}
        self.lost = threading.Event()
        self.finished = False
        self._reported_at = 0.0

    @property
    def scope(self) -> Scope:
        return Scope(self.batch.district, int(self.batch.end_year or 0))

    @property
    def mark(self) -> str:
        """District and time, for the name of a file: downloads of several districts lie in one
        folder (FR-221).
        """
        return f"{self.batch.district} {timezone.localtime(self.batch.queued_at):%Y-%m-%d %H%M}".strip()

    def step(self, name: str, done: int | None = None, total: int | None = None) -> None:
        """A checkpoint: the named step for the page, and the place where a canceled or lost job
        stops. Never inside `finishing`.
        """
        self.check()
        self._reported_at = time.monotonic()
        if not say_step(self.batch, name, done, total):
            self.check(ask=True)

    def progress(self, done: int, total: int | None = None) -> None:
        """Rows done within the step, told about twice a second at most."""
        if time.monotonic() - self._reported_at < 0.5:
            return
        self._reported_at = time.monotonic()
        if not Batch.objects.held(self.batch).filter(cancel_by="").update(done=done, total=total):
            self.check(ask=True)

    def check(self, ask: bool = False) -> None:
        """Stop here where the job is canceled or lost: for a long piece of work within a step. It
        asks nobody, unless it must; five seconds may pass until it knows.
        """
        if self.lost.is_set() or ask:
            if Batch.objects.held(self.batch).exclude(cancel_by="").exists():
                raise CancelAsked
            raise Lost

    @contextmanager
    def writing(self, role: str, name: str, content_type: str) -> Iterator[IO[bytes]]:
        """A file of the result. It is written aside, then stored whole; nobody can see it before
        the batch has ended (F-26).
        """
        with tempfile.TemporaryFile() as aside:
            yield aside
            self.keep(role, name, content_type, aside)

    def keep(self, role: str, name: str, content_type: str, content: IO[bytes]) -> None:
        content.seek(0)
        digest, size = hashlib.sha256(), 0
        while chunk := content.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
        content.seek(0)
        stored = stored_whole(f"batches/{self.batch.pk}/{self.batch.attempt}/{role}", File(content))
        self.files[role] = BatchFile(
            batch=self.batch,
            role=role,
            name=name[:160],
            stored=stored,
            content_type=content_type,
            size=size,
            sha256=digest.hexdigest(),
        )

    def drop_files(self) -> None:
        """What an attempt has stored is in nobody's way when it is made anew. What the batch has
        ended with stays: work may fail after its end, or not hear that it was committed.
        """
        own = [file.stored for file in self.files.values()]
        self.files.clear()
        named = BatchFile.objects.filter(batch=self.batch, stored__in=own)
        # What cannot be dropped now the daily clean-up finds.
        with suppress(DatabaseError, InterfaceError):
            for stored in set(own).difference(named.values_list("stored", flat=True)):
                with suppress(OSError):
                    drop_stored(stored)

    def hold(self) -> None:
        """The last moment at which it can be canceled or lost: within `finishing`, before something
        else is committed that stays.

        The row is held until `finishing` ends; who cancels later is told that the work had ended.
        """
        if not Batch.objects.held(self.batch).filter(cancel_by="").update(done=None, total=None):
            self.check(ask=True)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """One transaction for the last work and the batch's end: both happen, or neither. Raises
        Lost or CancelAsked, then neither did.
        """
        with transaction.atomic():
            yield
            self._end()
        self.finished = True

    def _end(self) -> None:
        outcome = self.outcome or Outcome("Done.")
        status = (
            Status.REFUSED
            if outcome.refused
            else Status.WITH_ERRORS
            if outcome.with_errors
            else Status.COMPLETED
        )
        values = ending(status=status, sentence=outcome.sentence, result=outcome.result)
        if not Batch.objects.held(self.batch).filter(cancel_by="").update(**values):
            self.check(ask=True)
        BatchFile.objects.bulk_create(self.files.values())
        tell(self.batch)


@contextmanager
def stopping(job: Job) -> Iterator[None]:
    """What a statement raises that was ended because the job is canceled or lost. Raises
    CancelAsked or Lost.
    """
    try:
        yield
    except (CancelAsked, Lost):
        raise
    except Exception:
        if not job.finished:
            job.check()
        raise


def _end_statement(working: BaseDatabaseWrapper) -> None:
    """End what another thread's connection is asking, which may be long: the job that was canceled
    or lost is not waited for. SQLite's files are small, and end it at the next checkpoint.
    """
    link = working.connection
    if working.vendor == "postgresql" and link is not None:
        link.cancel_safe(timeout=END_WITHIN)


@contextmanager
def renewing(job: Job) -> Iterator[None]:
    """Renew the lease from a second connection while the first is busy; where the job is canceled
    or lost, end the statement that it waits for.

    On SQLite this waits while the job itself writes: the sweep wants the same write lock and finds
    the job finished.
    """
    finish = threading.Event()
    working = connections[Edition.DISTRICT.value]  # of this thread; the other has its own

    def renew() -> None:
        try:
            while not finish.wait(settings.BATCH_RENEW_SECONDS):
                try:
                    if (
                        not Batch.objects.held(job.batch)
                        .filter(cancel_by="")
                        .update(lease_until=moment(settings.BATCH_LEASE_SECONDS))
                    ):
                        job.lost.set()
                        is_live = Batch.objects.live().filter(pk=job.batch.pk).exists()
                        if is_live and not finish.is_set():  # then the next job asks there
                            _end_statement(working)
                except (DatabaseError, InterfaceError, psycopg.Error):
                    connection.close()
        finally:
            connection.close()

    if (
        connection.in_atomic_block
    ):  # a test's own transaction: no second connection could see the row
        yield
        return
    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        finish.set()
        thread.join(timeout=END_WITHIN)
