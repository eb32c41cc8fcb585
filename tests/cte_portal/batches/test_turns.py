"""M-7: a limit for every kind of job, and districts take turns. M-8: one bad row never stops a
queue.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client, override_settings

from cte_portal.accounts.models import User
from cte_portal.batches import dispatch, kinds
from cte_portal.batches.job import Job
from cte_portal.batches.kinds import Kind, known_names
from cte_portal.batches.models import STATEWIDE, Batch, Status, moment
from cte_portal.batches.queue.line import Line
from cte_portal.batches.running import run
from cte_portal.batches.statewide.statewide import for_each_district
from cte_portal.batches.submit import submit
from cte_portal.batches.tasks import run_batch
from cte_portal.editions import Scope
from cte_portal.ui.too_many import TooMany
from tests.fixtures.records import District_

QUEUE = "/opi/batches/"


class Served:
    """In which order districts were served."""

    def __init__(self) -> None:
        self.order: list[str] = []

    def __call__(self, job: Job) -> None:
        self.order.append(job.batch.district)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    does = Served()
    statewide = Kind("all", lambda job: all_of(job), queue=STATEWIDE)
    known = {
        **kinds._kinds(),
        "work": Kind("work", does),
        "turn": Kind("turn", does, in_turn=True),
        "all": statewide,
    }
    monkeypatch.setattr(kinds, "_kinds", lambda: known)
    return does


def all_of(job: Job) -> None:
    for_each_district(job, "work", ["9012", "0965"], stage="Working", title="Part", options={})


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages that were handed over, in order."""
    messages: list[str] = []
    monkeypatch.setattr(
        run_batch, "apply_async", lambda arguments, **more: messages.append(arguments[0])
    )
    return messages


def work(clerk: User, district: str, kind: str = "work", **more: Any) -> Batch:
    return submit(kind, by=clerk, title="Work", scope=Scope(district, 2025), **more)


def later(number: int) -> None:
    """The database's clock stands still within a test's transaction on PostgreSQL: each start is
    told apart.
    """
    ended = Batch.objects.filter(status=Status.COMPLETED, stage="")
    ended.update(started_at=moment(number), stage="told")


def carry_out(messages: list[str]) -> None:
    for number, key in enumerate(messages, 1):
        run_batch(key)
        later(number)


# --- M-7


def test_no_district_waits_for_more_than_two_of_anothers_jobs(
    clerk: User, served: Served, broker: list[str]
) -> None:
    """M-7: a clerk's loop of 300 extracts kept another district waiting for 37 seconds."""
    for _ in range(100):
        work(clerk, "9012")
    dispatch.publish()
    for district in ("0965", "0100", "0965"):
        work(clerk, district)
    dispatch.publish()
    assert len(broker) == 103
    carry_out(broker)
    assert len(served.order) == 103, "each message runs one, none is left"
    assert not Batch.objects.live().exists()
    for district, last in (("0965", 5), ("0100", 3)):
        places = [at for at, name in enumerate(served.order) if name == district]
        assert places[-1] <= last, served.order[:8]


def test_what_is_handed_over_goes_by_turns_too(
    clerk: User, served: Served, broker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-7: more than one round hands over."""
    monkeypatch.setattr(dispatch, "AT_ONCE", 4)
    mine = [work(clerk, "9012") for _ in range(10)]
    run(mine[0].pk)
    other = work(clerk, "0965")
    dispatch.publish()
    assert broker[0] == str(other.pk) and len(broker) == 4


def test_a_districts_own_work_keeps_its_order(
    clerk: User, served: Served, broker: list[str]
) -> None:
    """C-03, M-7"""
    mine = [work(clerk, "9012", "turn", options={"number": number}) for number in range(5)]
    work(clerk, "0965")
    for _ in range(6):
        dispatch.publish()
        carry_out(broker[:])
        broker.clear()
    assert [
        batch.pk for batch in Batch.objects.filter(kind="turn").order_by("finished_at", "queued_at")
    ] == [batch.pk for batch in mine]
    assert len(served.order) == 6


def test_work_for_all_districts_waits_in_its_own_queue(
    clerk: User, served: Served, broker: list[str]
) -> None:
    """M-7: parent and children; neither takes a district's turn in the queue of clerks."""
    for _ in range(5):
        work(clerk, "9012")
    parent = submit("all", by=clerk, title="All", scope=Scope("", 2025))
    assert run(parent.pk)
    assert served.order == ["0965", "9012"] or served.order == ["9012", "0965"]
    parent.refresh_from_db()
    assert parent.status == Status.COMPLETED
    other = work(clerk, "0965")
    dispatch.publish()
    carry_out(broker)
    assert (
        served.order[2:].index("0965") <= 1
        and not Batch.objects.filter(pk=other.pk).live().exists()
    )


def test_a_message_of_work_that_is_done_or_unknown_runs_nothing_else_twice(
    clerk: User, served: Served, broker: list[str]
) -> None:
    """F-12, F-13: five times the same message."""
    batch = work(clerk, "9012")
    dispatch.publish()
    for _ in range(5):
        run_batch(str(batch.pk))
    run_batch(str(uuid.uuid4()))
    assert served.order == ["9012"]


@override_settings(JOBS_A_MINUTE=3)
def test_every_kind_of_job_is_limited_not_uploads_alone(clerk: User, served: Served) -> None:
    """M-7, U-72"""
    stored = default_storage.listdir("batches")[0] if default_storage.exists("batches") else []
    for kind in ("work", "extract", "resync"):
        work(clerk, "9012", kind, key=kind)
    with pytest.raises(TooMany) as refused:
        work(clerk, "9012", content=ContentFile(b"x"))
    assert "3 jobs within a minute" in refused.value.sentence
    assert work(clerk, "9012", key="work").kind == "work", (
        "a double click is the first, not too much"
    )
    assert work(clerk, "9012", limited=False) and Batch.objects.count() == 4, (
        "a command's is not counted"
    )
    now = default_storage.listdir("batches")[0] if default_storage.exists("batches") else []
    assert now == stored, "nothing is stored of what is refused"


@override_settings(JOBS_WAITING=3)
def test_a_district_has_so_many_jobs_waiting_at_most(
    clerk: User, stranger: User, opi: User, served: Served
) -> None:
    """M-7: five clerks' loops are one district's."""
    for person in (clerk, stranger, opi):
        work(person, "9012")
    with pytest.raises(TooMany) as refused:
        work(clerk, "9012")
    assert (
        refused.value.sentence
        == "District 9012 has 3 jobs waiting. Wait until some of them have ended, then submit this"
        " one again."
    )
    assert work(stranger, "0965")


@override_settings(JOBS_A_MINUTE=1)
def test_a_page_without_a_form_answers_429_with_the_sentence(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    """M-7: Run again, Undo, Validate."""
    client.force_login(clerk)
    done = submit(
        "extract",
        by=clerk,
        title="X",
        scope=cottonwood.scope,
        options={"type": "cte-eoy", "format": "tsv"},
    )
    Batch.objects.filter(pk=done.pk).update(status=Status.CANCELED, finished_at=done.queued_at)
    answer = client.post(
        f"/districts/9012/2025/batches/{done.pk}/again/", {"key": str(uuid.uuid4())}
    )
    assert answer.status_code == 429 and answer["Retry-After"] == "60"
    assert (
        "You have submitted 1 jobs within a minute" in answer.content.decode()
        and "Too many attempts" not in answer.content.decode()
    )
    extract = {"type": "cte-eoy", "format": "tsv", "key": str(uuid.uuid4())}
    answer = client.post("/districts/9012/2025/mt-extracts/", extract)
    assert (
        answer.status_code == 429
        and "within a minute" in answer.content.decode()
        and "Extract Type" in answer.content.decode()
    )


def test_the_queue_says_how_many_go_first_by_turns(clerk: User, served: Served) -> None:
    """M-7: 300 jobs of another district are one in front."""
    for _ in range(30):
        work(clerk, "9012")
    mine, second = work(clerk, "0965"), work(clerk, "0965")
    Batch.objects.update(queued_at=mine.queued_at)
    for number, batch in enumerate(Batch.objects.order_by("district", "pk")):
        Batch.objects.filter(pk=batch.pk).update(
            queued_at=mine.queued_at.replace(
                microsecond=(100 if batch.district == "0965" else 0) + number
            )
        )
    lines = [
        Line(batch).sentence
        for batch in (
            Batch.objects.filter(pk__in=[mine.pk, second.pk]).with_standing().order_by("queued_at")
        )
    ]
    assert lines == ["1 ahead of it.", "3 ahead of it."]


# --- M-8


@pytest.fixture
def gone(clerk: User, served: Served) -> Batch:
    """Work of a kind that an upgrade knew which was taken back; its worker died at the third
    attempt.
    """
    batch = work(clerk, "9012")
    lapsed = batch.queued_at.replace(year=2020)
    Batch.objects.filter(pk=batch.pk).update(
        kind="gone", status=Status.PROCESSING, attempt=3, lease_until=lapsed
    )
    return batch


def test_a_row_of_an_unknown_kind_is_set_aside_and_the_rest_goes_on(
    gone: Batch,
    clerk: User,
    opi: User,
    client: Client,
    served: Served,
    broker: list[str],
    cottonwood: District_,
) -> None:
    """M-8: *a round failed: KeyError* twice a second, and every district waited."""
    waiting = work(clerk, "0965")
    assert dispatch.sweep() == 1 and dispatch.publish() == 1
    assert broker == [str(waiting.pk)]
    gone.refresh_from_db()
    assert gone.status == Status.FAILED and gone.reference
    client.force_login(opi)
    page = client.get(QUEUE).content.decode()
    assert "Failed in the background: 1" in page and gone.reference in page
    client.force_login(clerk)
    assert client.get("/districts/9012/2025/batches/").status_code == 200
    assert client.get(f"/districts/9012/2025/batches/{gone.pk}/").status_code == 200


def test_queued_work_of_an_unknown_kind_fails_by_name_at_once(
    clerk: User, served: Served, cottonwood: District_
) -> None:
    """M-8"""
    batch = work(clerk, "9012")
    Batch.objects.filter(pk=batch.pk).update(kind="gone")
    assert run(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Status.FAILED and batch.attempt == 1
    assert (
        batch.sentence
        == "This version of the portal cannot do this kind of job. Nothing was changed."
    )
    with pytest.raises(KeyError):
        work(clerk, "9012", "gone")


def test_one_row_that_cannot_be_swept_keeps_no_other_from_it(
    clerk: User, served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """M-8"""
    bad, good = work(clerk, "9012"), work(clerk, "0965")
    Batch.objects.update(
        status=Status.PROCESSING, attempt=1, lease_until=bad.queued_at.replace(year=2020)
    )
    drop = dispatch.drop_attempts

    def broken(batch: Batch, up_to: int) -> None:
        if batch.pk == bad.pk:
            raise RuntimeError
        drop(batch, up_to)

    monkeypatch.setattr(dispatch, "drop_attempts", broken)
    assert dispatch.sweep() == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == (Status.FAILED, Status.QUEUED)
    assert (
        bad in Batch.objects.failed_unseen(known_names())
        and f"Reference {bad.reference}." in bad.sentence
    )
    assert bad.reference in caplog.text


def test_a_row_that_the_broker_does_not_take_keeps_no_other_from_it(
    clerk: User, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-8"""
    bad, good = work(clerk, "9012"), work(clerk, "0965")
    handed: list[str] = []

    def take(arguments: list[str], **more: Any) -> None:
        if arguments[0] == str(bad.pk):
            raise ValueError
        handed.append(arguments[0])

    monkeypatch.setattr(run_batch, "apply_async", take)
    assert dispatch.publish() == 1 and handed == [str(good.pk)]
    bad.refresh_from_db()
    assert bad.published_at is None


def test_the_dispatcher_publishes_although_the_sweep_fails(
    clerk: User, served: Served, broker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-8"""
    work(clerk, "9012")

    def broken() -> int:
        raise KeyError

    monkeypatch.setattr(dispatch, "sweep", broken)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    call_command("dispatch", once=True)
    assert len(broker) == 1
