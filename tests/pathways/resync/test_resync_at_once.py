"""A resync beside people and processes that write in the same moment, with real threads and real
commits (F-30, F-31; design D1, D2).
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch, Status
from cte_portal.batches.running import run
from cte_portal.batches.submit import cancel
from pathways.ledger import ledger
from pathways.ledger.locks import lock_at_state
from pathways.lists import changing
from pathways.lists.publish import publish
from pathways.models import Change, Participation, Pathway, StateCopy, Student
from pathways.records import entry
from pathways.resync import batches, resync
from pathways.resync.batches import submit_resync
from pathways.resync.comparison import Comparison
from pathways.resync.object_types import NAMES
from pathways.resync.unsent import Unsent
from tests.fixtures.records import BUSINESS, HEALTH, District_, row
from tests.fixtures.resync import STATE, send

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "state"])
POSTGRESQL = connection.vendor == "postgresql"
only_postgresql = pytest.mark.skipif(
    not POSTGRESQL, reason="SQLite has no connection that a server could end"
)
ROUNDS = 12  # each of six moments with each of two students whose turn it then is


@pytest.fixture
def sent(opi_reference: None, cottonwood: District_, kayla: Student) -> District_:
    for number in range(4):
        cottonwood.record(cottonwood.student(f"99900030{number}"))
    cottonwood.record(kayla)
    publish()
    send(cottonwood.scope)
    return cottonwood


class Thread(threading.Thread):
    """Lets go of its connections, and hands on what it raised."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.work, self.answer, self.error = work, None, None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self.work()
        except BaseException as error:  # noqa: BLE001 - the test raises it
            self.error = error  # type: ignore[assignment]
        finally:
            connections.close_all()

    def ended(self, seconds: float = 60) -> Any:
        self.join(seconds)
        assert not self.is_alive()
        if self.error:
            raise self.error
        return self.answer


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The resync stands still before its commits: (it has come there, it may go on)."""
    reached, leave = threading.Event(), threading.Event()
    own = resync._say

    def slow_say(*args: Any, **values: Any) -> StateCopy:
        copy = own(*args, **values)
        reached.set()
        leave.wait(30)
        return copy

    monkeypatch.setattr(resync, "_say", slow_say)
    yield reached, leave
    leave.set()


def changed(district: District_, student: Student, **values: Any) -> None:
    entry.save(district.scope, [row(student, HEALTH, **values)], by="KELLER, DANIEL")


def test_f_31_a_save_during_a_resync_comes_after_its_picture(
    sent: District_, kayla: Student, clerk: User, paused: tuple[threading.Event, threading.Event]
) -> None:
    reached, leave = paused
    batch = submit_resync(sent.scope, NAMES, by=clerk)
    sending_ = Thread(lambda: run(batch.pk))
    assert reached.wait(30)
    saving = Thread(lambda: changed(sent, kayla, version=1, single_parent=True))
    time.sleep(0.5)
    assert saving.is_alive(), "the clerk waits"
    leave.set()
    sending_.ended()
    saving.ended()
    assert Participation.objects.using(STATE).get(student_id=kayla.pk).single_parent is False
    assert (
        Unsent.of(sent.scope).changes == 1
        and Unsent.of(sent.scope).gap.by_cause["changed since"] == 1
    )


def test_f_31_who_waits_too_long_is_told(
    sent: District_, kayla: Student, clerk: User, paused: tuple[threading.Event, threading.Event]
) -> None:
    reached, leave = paused
    batch = submit_resync(sent.scope, NAMES, by=clerk)
    sending_ = Thread(lambda: run(batch.pk))
    assert reached.wait(30)
    started = time.monotonic()
    with pytest.raises(ledger.Busy):
        changed(sent, kayla, version=1, single_parent=True)
    assert 4 < time.monotonic() - started < 8
    leave.set()
    sending_.ended()
    assert (
        Participation.objects.get(student=kayla).version == 1 and Unsent.of(sent.scope).changes == 0
    )


def test_who_cancels_after_the_state_is_committed_is_told_that_it_had_ended(
    sent: District_, kayla: Student, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(sent, kayla, version=1, single_parent=True)
    own, canceling = batches.resync, []

    def between(*args: Any, **values: Any) -> StateCopy:
        copy = own(*args, **values)
        canceling.append(Thread(lambda: cancel(batch, by="KELLER, DANIEL")))
        time.sleep(0.5)
        return copy

    monkeypatch.setattr(batches, "resync", between)
    batch = submit_resync(sent.scope, NAMES, by=clerk)
    assert run(batch.pk)
    assert canceling[0].ended() is False
    batch.refresh_from_db()
    assert (batch.status, batch.sentence) == (Status.COMPLETED, "Everything was sent to the state.")


def images(district: str, cursor: int) -> dict[tuple[int, int], int]:
    """The district's records as the history up to the cursor has them: student and pathway, with
    their version.
    """
    versions: dict[tuple[int, int], int] = {}
    for change in Change.objects.filter(district=district, pk__lte=cursor).order_by("pk"):
        if change.operation == Change.Operation.DELETE:
            versions.pop((change.student_id, change.pathway_id), None)
        else:
            versions[change.student_id, change.pathway_id] = change.version
    return versions


def test_the_cursor_is_exact_while_clerks_write(sent: District_, elsewhere: District_) -> None:
    """After each resync the state has the records that the history has up to the cursor, and what
    is not yet sent is the rest.
    """
    students = list(Student.objects.filter(district="9012"))
    neighbor = elsewhere.student("999000900")
    over, saved, looked = threading.Event(), [0], [0]

    def clerk(seed: int) -> None:
        chance = random.Random(seed)
        while not over.is_set():
            with suppress(ledger.NotApplied):
                if chance.random() < 0.15:
                    elsewhere.record(neighbor, chance.choice([HEALTH, BUSINESS]), by="X")
                student, pathway = chance.choice(students), chance.choice([HEALTH, BUSINESS])
                stored = Participation.objects.filter(
                    student=student, pathway__name=pathway
                ).first()
                if stored and chance.random() < 0.3:
                    entry.delete(sent.scope, stored, version=stored.version, by="X")
                else:
                    typed = row(
                        student,
                        pathway,
                        version=stored.version if stored else 0,
                        concentrator=chance.random() < 0.5,
                    )
                    entry.save(sent.scope, [typed], by="X")
                saved[0] += 1

    def sender() -> None:
        while not over.is_set():
            with suppress(Exception):
                send(sent.scope)
            with transaction.atomic(STATE):
                lock_at_state(sent.scope)
                copy = StateCopy.objects.of_district("9012")
                assert copy
                at_state = Participation.objects.using(STATE).filter(student__district="9012")
                stands = {
                    (record.student_id, record.pathway_id): record.version for record in at_state
                }
            assert stands == images("9012", copy.cursor)
            looked[0] += 1

    clerks = [Thread(lambda seed=seed: clerk(seed)) for seed in range(3)]  # type: ignore[misc]
    senders = [Thread(sender)]
    deadline = time.monotonic() + 90
    while (
        time.monotonic() < deadline
        and (looked[0] < 25 or saved[0] < 100)
        and all(thread.is_alive() for thread in [*clerks, *senders])
    ):
        time.sleep(0.1)
    over.set()
    for thread in [*senders, *clerks]:
        thread.ended()
    assert looked[0] >= 5 and saved[0] >= 20, "they did meet"
    copy = send(sent.scope)
    assert Unsent.of(sent.scope).changes == 0 and images("9012", copy.cursor) == images(
        "9012", 1 << 60
    )


def again_as_the_queue_does(work: Callable[[], Any]) -> Any:
    """What the other's lock or commit stopped is tried once more, three times in all."""
    for _ in range(2):
        with suppress(OperationalError, IntegrityError):
            return work()
    return work()


def test_publishing_beside_resyncs_leaves_both_whole(
    sent: District_, keeper: User, kayla: Student
) -> None:
    over, published = threading.Event(), [0]

    def opi() -> None:
        while not over.wait(0.05):
            with suppress(ledger.Busy), changing.changing(by=keeper) as entries:
                pathway = Pathway.objects.get(code="03")
                pathway.name = f"Renamed {published[0]}"
                entries.save(pathway)
            again_as_the_queue_does(publish)
            published[0] += 1

    at_work = Thread(opi)
    version = 1
    for number in itertools.count():
        if (number >= 12 and published[0] >= 3) or number >= 500:
            break
        with suppress(ledger.Busy):
            changed(sent, kayla, version=version, single_parent=bool(number % 2))
        version = Participation.objects.get(student=kayla).version
        again_as_the_queue_does(lambda: send(sent.scope))
    over.set()
    at_work.ended()
    publish()
    assert published[0] >= 3
    assert set(Pathway.objects.using(STATE).values_list("code", "name")) == set(
        Pathway.objects.values_list("code", "name")
    )
    send(sent.scope)
    assert Comparison(sent.scope).differing == 0


def rows_at(alias: str) -> set[tuple[Any, ...]]:
    records = set(
        Participation.objects.using(alias).values_list(
            "pk", "version", "single_parent", "start_date"
        )
    )
    return records | set(Student.objects.using(alias).values_list("pk", "middle_name"))


@only_postgresql
def test_the_district_connection_is_cut_during_the_states_transaction(
    sent: District_, clerk: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Whatever the moment: rows and StateCopy are both the old ones or both the new ones, and the
    next attempt ends the batch.
    """
    settings.BATCH_RETRY_FACTOR = 0
    login = connection.get_connection_params()
    server = psycopg.connect(
        dbname="postgres",
        host=login["host"],
        port=login["port"],
        user=login["user"],
        password=login.get("password"),
        autocommit=True,
    )
    moments = ["differences", "remove", "carry", "write", "_say", "resync"]
    cut: list[str] = []
    before_commit = []

    def cutting(module: Any, name: str) -> None:
        own = getattr(module, name)

        def wrapped(*args: Any, **values: Any) -> Any:
            answer = own(*args, **values)
            if cut == [name]:
                cut.clear()
                assert connection.connection
                server.execute(
                    "SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid]
                )
                before_commit.append(name)
            return answer

        monkeypatch.setattr(module, name, wrapped)

    for name in moments:
        cutting(batches if name == "resync" else resync, name)
    outcomes = {"old": 0, "new": 0}
    for number in range(ROUNDS):
        moment = moments[number % len(moments)]
        student = Student.objects.get(state_id=f"99900030{number % 4}")
        stored = Participation.objects.filter(student=student).first()
        if moment == "remove" and stored:
            entry.delete(sent.scope, stored, version=stored.version, by="X")
        else:
            changed(
                sent,
                student,
                version=stored.version if stored else 0,
                single_parent=not (stored and stored.single_parent),
            )
        Student.objects.filter(pk=student.pk).update(middle_name=f"Round {number}")
        old, new = rows_at(STATE), rows_at("default")
        generation = StateCopy.objects.using(STATE).get().generation
        assert old != new
        batch = submit_resync(sent.scope, NAMES, by=clerk)
        cut[:] = [moment]
        run(batch.pk)
        connections.close_all()
        assert not cut, f"{moment} was not reached"
        copy, stands = StateCopy.objects.using(STATE).get(), rows_at(STATE)
        assert (copy.generation, stands, copy.batch == batch.pk) in [
            (generation, old, False),
            (generation + 1, new, True),
        ], moment
        assert (stands == new) == (moment == "resync"), (
            "the state is committed once all is well, and not before"
        )
        outcomes["new" if stands == new else "old"] += 1
        assert Batch.objects.get(pk=batch.pk).status == Status.QUEUED
        assert run(batch.pk)
        copy, batch = StateCopy.objects.using(STATE).get(), Batch.objects.get(pk=batch.pk)
        assert (batch.status, batch.attempt, copy.batch, copy.generation) == (
            Status.COMPLETED,
            2,
            batch.pk,
            generation + 1,
        )
        assert copy.attempt == (1 if moment == "resync" else 2), (
            "what stands there is not sent twice"
        )
        assert rows_at(STATE) == new
    server.close()
    assert all(outcomes.values())
    assert send(sent.scope).generation == StateCopy.objects.using(STATE).get().generation
