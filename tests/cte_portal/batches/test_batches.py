"""The Batch Queue without a broker: claim, fence, turn, cancel, sweep, retention, its pages (J-01 …
J-13, F-12, F-20, F-21, F-24, F-27, F-28).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.models import Membership, User
from cte_portal.batches import dispatch, kinds
from cte_portal.batches.claims import claim
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.queue.line import Line
from cte_portal.batches.running import failed, run
from cte_portal.batches.submit import cancel, submit
from tests.fixtures.records import District_
from tests.fixtures.uploads import Upload, file, line

PAST = datetime.timedelta(minutes=5)


class Work:
    """A kind whose work the test gives."""

    def __init__(self) -> None:
        self.runs = 0
        self.does: Any = lambda job: None

    def __call__(self, job: Job) -> None:
        self.runs += 1
        self.does(job)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    done = Work()
    known = {**kinds._kinds(), "work": Kind("work", done), "turn": Kind("turn", done, in_turn=True)}
    monkeypatch.setattr(kinds, "_kinds", lambda: known)
    yield done


@pytest.fixture
def queue(cottonwood: District_, clerk: User, work: Work) -> Any:
    def queued(kind: str = "work", **values: Any) -> Batch:
        return submit(kind, by=clerk, title="Work", scope=cottonwood.scope, **values)

    return queued


def fresh(batch: Batch) -> Batch:
    return Batch.objects.with_standing().get(pk=batch.pk)


def test_f_12_a_message_that_comes_five_times_runs_once(queue: Any, work: Work) -> None:
    batch = queue()
    assert [run(batch.pk) for _ in range(5)] == [True, False, False, False, False]
    assert work.runs == 1 and fresh(batch).status == Status.COMPLETED


def test_a_batch_that_runs_is_not_claimed_again_inside_its_lease(queue: Any) -> None:
    batch = queue()
    assert claim(batch.pk, "one")
    assert claim(batch.pk, "another") is None
    assert fresh(batch).attempt == 1


def test_f_13_a_message_about_nothing_is_no_error(work: Work, db: None) -> None:
    assert run(uuid.uuid4()) is False


def test_a_lost_attempt_leaves_no_trace(queue: Any, work: Work) -> None:
    """The fence: a worker that was given up and comes back later writes nothing."""
    batch = queue()

    def stolen(job: Job) -> None:
        Batch.objects.filter(pk=batch.pk).update(attempt=2)
        job.outcome = Outcome("I was first")

    work.does = stolen
    run(batch.pk)
    assert fresh(batch).status == Status.PROCESSING and fresh(batch).sentence == ""


def test_the_transaction_of_a_lost_attempt_is_rolled_back(
    queue: Any, work: Work, clerk: User
) -> None:
    batch = queue()

    def stolen(job: Job) -> None:
        with job.finishing():
            User.objects.filter(pk=clerk.pk).update(first_name="Stolen")
            Batch.objects.filter(pk=batch.pk).update(attempt=2)

    work.does = stolen
    run(batch.pk)
    clerk.refresh_from_db()
    assert clerk.first_name == "Cheryl"


def test_c_01_the_same_submission_twice_is_one_batch(queue: Any) -> None:
    first, other = (
        queue(key="k", content=ContentFile(b"x")),
        queue(key="k", content=ContentFile(b"x")),
    )
    assert first.pk == other.pk and Batch.objects.count() == 1


def test_c_01_the_database_knows_one_batch_for_a_key(queue: Any) -> None:
    batch = queue(key="k")
    batch.pk = uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        batch.save(force_insert=True)


def test_f_28_a_submission_that_fails_leaves_neither_row_nor_file(
    queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[str] = []
    save = default_storage.save
    monkeypatch.setattr(
        default_storage,
        "save",
        lambda name, content: stored.append(save(name, content)) or stored[-1],
    )
    monkeypatch.setattr(Batch, "save", lambda *args, **values: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        queue(content=ContentFile(b"x"))
    assert not Batch.objects.exists() and stored and not default_storage.exists(stored[0])


def test_f_05_our_fault_is_tried_three_times_with_growing_delay(
    queue: Any, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    batch = queue(content=ContentFile(b"x"))

    def broken(job: Job) -> None:
        raise RuntimeError(" ".join(["KAYLA", "ANDER" + "SON"]))

    work.does = broken
    waits = []
    for attempt in (1, 2, 3):
        assert run(batch.pk)
        row = fresh(batch)
        assert row.attempt == attempt
        if attempt < 3:
            assert row.status == Status.QUEUED
            assert not run(batch.pk), "not before its time"
            waits.append((row.available_at - timezone.now()).total_seconds())
            Batch.objects.filter(pk=batch.pk).update(available_at=timezone.now() - PAST)
    row = fresh(batch)
    assert waits[1] > waits[0] > 3
    assert row.status == Status.FAILED and not run(batch.pk) and work.runs == 3
    assert f"Your file is safe. Nothing was changed. Reference {row.reference}." in row.sentence
    assert (
        "RuntimeError" in caplog.text
        and "ANDERSON" not in caplog.text
        and row.reference in caplog.text
    )


def test_a_fault_of_the_data_is_not_tried_again(queue: Any, work: Work) -> None:
    batch = queue()

    def cannot(job: Job) -> None:
        raise CannotRun("Records are locked.")

    work.does = cannot
    run(batch.pk)
    assert (fresh(batch).status, fresh(batch).sentence, fresh(batch).reference) == (
        Status.FAILED,
        "Records are locked. Nothing was changed.",
        "",
    )


def test_c_03_work_of_one_district_keeps_its_turn(
    queue: Any, elsewhere: District_, stranger: User
) -> None:
    first, second = queue("turn"), queue("turn")
    other = submit("turn", by=stranger, title="Work", scope=elsewhere.scope)
    assert not run(second.pk)
    assert "Waiting for the work by MARTIN, CHERYL." in Line(fresh(second)).sentence
    assert [batch.pk for batch in Batch.objects.to_publish()] == [first.pk, other.pk]
    assert run(other.pk) and run(first.pk) and run(second.pk)


def test_f_27_cancel_while_queued_while_running_and_afterwards(
    queue: Any, work: Work, clerk: User
) -> None:
    waiting = queue()
    assert cancel(waiting, by="KELLER, DANIEL") and not run(waiting.pk) and work.runs == 0
    assert (
        "Canceled by KELLER, DANIEL at" in fresh(waiting).sentence
        and "Nothing was changed" in fresh(waiting).sentence
    )
    running = queue()

    def canceled(job: Job) -> None:
        cancel(running, by="KELLER, DANIEL")
        with job.finishing():
            User.objects.filter(pk=clerk.pk).update(first_name="Changed")

    work.does = canceled
    run(running.pk)
    clerk.refresh_from_db()
    assert fresh(running).status == Status.CANCELED and clerk.first_name == "Cheryl"
    ended = queue()
    work.does = lambda job: None
    run(ended.pk)
    assert not cancel(ended, by="X") and fresh(ended).status == Status.COMPLETED


def test_a_canceled_job_stops_at_its_next_step(queue: Any, work: Work) -> None:
    batch, reached = queue(), []

    def steps(job: Job) -> None:
        job.step("One")
        cancel(batch, by="KELLER, DANIEL")
        job.step("Two")
        reached.append("Two")

    work.does = steps
    run(batch.pk)
    assert fresh(batch).status == Status.CANCELED and not reached


def test_f_02_the_sweep_brings_back_what_a_dead_worker_left(queue: Any, work: Work) -> None:
    batch = queue()
    assert claim(batch.pk, "dead")
    assert dispatch.sweep() == 0, "its lease runs"
    Batch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() - PAST)
    assert Line(fresh(batch)).stuck and "Stuck: no response since" in Line(fresh(batch)).sentence
    assert dispatch.sweep() == 1
    assert fresh(batch).status == Status.QUEUED and run(batch.pk) and fresh(batch).attempt == 2


def test_f_04_a_job_that_kills_its_worker_three_times_fails(queue: Any, work: Work) -> None:
    batch = queue()
    for _ in range(3):
        assert claim(batch.pk, "dead")
        Batch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() - PAST)
        dispatch.sweep()
    row = fresh(batch)
    assert (
        row.status == Status.FAILED
        and row.attempt == 3
        and f"Reference {row.reference}." in row.sentence
    )
    assert not claim(batch.pk, "again")


def test_f_24_the_leases_are_of_the_databases_time(
    queue: Any, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = queue()
    monkeypatch.setattr(timezone, "now", lambda: datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC))
    assert claim(batch.pk, "fast clock")
    assert dispatch.sweep() == 0


def test_f_07_a_broker_that_does_not_answer_costs_time_not_work(
    queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = queue()

    def down(*args: Any, **values: Any) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(dispatch.run_batch, "apply_async", down)
    assert dispatch.publish() == 0
    Batch.objects.filter(pk=batch.pk).update(queued_at=timezone.now() - PAST)
    assert Line(fresh(batch)).sentence == "Waiting for the processing service. Nothing is lost."
    sent: list[Any] = []
    monkeypatch.setattr(
        dispatch.run_batch,
        "apply_async",
        lambda arguments, **values: sent.append((arguments, values["queue"])),
    )
    assert dispatch.publish() == 1 and dispatch.publish() == 0
    assert sent == [([str(batch.pk)], "district")], "the message holds the id alone"
    Batch.objects.filter(pk=batch.pk).update(published_at=timezone.now() - PAST)
    assert dispatch.publish() == 1, "F-09: the broker forgot it"


def test_f_09_what_waits_behind_a_running_job_is_not_sent_twice(
    queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, waiting = queue(), queue()
    claim(running.pk, "busy")
    Batch.objects.filter(pk=waiting.pk).update(published_at=timezone.now() - PAST)
    assert not Batch.objects.to_publish().exists()


def test_messages_do_not_pile_up_for_a_worker_that_is_away(queue: Any) -> None:
    """A job that waits over night is handed over again some 80 times, not 4,300 times, and soon
    again while it is young.
    """
    batch = queue()
    # It asks by the database's clock, so that it is the same each time.
    to_publish, values = Batch.objects.to_publish().query.sql_with_params()
    now, handed = timezone.now(), 0
    waited = 0
    published: int | None = None
    while waited < 12 * 3600:
        Batch.objects.filter(pk=batch.pk).update(
            queued_at=now - datetime.timedelta(seconds=waited),
            published_at=None
            if published is None
            else now - datetime.timedelta(seconds=waited - published),
        )
        with connection.cursor() as cursor:
            cursor.execute(to_publish, values)
            is_due = cursor.fetchone() is not None
        if is_due:
            handed, published = handed + 1, waited
        waited += 11 if waited < 300 else 60
    assert 60 < handed < 90
    assert published is not None and waited - published <= 700


def test_a_long_job_that_lost_its_worker_and_its_message_waits_seconds_not_minutes(
    queue: Any,
) -> None:
    """The pauses are those of a job that is young: it was due when it was brought back."""
    batch = queue()
    claim(batch.pk, "dies")
    now = timezone.now()
    Batch.objects.filter(pk=batch.pk).update(
        queued_at=now - datetime.timedelta(minutes=50), lease_until=now - PAST
    )
    assert dispatch.sweep() == 1 and Batch.objects.to_publish().exists()
    Batch.objects.filter(pk=batch.pk).update(
        available_at=now - datetime.timedelta(seconds=12),
        published_at=now - datetime.timedelta(seconds=11.5),
    )
    assert Batch.objects.to_publish().exists(), "the broker lost the message"


def test_f_20_a_file_that_cannot_be_stored_is_tried_again_and_never_half_offered(
    upload: Upload, kayla: Any, monkeypatch: pytest.MonkeyPatch, queue: Any
) -> None:
    save, full = default_storage.save, [True]

    def no_space(name: str, content: Any) -> str:
        if "report.csv" in name and full:
            full.clear()
            raise OSError("No space left on device")
        return str(save(name, content))

    monkeypatch.setattr(default_storage, "save", no_space)
    monkeypatch.setattr("cte_portal.batches.running.NO_ROOM_SECONDS", 0)
    done = upload(file(line()))
    assert (
        not full
        and done.batch.attempt == 1
        and done.counts["new"] == 1
        and done.batch.files.filter(role="report.csv").count() == 1
    )


@pytest.mark.parametrize("gone", [True, False], ids=["missing", "changed"])
def test_f_21_a_stored_file_that_is_missing_or_changed_ends_at_once(
    gone: bool, cottonwood: District_, clerk: User
) -> None:
    batch = submit(
        "upload",
        by=clerk,
        title="Upload",
        subject="x.tsv",
        scope=cottonwood.scope,
        options={"type": "cte-eoy", "work": "upload"},
        content=ContentFile(file(line())),
    )
    default_storage.delete(batch.input_file)
    if not gone:
        default_storage.save(batch.input_file, ContentFile(file(line(last="Andersen"))))
    run(batch.pk)
    row = fresh(batch)
    assert (
        row.status == Status.FAILED
        and row.attempt == 1
        and "Choose the file again." in row.sentence
    )


def test_z_10_the_right_is_asked_again_when_the_work_begins(
    cottonwood: District_, clerk: User
) -> None:
    batch = submit(
        "upload",
        by=clerk,
        title="Upload",
        scope=cottonwood.scope,
        options={"type": "cte-eoy", "work": "upload"},
        content=ContentFile(file(line())),
    )
    Membership.objects.filter(user=clerk).delete()
    run(batch.pk)
    assert (
        fresh(batch).status == Status.FAILED
        and "does not have permission to do this" in fresh(batch).sentence
    )


def test_a_notice_is_mailed_to_who_asked_without_a_students_name(
    upload: Upload, queue: Any, work: Work
) -> None:
    batch = queue(notify=True, subject="ANDERSON KAYLA.tsv")
    quiet = queue()
    run(batch.pk)
    run(quiet.pk)
    notice = Batch.objects.get(kind="notice")
    assert notice.about_id == batch.pk and notice not in Batch.objects.of_district("9012")
    run(notice.pk)
    run(notice.pk)
    assert (
        len(mail.outbox) == 1
        and "has ended" in mail.outbox[0].subject
        and "ANDERSON" not in mail.outbox[0].body + mail.outbox[0].subject
    )


def test_files_are_kept_for_their_time(upload: Upload, kayla: Any) -> None:
    """P-07."""
    done = upload(file(line()))
    assert dispatch.retire() == 0
    Batch.objects.filter(pk=done.batch.pk).update(
        queued_at=timezone.now() - datetime.timedelta(days=91)
    )
    assert dispatch.retire() == 1 and not default_storage.exists(done.batch.input_file)
    assert done.content("report.csv")
    Batch.objects.filter(pk=done.batch.pk).update(
        finished_at=timezone.now() - datetime.timedelta(days=366)
    )
    assert dispatch.retire() > 0 and done.batch.files.count() == 0
    assert Batch.objects.filter(pk=done.batch.pk).exists()


# --- pages

QUEUE = "/districts/9012/2025/batches/"


@pytest.fixture
def desk(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def test_j_06_the_page_of_a_running_job(desk: Client, queue: Any) -> None:
    batch = queue(subject="CTE EOY Upload.tsv")
    page = desk.get(f"{QUEUE}{batch.pk}/").content.decode()
    assert (
        "Queued" in page
        and "Starts next." in page
        and 'hx-trigger="every 3s"' in page
        and "Refresh" in page
    )
    assert (
        "CTE EOY Upload.tsv" in page
        and "MARTIN, CHERYL" in page
        and "You can leave the page while it runs." in page
    )
    claim(batch.pk, "w")
    Batch.objects.filter(pk=batch.pk).update(stage="Reading", done=540, total=787)
    page = desk.get(f"{QUEUE}{batch.pk}/").content.decode()
    assert "Reading row 540 of 787." in page and '<progress max="100" value="68"' in page
    run_to_the_end(batch)
    assert "every 3s" not in desk.get(f"{QUEUE}{batch.pk}/").content.decode(), (
        "a finished job is not asked about"
    )


def run_to_the_end(batch: Batch) -> None:
    Batch.objects.filter(pk=batch.pk).update(status=Status.QUEUED, lease_until=None)
    assert run(batch.pk)


def test_j_07_the_top_bar_counts_what_runs(desk: Client, queue: Any) -> None:
    home = "/districts/9012/2025/"
    assert "running</span></b>" not in desk.get(home).content.decode()
    queue()
    queue()
    assert '<b>2<span class="hide"> running</span></b>' in desk.get(home).content.decode()


def test_j_08_the_list_filters(
    desk: Client, queue: Any, second_clerk: User, cottonwood: District_
) -> None:
    mine = queue(subject="mine.tsv")
    run(mine.pk)
    theirs = submit(
        "work", by=second_clerk, title="Work", subject="theirs.tsv", scope=cottonwood.scope
    )
    Batch.objects.filter(pk=theirs.pk).update(
        queued_at=timezone.now() - datetime.timedelta(days=10)
    )

    def files_listed(query: str) -> set[str]:
        page = desk.get(QUEUE + query).content.decode()
        return {name for name in ("mine.tsv", "theirs.tsv") if name in page}

    assert files_listed("") == {"mine.tsv", "theirs.tsv"}
    assert files_listed("?by=me") == {"mine.tsv"}
    assert files_listed("?status=queued") == {"theirs.tsv"}
    today = timezone.localdate()
    assert files_listed(f"?first={today:%m/%d/%Y}") == {"mine.tsv"}
    assert files_listed(f"?last={today - datetime.timedelta(days=1):%m/%d/%Y}") == {"theirs.tsv"}
    assert "Enter a date like" in desk.get(f"{QUEUE}?first=soon").content.decode()
    for query in (
        "?rows=99999",
        "?by=x",
        "?status='",
        "?first=%00",
        "?last=12/31/9999",
        "?first=01/01/0001",
    ):
        assert desk.get(QUEUE + query).status_code == 200


def test_j_13_our_failure_says_that_the_file_is_safe_and_runs_again(
    desk: Client, queue: Any, work: Work
) -> None:
    batch = queue(content=ContentFile(b"the bytes"))
    Batch.objects.filter(pk=batch.pk).update(
        **{**failed(batch, "7K3Q"), "finished_at": timezone.now()}
    )
    page = desk.get(f"{QUEUE}{batch.pk}/").content.decode()
    assert "Your file is safe. Nothing was changed. Reference 7K3Q." in page and "Run again" in page
    key = str(uuid.uuid4())
    first, other = (desk.post(f"{QUEUE}{batch.pk}/again/", {"key": key}) for _ in range(2))
    assert first["Location"] == other["Location"] != f"{QUEUE}{batch.pk}/"
    again = Batch.objects.exclude(pk=batch.pk).get()
    with default_storage.open(again.input_file) as content:
        assert content.read() == b"the bytes"


def test_a_colleagues_job_is_not_mine_to_cancel(
    client: Client, queue: Any, second_clerk: User, administrator: User
) -> None:
    batch = queue()
    client.force_login(second_clerk)
    assert client.post(f"{QUEUE}{batch.pk}/cancel/").status_code == 403
    client.force_login(administrator)
    assert (
        client.post(f"{QUEUE}{batch.pk}/cancel/").status_code == 302
        and fresh(batch).status == Status.CANCELED
    )


def test_w_07_z_03_a_file_is_an_attachment_for_who_may_have_it(
    desk: Client, upload: Upload, kayla: Any, clerk: User, caplog: pytest.LogCaptureFixture
) -> None:
    done = upload(file(line(inside="x")), name='a"b;c\u202e.tsv')
    address = f"{QUEUE}{done.batch.pk}/files/rejected.tsv/"
    with caplog.at_level("INFO", logger="cte_portal.access"):
        answer = desk.get(address)
    assert answer["Content-Disposition"].startswith("attachment;") and answer[
        "Content-Type"
    ].startswith("text/tab-separated-values")
    assert "no-store" in answer["Cache-Control"]
    assert (
        f"downloaded file=rejected.tsv batch={done.batch.pk} user={clerk.pk} district=9012"
        in caplog.text
    )
    assert desk.get(f"{QUEUE}{done.batch.pk}/files/../").status_code == 404
    Membership.objects.all().delete()
    assert desk.get(address).status_code == 404
