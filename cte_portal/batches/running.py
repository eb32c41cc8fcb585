"""One attempt at a batch, in whatever process runs it: a worker's, or a command's own."""

from __future__ import annotations

import logging
import os
import random
import socket
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from django.db.models import QuerySet

from cte_portal.accounts.access.capabilities import capabilities_of
from cte_portal.accounts.models import Membership, Role
from cte_portal.batches.claims import claim
from cte_portal.batches.ends import end
from cte_portal.batches.files import WAITS_FOR_FILES, drop_attempts
from cte_portal.batches.job import CancelAsked, CannotRun, Job, Lost, NotYet, renewing, stopping
from cte_portal.batches.kinds import is_known, kind_of
from cte_portal.batches.models import MOST_ATTEMPTS, Batch, Status, moment
from cte_portal.batches.notices.notices import forget
from cte_portal.batches.submit import canceled_sentence
from cte_portal.editions import Edition, writing_state
from cte_portal.logs import name_of, places
from cte_portal.prepared import prepared
from cte_portal.ui.errors import new_reference
from cte_portal.ui.unavailable import Unavailable, unavailable

log = logging.getLogger("cte_portal.batches")

STATEMENT_TIMEOUT = "30min"  # of a worker; a page's is ten seconds
RETRY_SECONDS = (5, 20)
OUT_OF_REACH_SECONDS = 30
NO_ROOM_SECONDS = 60
WAITS = {
    Unavailable.FULL: "Waiting for disk space",
    Unavailable.FILES: WAITS_FOR_FILES,
}


def canceled(batch: Batch, by: str) -> dict[str, Any]:
    return {"status": Status.CANCELED, "sentence": canceled_sentence(batch, by)}


def run(key: uuid.UUID, *, within: bool = False) -> bool:
    """Run a batch once, if it can be claimed. Whatever happens is on the row afterwards, or the
    sweep finds it.

    Run `within` the work of another batch, it leaves the connections open: a new one costs more
    than a small district's file.
    """
    batch = claim(key, f"{socket.gethostname()}:{os.getpid()}")
    if batch is None:
        log.info("not claimed batch=%s", key)
        return False
    log.info("claimed batch=%s kind=%s attempt=%s", batch.pk, batch.kind, batch.attempt)
    job = Job(batch)
    try:
        # The lease first: a database that is out of reach may take longer to say so.
        with renewing(job), stopping(job), unhurried(kind_of(batch.kind).editions, within=within):
            _may_run(batch)
            drop_attempts(batch, batch.attempt - 1)
            kind_of(batch.kind).run(job)
            if not job.finished:
                with job.finishing():
                    pass
        log.info("finished batch=%s attempt=%s", batch.pk, batch.attempt)
    except Lost:
        log.warning("lost batch=%s attempt=%s", batch.pk, batch.attempt)
        job.drop_files()
    except CancelAsked:
        job.drop_files()
        end(
            Batch.objects.held(batch),
            batch,
            **canceled(batch, Batch.objects.values_list("cancel_by", flat=True).get(pk=batch.pk)),
        )
    except NotYet as wait:
        job.drop_files()
        _wait(job, wait)
    except CannotRun as cause:
        job.drop_files()
        end(
            Batch.objects.held(batch),
            batch,
            status=Status.FAILED,
            sentence=f"{cause.sentence} {kind_of(batch.kind).changes_nothing}",
        )
    except Exception as error:  # noqa: BLE001 – our fault, whatever it is: the person is told, the log has the place
        if reason := waiting_for(error):
            job.drop_files()
            _wait(job, NotYet(reason, NO_ROOM_SECONDS))
        else:
            _our_fault(job, error)
    return True


def waiting_for(error: BaseException) -> str:
    """What a job that met such an error waits for; empty where it is the portal's own fault."""
    why = unavailable(error)
    return WAITS.get(why, "") if why else ""


def _may_run(batch: Batch) -> None:
    """Whether there is such work; and the submitter's right, asked again when the work begins
    (Z-06, Z-10).
    """
    if not is_known(batch.kind):
        raise CannotRun("This version of the portal cannot do this kind of job.")
    capability = kind_of(batch.kind).capability
    if capability is None:
        return
    roles = [
        Role(role)
        for role, district in _roles(batch.submitted_by_id)
        if district == batch.district or Role(role).is_opi
    ]
    if capability not in capabilities_of(roles):
        raise CannotRun(
            f"{batch.submitted_name} does not have permission to do this in this district."
        )


@prepared
def _roles(person: int) -> QuerySet[Membership, tuple[str, str]]:
    """Of somebody who may sign in."""
    memberships = Membership.objects.filter(user_id=person, user__is_active=True)
    return memberships.values_list("role", "district")


def _wait(job: Job, wait: NotYet) -> None:
    """Back into the queue for a while. The attempt's number is free again: who holds it gives it up
    by this very statement.
    """
    batch = job.batch
    log.warning("batch=%s %s seconds=%s", batch.pk, wait, int(wait.seconds))
    values = {
        "status": Status.QUEUED,
        "available_at": moment(wait.seconds),
        "published_at": None,
        "lease_until": None,
        "stage": str(wait),
    }
    if (
        not Batch.objects.held(batch)
        .filter(cancel_by="")
        .update(**values, attempt=batch.attempt - 1)
    ):
        canceler = Batch.objects.values_list("cancel_by", flat=True).get(pk=batch.pk)
        end(Batch.objects.held(batch).exclude(cancel_by=""), batch, **canceled(batch, canceler))


def _our_fault(job: Job, error: Exception) -> None:
    """Try again later, three times in all; then say so with a reference. The message may hold what
    people typed, and is not logged.
    """
    batch, reference, claim = job.batch, new_reference(), Batch.objects.held(job.batch)
    log.error(
        "reference=%s batch=%s attempt=%s error=%s\n%s",
        reference,
        batch.pk,
        batch.attempt,
        name_of(error),
        places(error),
    )
    try:
        connections.close_all() if not connection.in_atomic_block else None
        job.drop_files()
        if batch.attempt < MOST_ATTEMPTS:
            delay = (
                RETRY_SECONDS[batch.attempt - 1]
                * settings.BATCH_RETRY_FACTOR
                * random.uniform(1, 1.5)  # noqa: S311 - jitter
            )
            values = {
                "status": Status.QUEUED,
                "available_at": moment(delay),
                "published_at": None,
                "lease_until": None,
                "stage": "",
            }
            if claim.filter(cancel_by="").update(**values, reference=reference):
                return
        canceler = claim.exclude(cancel_by="").values_list("cancel_by", flat=True).first()
        if canceler or batch.attempt >= MOST_ATTEMPTS:
            end(
                claim,
                batch,
                **(canceled(batch, canceler) if canceler else failed(batch, reference)),
            )
    except (DatabaseError, InterfaceError, OSError):
        log.error("batch=%s is left to the sweep: the database does not answer", batch.pk)


def failed(batch: Batch, reference: str) -> dict[str, Any]:
    """What a row says when the portal itself could not do the work (J-13)."""
    safe = "Your file is safe. " if batch.input_file else ""
    sentence = (
        f"The portal could not do this. {safe}{kind_of(batch.kind).changes_nothing} Reference"
        f" {reference}."
    )
    return {"status": Status.FAILED, "reference": reference, "sentence": sentence}


@contextmanager
def unhurried(editions: Iterable[Edition], *, within: bool = False) -> Iterator[None]:
    """A worker's statements may take longer than a page's, and it waits longer for SQLite's write
    lock. Raises NotYet. What ends well `within` other work leaves its connections to that.
    """
    is_well = False
    try:
        for edition in editions:
            _be_patient(edition)
        yield
        is_well = True
    finally:
        # A page that may use these connections after us has its own, short patience again.
        for edition in () if within and is_well else Edition:
            connection = connections[edition.value]
            with suppress(DatabaseError, InterfaceError):
                if not connection.in_atomic_block:
                    connection.close()


def _be_patient(edition: Edition) -> None:
    connection = connections[edition.value]
    try:
        # SQLite's patience is set by a statement that the State edition takes from nobody else.
        with writing_state(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, false)", [STATEMENT_TIMEOUT]
                )
                cursor.execute(
                    "SELECT set_config('idle_in_transaction_session_timeout', %s, false)",
                    [STATEMENT_TIMEOUT],
                )
            else:
                cursor.execute("PRAGMA busy_timeout=20000")
    except (OperationalError, InterfaceError) as error:
        raise NotYet(f"Waiting for the {edition.label} database", OUT_OF_REACH_SECONDS) from error


def run_here(batch: Batch, *, patience: float = 600, earlier: bool = False) -> Batch:
    """Run a batch in this process, under the same claim and locks; or wait for the worker that was
    quicker.

    A command runs `earlier` work of the district too, whose turn comes first: no worker may be
    there to do it. A page never does.
    """
    deadline = time.monotonic() + patience
    while True:
        if (
            not run(batch.pk)
            and earlier
            and (
                first := Batch.objects.may_start()
                .filter(district=batch.district, in_turn=True)
                .first()
            )
        ):
            run(first.pk)
        batch = Batch.objects.get(pk=batch.pk)
        if not batch.is_live:
            forget(batch)
            return batch
        if time.monotonic() > deadline:
            return batch
        time.sleep(0.2)
