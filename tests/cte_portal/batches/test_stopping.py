"""A job that is canceled while its database works at one long statement: the statement ends."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from cte_portal.accounts.models import User
from cte_portal.batches import job as jobs
from cte_portal.batches.job import Job, renewing
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run
from cte_portal.batches.submit import cancel, submit
from tests.cte_portal.batches.test_batches import Work, fresh, work
from tests.fixtures.records import District_
from tests.pathways.blocks import is_postgresql

__all__ = ["work"]
LONG = 100  # seconds; nothing waits for them but a statement that is not ended


@pytest.mark.skipif(not is_postgresql(), reason="SQLite's jobs end at their next checkpoint")
@pytest.mark.parametrize("is_lost", [False, True])
def test_a_long_statement_ends_when_its_job_is_canceled_or_lost(
    transactional_db: None,
    cottonwood: District_,
    clerk: User,
    work: Work,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    is_lost: bool,
) -> None:
    """F-27: *Cancel* does not wait for the database, and is no fault in the log."""
    settings.BATCH_RENEW_SECONDS = 0.2
    batch = submit("work", by=clerk, title="Work", scope=cottonwood.scope)
    ends: list[str] = []

    def take_away() -> None:
        if is_lost:
            Batch.objects.filter(pk=batch.pk).update(attempt=2)
        else:
            cancel(batch, by="KELLER, DANIEL")
        connection.close()

    def asks(job: Job) -> None:
        threading.Thread(target=take_away).start()
        with connection.cursor() as cursor:
            try:
                cursor.execute("SELECT pg_sleep(%s)", [LONG])
                ends.append("by itself")
            except OperationalError:
                ends.append("before its time")
                raise

    work.does = asks
    run(batch.pk)
    assert ends == ["before its time"]
    assert not [entry for entry in caplog.records if entry.levelname == "ERROR"]
    after = fresh(batch)
    if is_lost:
        assert (after.attempt, after.status, after.reference) == (2, Status.PROCESSING, "")
    else:
        assert after.status == Status.CANCELED and "by KELLER, DANIEL" in after.sentence


def test_who_learns_too_late_that_a_job_is_lost_ends_no_statement_of_the_next_one(
    transactional_db: None,
    cottonwood: District_,
    clerk: User,
    work: Work,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The lease's thread hangs at its question while the worker goes on to the next job."""
    settings.BATCH_RENEW_SECONDS = 0.01
    monkeypatch.setattr(jobs, "END_WITHIN", 0.01)
    ended: list[object] = []
    monkeypatch.setattr(jobs, "_end_statement", ended.append)
    asks, is_over = threading.Event(), threading.Event()
    live = type(Batch.objects).live

    def slow(objects: Any) -> Any:
        asks.set()
        is_over.wait(LONG)
        return live(objects)

    batch = submit("work", by=clerk, title="Work", scope=cottonwood.scope)
    monkeypatch.setattr(type(Batch.objects), "live", slow)
    job = Job(batch)
    Batch.objects.filter(pk=batch.pk).update(status=Status.PROCESSING, attempt=2)
    with renewing(job):
        assert asks.wait(LONG)
    is_over.set()
    for thread in threading.enumerate():
        if thread.name == "lease":
            thread.join()
    assert job.lost.is_set() and ended == []
