"""Never another district's answer: connections are exchanged between two steps, as a pooler does
that gives them out by transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, connections

from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.ledger import ledger, staging
from pathways.models import Change, Participation, Student
from pathways.records import entry
from pathways.uploads import checking, report
from tests.fixtures.records import HEALTH, District_, row
from tests.fixtures.uploads import file, line

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "state"])

STEPS: dict[str, tuple[Any, str]] = {
    "staged": (checking, "stage_file"),
    "judged": (checking, "verdicts"),
    "checked": (checking, "judge"),
    "reported": (report.ImportResults, "write"),
}


class Exchange:
    """Two threads wait for each other after a step and go on with each other's connection; `times`
    times, then no more.
    """

    def __init__(self, times: int) -> None:
        self.left = times
        self.wrappers: list[Any] = []
        self.meeting = threading.Barrier(2, action=self.swap, timeout=20)

    def swap(self) -> None:
        self.left -= 1
        first, other = self.wrappers
        first.connection, other.connection = other.connection, first.connection
        self.wrappers.clear()

    def after(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        place, name = STEPS[step]
        own = getattr(place, name)

        def wrapped(*arguments: Any, **values: Any) -> Any:
            answer = own(*arguments, **values)
            if self.left > 0:
                self.wrappers.append(connections["default"])
                self.meeting.wait()
            return answer

        monkeypatch.setattr(place, name, wrapped)


def submitted(district: District_, by: User, students: list[Student], work: str) -> Batch:
    lines = [
        line(
            district=district.scope.district, state_id=student.state_id, inside="2.00", total="2.00"
        )
        for student in students
    ]
    return submit(
        "upload",
        by=by,
        title="U",
        subject="x.tsv",
        scope=district.scope,
        content=ContentFile(file(*lines), name="i"),
        options={"type": "cte-eoy", "work": work},
    )


def run_both(batches: list[Batch]) -> None:
    def run(batch: Batch) -> None:
        run_here(batch, patience=0)
        connections.close_all()

    threads = [threading.Thread(target=run, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for batch in batches:
        batch.refresh_from_db()


@pytest.fixture
def two(
    cottonwood: District_, elsewhere: District_, clerk: User, stranger: User
) -> Callable[[str], list[Batch]]:
    """A file of two new records in one district, and of three that stand there already in the
    other.
    """
    elsewhere.approve(HEALTH)
    new = [cottonwood.student(f"99900040{number}") for number in range(2)]
    standing = [elsewhere.student(f"99900050{number}") for number in range(3)]
    for student in standing:
        elsewhere.record(student, in_district_credits=Decimal("2.00"))

    def submit_both(work: str) -> list[Batch]:
        return [
            submitted(cottonwood, clerk, new, work),
            submitted(elsewhere, stranger, standing, work),
        ]

    return submit_both


@pytest.mark.parametrize("work", ["validate", "upload"])
@pytest.mark.parametrize("step", STEPS)
def test_no_district_gets_the_counts_of_another(
    step: str, work: str, two: Callable[[str], list[Batch]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 14, item 0: 7 of 20 answers were another district's."""
    batches = two(work)
    Exchange(1).after(monkeypatch, step)
    run_both(batches)
    assert [(batch.status, batch.attempt) for batch in batches] == [("completed", 1)] * 2, [
        batch.sentence for batch in batches
    ]
    counts = [
        {name: number for name, number in batch.result["counts"].items() if number}
        for batch in batches
    ]
    assert counts == [
        {"read": 2, "new": 2, "warnings": 2},
        {"read": 3, "unchanged": 3, "warnings": 3},
    ]
    written = {
        batch.district: Change.objects.filter(batch=batch.pk, district=batch.district).count()
        for batch in batches
    }
    assert list(written.values()) == [2 if work == "upload" else 0, 0]


def test_connections_that_are_exchanged_all_the_time_give_no_answer(
    two: Callable[[str], list[Batch]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 14, item 0."""
    batches = two("upload")
    Exchange(99).after(monkeypatch, "staged")
    run_both(batches)
    assert [(batch.status, batch.result) for batch in batches] == [("queued", {})] * 2, (
        "each is tried again later"
    )
    assert not Change.objects.filter(batch__in=[batch.pk for batch in batches]).exists()


def exchanged_before(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, staged_there: Callable[[], Any]
) -> None:
    """Before the named step this thread gets a connection on which somebody else has just
    staged.
    """
    own = getattr(place, name)
    others: list[Any] = []

    def stage_elsewhere() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        staged_there()
        others.append(connections["default"].connection)
        connections["default"].connection = None

    def wrapped(*arguments: Any, **values: Any) -> Any:
        elsewhere = threading.Thread(target=stage_elsewhere)
        elsewhere.start()
        elsewhere.join()
        used = connections["default"]
        used.connection, mine = others.pop(), used.connection
        mine.close()
        return own(*arguments, **values)

    monkeypatch.setattr(place, name, wrapped)


@pytest.mark.parametrize("step", ["check_staged", "make_plan"])
def test_a_save_from_a_table_on_an_exchanged_connection_is_refused(
    step: str,
    cottonwood: District_,
    elsewhere: District_,
    kayla: Student,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Issue 14, item 0: nothing is written, and the clerk reads a sentence."""
    elsewhere.approve(HEALTH)
    theirs = row(elsewhere.student("999000501"))
    place = entry.rules if step == "check_staged" else ledger
    monkeypatch.setattr(entry, "stage_values", staging.stage)
    exchanged_before(monkeypatch, place, step, lambda: staging.stage([theirs]))
    with pytest.raises(ledger.StagingLost) as lost:
        entry.save(cottonwood.scope, [row(kayla, version=0)], by="KELLER, DANIEL")
    assert "Nothing was saved" in lost.value.sentence
    assert not Participation.objects.exists() and not Change.objects.exists()


def test_what_a_page_sends_is_its_own_on_whatever_connection(
    cottonwood: District_, elsewhere: District_, kayla: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes along with each statement about it."""
    elsewhere.approve(HEALTH)
    theirs = row(elsewhere.student("999000501"))
    exchanged_before(monkeypatch, entry.rules, "check_staged", lambda: staging.stage([theirs]))
    entry.save(cottonwood.scope, [row(kayla, version=0)], by="KELLER, DANIEL")
    assert [record.student for record in Participation.objects.all()] == [kayla]
    assert Change.objects.get().by == "KELLER, DANIEL"
