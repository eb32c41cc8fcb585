"""However a batch ends, its page says so, who asked gets one e-mail, and no attempt's files are
left behind (F-27, F-29, J-07, J-08, P-07).
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches import dispatch, kinds
from cte_portal.batches.claims import claim
from cte_portal.batches.job import CannotRun, Job
from cte_portal.batches.kinds import Kind, known_names
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.queue.line import Line
from cte_portal.batches.running import run
from cte_portal.batches.submit import cancel, submit
from tests.fixtures.records import District_
from tests.fixtures.uploads import Upload, file, line

PAST = datetime.timedelta(minutes=5)
QUEUE = "/districts/9012/2025/batches/"
Queue = Callable[..., Batch]


@pytest.fixture
def queue(cottonwood: District_, clerk: User, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """`queue(does)` submits a batch whose work is `does`, with an e-mail at its end."""
    work: dict[str, Callable[[Job], None]] = {}
    known = {**kinds._kinds(), "work": Kind("work", lambda job: work[str(job.batch.pk)](job))}
    monkeypatch.setattr(kinds, "_kinds", lambda: known)

    def queued(does: Callable[[Job], None] = lambda job: None, **values: Any) -> Batch:
        batch = submit(
            "work", by=clerk, title="Work", scope=cottonwood.scope, notify=True, **values
        )
        work[str(batch.pk)] = does
        return batch

    return queued


def fresh(batch: Batch) -> Batch:
    return Batch.objects.with_standing().get(pk=batch.pk)


def letters(batch: Batch) -> int:
    """The e-mail is queued at once and sent once, whoever runs it."""
    for notice in Batch.objects.filter(kind="notice", about=batch):
        run(notice.pk)
        run(notice.pk)
    return len(
        [letter for letter in mail.outbox if f"{fresh(batch).get_status_display()}." in letter.body]
    )


def dead(batch: Batch) -> None:
    """A worker has claimed it and is gone."""
    assert claim(batch.pk, "dead")
    Batch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() - PAST)


def raising(error: Exception) -> Callable[[Job], None]:
    def does(job: Job) -> None:
        raise error

    return does


def killed_three_times(batch: Batch) -> None:
    for _ in range(3):
        dead(batch)
        dispatch.sweep()


def fails_three_times(batch: Batch) -> None:
    for _ in range(3):
        run(batch.pk)
        Batch.objects.filter(pk=batch.pk).update(available_at=None)


def canceled_while_dead(batch: Batch) -> None:
    dead(batch)
    cancel(batch, by="KELLER, DANIEL")
    dispatch.sweep()


@pytest.mark.parametrize(
    ("does", "ends", "status"),
    [
        (lambda job: None, lambda batch: run(batch.pk), Status.COMPLETED),
        (raising(CannotRun("Records are locked.")), lambda batch: run(batch.pk), Status.FAILED),
        (raising(RuntimeError()), fails_three_times, Status.FAILED),
        (lambda job: None, killed_three_times, Status.FAILED),
        (lambda job: None, lambda batch: cancel(batch, by="KELLER, DANIEL"), Status.CANCELED),
        (lambda job: None, canceled_while_dead, Status.CANCELED),
        (
            lambda job: cancel(job.batch, by="KELLER, DANIEL") and job.step("Next"),
            lambda batch: run(batch.pk),
            Status.CANCELED,
        ),
    ],
    ids=[
        "done",
        "cannot run",
        "fails thrice",
        "its worker dies thrice",
        "canceled in the queue",
        "canceled, then its worker dies",
        "canceled at a step",
    ],
)
def test_who_asked_gets_one_letter_however_it_ends(
    does: Callable[[Job], None], ends: Callable[[Batch], Any], status: Status, queue: Queue
) -> None:
    batch = queue(does)
    ends(batch)
    dispatch.sweep()
    cancel(batch, by="SOMEBODY, ELSE")
    row = fresh(batch)
    assert (row.status, row.lease_until, row.stage) == (status, None, "") and row.finished_at
    assert letters(batch) == 1


def test_a_lost_attempt_that_cannot_run_tells_nobody(queue: Queue) -> None:
    def stolen(job: Job) -> None:
        Batch.objects.filter(pk=job.batch.pk).update(attempt=2)
        raise CannotRun("Records are locked.")

    batch = queue(stolen)
    run(batch.pk)
    assert fresh(batch).status == Status.PROCESSING and letters(batch) == 0


def test_the_letter_and_the_end_are_one_transaction(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_letter(batch: Batch) -> None:
        raise LookupError

    batch = queue()
    for _ in range(3):
        dead(batch)
        if fresh(batch).attempt < 3:
            dispatch.sweep()
    monkeypatch.setattr("cte_portal.batches.ends.of_end", no_letter)
    assert dispatch.sweep() == 0
    assert not Batch.objects.filter(kind="notice").exists()
    assert fresh(batch) in Batch.objects.failed_unseen(known_names()), (
        "it cannot be ended with its letter: it is set aside, and OPI sees it (M-8)"
    )


@pytest.mark.parametrize("how", ["fault", "death"])
def test_f_27_what_was_canceled_is_not_queued_again_by_a_fault(how: str, queue: Queue) -> None:
    """Queued and canceled at once it could never be claimed, and would stand in the list for
    ever.
    """

    def canceled(job: Job) -> None:
        cancel(job.batch, by="KELLER, DANIEL")
        raise RuntimeError

    batch = queue(canceled)
    run(batch.pk) if how == "fault" else canceled_while_dead(batch)
    row = fresh(batch)
    assert row.status == Status.CANCELED and "Canceled by KELLER, DANIEL at" in row.sentence


def test_a_dead_attempts_files_are_dropped_when_it_ends(queue: Queue) -> None:
    batch = queue()
    for attempt in (1, 2, 3):
        dead(batch)
        job = Job(fresh(batch))
        job.keep("report.csv", "report.csv", "text/csv", io.BytesIO(b"x"))
        assert default_storage.exists(f"batches/{batch.pk}/{attempt}/report.csv")
        dispatch.sweep()
    assert fresh(batch).status == Status.FAILED
    assert not any(
        default_storage.exists(f"batches/{batch.pk}/{attempt}/report.csv") for attempt in (1, 2, 3)
    )


@pytest.mark.parametrize(
    "error", [RuntimeError(), OperationalError("server closed the connection unexpectedly")]
)
@pytest.mark.parametrize("is_known", [True, False], ids=["later", "at its commit"])
def test_what_fails_after_the_end_takes_no_file_away(
    error: Exception, is_known: bool, queue: Queue
) -> None:
    """As the statistics after an upload, or an answer to the commit that is lost on its way."""

    def fails(job: Job) -> None:
        job.keep("report.csv", "report.csv", "text/csv", io.BytesIO(b"x"))
        with job.finishing():
            pass
        job.finished = is_known
        raise error

    batch = queue(fails)
    assert run(batch.pk)
    assert fresh(batch).status == Status.COMPLETED and letters(batch) == 1
    (report,) = fresh(batch).files.all()
    assert default_storage.exists(report.stored)


def test_f_22_no_worker_for_a_minute_is_said(queue: Queue) -> None:
    waiting = queue()
    Batch.objects.update(published_at=timezone.now(), queued_at=timezone.now() - PAST)
    assert Line(fresh(waiting)).sentence == "Waiting for the processing service. Nothing is lost."
    busy = queue()
    assert claim(busy.pk, "busy")
    assert Line(fresh(waiting)).sentence == "Starts next."


# --- files that somebody keeps


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def old(batch: Batch) -> None:
    long_ago = timezone.now() - datetime.timedelta(days=400)
    Batch.objects.filter(pk=batch.pk).update(queued_at=long_ago, finished_at=long_ago)


def test_of_a_job_without_an_uploaded_file_only_the_result_is_kept(
    desk: Client, upload: Upload, kayla: Any
) -> None:
    done = upload(file(line()))
    Batch.objects.filter(pk=done.batch.pk).update(input_file="")
    page = desk.get(f"{QUEUE}{done.batch.pk}/").content.decode()
    assert "The result is kept until" in page and "uploaded file for" not in page


def test_j_08_files_that_are_kept_outlast_their_time(
    desk: Client, upload: Upload, kayla: Any
) -> None:
    done = upload(file(line(inside="x")))
    address = f"{QUEUE}{done.batch.pk}/"
    page = desk.get(address).content.decode()
    assert "Keep the files" in page and "The result is kept until" in page
    assert "the uploaded file for 90 days" in page
    assert desk.post(f"{address}keep/", {"keep": "1"})["Location"] == address
    page = desk.get(address).content.decode()
    assert "kept with no time limit" in page and "Stop keeping the files" in page
    old(done.batch)
    assert dispatch.retire() == 0
    assert done.content("rejected.tsv") and default_storage.exists(done.batch.input_file)
    desk.post(f"{address}keep/", {})
    assert dispatch.retire() > 3 and not default_storage.exists(done.batch.input_file)
    page = desk.get(address).content.decode()
    assert "Keep the files" not in page, "there is nothing left to keep"


def test_a_colleague_does_not_let_go_what_i_keep(
    client: Client, upload: Upload, kayla: Any, second_clerk: User, administrator: User
) -> None:
    done = upload(file(line()))
    address = f"{QUEUE}{done.batch.pk}/"
    client.force_login(second_clerk)
    assert client.post(f"{address}keep/", {"keep": "1"}).status_code == 403
    assert "Keep the files" not in client.get(address).content.decode()
    client.force_login(administrator)
    assert (
        client.post(f"{address}keep/", {"keep": "1"}).status_code == 302 and fresh(done.batch).kept
    )


def test_a_running_job_has_nothing_to_keep(desk: Client, queue: Queue) -> None:
    batch = queue(content=ContentFile(b"x"))
    desk.post(f"{QUEUE}{batch.pk}/keep/", {"keep": "1"})
    assert not fresh(batch).kept


def test_the_page_of_retired_files_still_stands(desk: Client, upload: Upload, kayla: Any) -> None:
    done = upload(file(line(inside="x"), line()), work="validate")
    link = f"{QUEUE}{done.batch.pk}/files/report.csv/"
    assert desk.get(link).status_code == 200
    old(done.batch)
    dispatch.retire()
    page = desk.get(f"{QUEUE}{done.batch.pk}/").content.decode()
    assert (
        "Upload this file" not in page and "Get the report" not in page and "What we found" in page
    )
    assert desk.get(link).status_code == 404
    answer = desk.post(f"/districts/9012/2025/mt-data-upload/{done.batch.pk}/save/")
    assert (
        answer["Location"] == "/districts/9012/2025/mt-data-upload/" and Batch.objects.count() == 1
    )
