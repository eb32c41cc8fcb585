"""C-04: an upload commits while clerks save its students, with real threads. No update is lost: who
comes second is told, or is listed, or – a direct upload – overwrites by key, and the history shows
both (design: order of truth).
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, connections, transaction

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.ledger import ledger
from pathways.models import Change, Participation, Student
from pathways.records import entry
from pathways.uploads import run as running
from tests.fixtures.records import HEALTH, District_, row
from tests.fixtures.uploads import Uploaded, file, line

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "state"])

ROUNDS, STUDENTS = 6, 6
LATER = 0.06  # seconds by which the clerk begins later from round to round
CLERKS, UPLOADED = Decimal("1.75"), Decimal("2.00")


class Room:
    """A district with students who each have a record of 1.50 credits at version 1, and its
    clerks.
    """

    def __init__(self, district: District_, by: User) -> None:
        self.district, self.by = district, by
        self.students = [district.student(f"9990003{number:02d}") for number in range(STUDENTS)]
        for student in self.students:
            district.record(student)

    def submit(self, work: str = "upload", credits: Decimal = UPLOADED, **options: Any) -> Batch:
        lines = [
            line(state_id=student.state_id, inside=f"{credits:.2f}", total=f"{credits:.2f}")
            for student in self.students
        ]
        return submit(
            "upload",
            by=self.by,
            title="U",
            subject="x.tsv",
            scope=self.district.scope,
            content=ContentFile(file(*lines), name="i"),
            options={"type": "cte-eoy", "work": work, **options},
        )

    def save(self, student: Student, version: int, credits: Decimal) -> bool:
        """As the form does: at the version that was seen. False when the clerk is told that
        somebody was quicker.
        """
        typed = row(student, HEALTH, version=version, in_district_credits=credits)
        try:
            entry.save(self.district.scope, [typed], by="KELLER, DANIEL")
        except (ledger.Stale, ledger.Busy):
            return False
        return True

    def again(self, **values: Any) -> None:
        """Every record as it was, at its next version."""
        for student in self.students:
            self.district.record(student, **values)

    def versions(self) -> dict[int, int]:
        return dict(Participation.objects.values_list("student_id", "version"))

    def credits(self, student: Student) -> Decimal:
        return Decimal(
            str(Participation.objects.get(student=student).in_district_credits)
        ).quantize(Decimal("0.01"))

    def history_is_whole(self) -> None:
        """Versions without a gap, and every record is its own last image: nothing was written
        beside the history, or over it.
        """
        for student in self.students:
            changes = list(Change.objects.filter(student_id=student.pk).order_by("version"))
            record = Participation.objects.get(student=student)
            assert [change.version for change in changes] == list(range(1, record.version + 1))
            assert changes[-1].in_district_credits == record.in_district_credits


@pytest.fixture
def room(opi_reference: None, cottonwood: District_, clerk: User) -> Room:
    return Room(cottonwood, clerk)


class Turn:
    """Who begins: in the first round the clerk has saved a record before the upload runs, in the
    last it has ended before; between, by chance.
    """

    def __init__(self, room: Room, number: int, **options: Any) -> None:
        self.room, self.number, self.batch = room, number, room.submit(**options)
        self.seen, self.saved = room.versions(), dict[int, bool]()
        self.clerk_began, self.ended = threading.Event(), threading.Event()

    def clerk(self) -> None:
        self.ended.wait(60) if self.number == ROUNDS - 1 else time.sleep(self.number * LATER)
        for student in self.room.students if self.number % 2 else reversed(self.room.students):
            self.saved[student.pk] = self.room.save(student, self.seen[student.pk], CLERKS)
            self.clerk_began.set()

    def upload(self) -> None:
        if self.number == 0:
            self.clerk_began.wait(60)
        try:
            run_here(self.batch)
        finally:
            self.ended.set()

    def run(self) -> Batch:
        at_once(self.clerk, self.upload)
        return Batch.objects.get(pk=self.batch.pk)


def at_once(*works: Callable[[], Any]) -> None:
    """Run them in threads that start together; what one raises fails the test."""
    barrier, raised = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        try:
            barrier.wait(20)
            work()
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not raised, raised


def test_c_04_a_clerk_and_a_direct_upload_at_the_same_moment(room: Room) -> None:
    """The clerk, second, is told. The upload, second, overwrites, and the clerk's save stands in
    the history below it.
    """
    for number in range(ROUNDS):
        room.again()
        turn = Turn(room, number)
        batch = turn.run()
        assert (batch.status, batch.attempt) == ("completed", 1), batch.sentence
        mine = {change.student_id: change for change in Change.objects.filter(batch=batch.pk)}
        assert batch.result["counts"]["changed"] == len(mine) == STUDENTS
        for student in room.students:
            first = Change.objects.filter(
                student_id=student.pk, version=turn.seen[student.pk] + 1
            ).get()
            if turn.saved[student.pk]:
                assert (first.by, first.in_district_credits) == (
                    "KELLER, DANIEL",
                    CLERKS,
                ), "what the clerk was told is saved is in the history"
            assert mine[student.pk].version == first.version + turn.saved[student.pk]
            assert room.credits(student) == UPLOADED
        assert (number == 0) <= any(turn.saved.values()) and (number == ROUNDS - 1) <= (
            not any(turn.saved.values())
        )
        room.history_is_whole()


def test_c_04_a_clerk_and_a_tested_file_at_the_same_moment(room: Room) -> None:
    """Of the two exactly one writes each record: the clerk is told, or the row is listed as changed
    since the test.
    """
    for number in range(ROUNDS):
        room.again()
        tested = run_here(room.submit("validate"))
        turn = Turn(room, number, since=tested.result["cursor"])
        done = Uploaded(turn.run())
        listed = {number - 2 for number, rule in done.errors if rule == "CTE-415"}
        for at, student in enumerate(room.students):
            assert turn.saved[student.pk] == (at in listed), "one of both, and it is told"
            assert room.credits(student) == (CLERKS if at in listed else UPLOADED)
            assert room.versions()[student.pk] == turn.seen[student.pk] + 1
        assert done.counts["changed"] == STUDENTS - len(listed) and done.counts["rejected"] == len(
            listed
        )
        assert (number == 0) <= bool(listed) and (number == ROUNDS - 1) <= (not listed)
        room.history_is_whole()


def test_an_upload_ends_although_somebody_saves_all_the_time(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three checks that a save made stale the district is held for the fourth: the upload is
    not starved, and asks for no second attempt.
    """
    judge, times = running.checking.judge, []

    def judged(*arguments: Any, **values: Any) -> Any:
        checked = judge(*arguments, **values)
        times.append(connection.in_atomic_block)
        if not times[-1]:
            saving = threading.Thread(target=save_one)
            saving.start()
            saving.join()
        return checked

    def save_one() -> None:
        student = room.students[0]
        assert room.save(
            student, room.versions()[student.pk], Decimal("1.75") + Decimal(len(times)) / 100
        )
        connections.close_all()

    monkeypatch.setattr(running.checking, "judge", judged)
    batch = run_here(room.submit())
    assert (batch.status, batch.attempt, times) == (
        "completed",
        1,
        [False, False, False, True],
    ), batch.sentence
    assert batch.files.count() == len({stored_file.role for stored_file in batch.files.all()}) > 0
    assert {room.credits(student) for student in room.students} == {UPLOADED}
    room.history_is_whole()


@pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="on SQLite nobody else writes while a save is under way"
)
def test_c_04_a_save_that_was_under_way_when_the_file_was_tested_is_shown(room: Room) -> None:
    """Its number in the history is lower than that of a save committed before the test read how far
    the history had come.
    """
    first, other = room.students[:2]
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            assert room.save(first, 1, Decimal("1.75"))
            written.set()
            go_on.wait(20)

    def quick_and_test() -> None:
        written.wait(20)
        assert room.save(other, 1, Decimal("1.75"))
        threading.Timer(0.4, go_on.set).start()
        run_here(tested)

    tested = room.submit("validate")
    at_once(slow, quick_and_test)
    listed = json.loads(Uploaded(Batch.objects.get(pk=tested.pk)).content("findings.json"))[
        "changed"
    ][0]
    assert (
        listed["line"] == 2 and ["In District Credits Earned", "1.75", "2.00"] in listed["changes"]
    )
