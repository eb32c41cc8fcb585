"""A job that is canceled while its database works at one long statement: the statement ends."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from cte_portal.accounts.models import User
from cte_portal.batches.job import Job
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
