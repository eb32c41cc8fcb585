"""Every way in which what a collection signs is written, each as a call that is refused after the
seal (C-24).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.db import DatabaseError, connection

from cte_portal.batches.job import CannotRun
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.findings import explaining
from pathways.follow_up import attempts, outcomes
from pathways.follow_up.differences import resolving
from pathways.ledger import ledger
from pathways.ledger.refusals import Locked
from pathways.ledger.staging import stage
from pathways.models import Attempt, Change, Outcome, OutcomeChange, Participation, Student
from pathways.records import entry
from tests.certification.ready import Ready
from tests.fixtures.records import BUSINESS, row
from tests.pathways.uploads.fall import files

Write = Callable[[Any, Student], Any]


def _raw(statement: str) -> Write:
    def write(ready: Ready, student: Student) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return write


def _record() -> Participation:
    return Participation.objects.get()


def _upload(ready: Ready, student: Student) -> None:
    ledger.apply(
        ready.scope,
        stage([row(student, single_parent=True, version=None)]),
        by="X",
        source=Change.Source.UPLOAD,
        checked=None,
        batch=uuid.uuid4(),
    )


def _save(ready: Ready, student: Student) -> None:
    new = row(student, single_parent=True, version=_record().version)
    entry.save(ready.scope, [new], by="X")


def _undo(ready: Ready, student: Student) -> None:
    change, version = Change.objects.first(), _record().version
    assert change
    entry.restore(ready.scope, change, version=version, by="X", source=Change.Source.UNDO)


OF_RECORDS: dict[str, tuple[Write, type[Exception]]] = {
    "form": (_save, Locked),
    "new record": (
        lambda ready, student: entry.save(ready.scope, [row(student, BUSINESS)], by="X"),
        Locked,
    ),
    "delete": (
        lambda ready, student: entry.delete(
            ready.scope, _record(), version=_record().version, by="X"
        ),
        Locked,
    ),
    "undo": (_undo, Locked),
    "upload": (_upload, Locked),
    "explanation": (lambda ready, student: explaining.take_back(ready.scope, 1, by="X"), Locked),
    "raw update": (
        _raw("UPDATE pathways_participation SET single_parent = NOT single_parent"),
        DatabaseError,
    ),
    "raw insert": (
        _raw("INSERT INTO pathways_participation SELECT * FROM pathways_participation"),
        DatabaseError,
    ),
    "raw delete": (_raw("DELETE FROM pathways_participation"), DatabaseError),
}


def _fall_file(ready: Any, student: Student) -> None:
    line = files.row(student=student.state_id, status="06")
    batch = submit(
        "fall-upload",
        by=ready.clerk,
        title="MT Data Upload",
        subject="x.tsv",
        scope=ready.scope,
        content=ContentFile(files.fall_file(line), name="i"),
        options={"type": "cte-fall", "work": "upload"},
    )
    after = run_here(batch)
    if after.status == "failed":
        raise CannotRun(after.sentence)


def _write_all(ready: Any, student: Student) -> None:
    with outcomes.follow_up_open(ready.scope):
        raise AssertionError("the follow-up is open after the seal")


OF_OUTCOMES: dict[str, tuple[Write, type[Exception]]] = {
    "attempt": (lambda ready, student: ready.answer(student, "06", means="email"), Locked),
    "outcome set": (lambda ready, student: ready.set_outcome(student, "06"), Locked),
    "attempt taken back": (
        lambda ready, student: attempts.take_back(
            ready.scope, Attempt.objects.get().pk, **ready.author
        ),
        Locked,
    ),
    "attempts followed": (
        lambda ready, student: attempts.follow_attempts(
            ready.scope, ready.entry(student).pk, seen=("01", "attempt"), **ready.author
        ),
        Locked,
    ),
    "differences taken": (
        lambda ready, student: resolving.take(ready.scope, seen="", **ready.author),
        Locked,
    ),
    "all at once": (_write_all, Locked),
    "upload": (_fall_file, CannotRun),
    "raw update": (_raw("UPDATE pathways_outcome SET status = '04'"), DatabaseError),
    "raw insert": (
        _raw(
            "INSERT INTO pathways_outcome (student_id, end_year, status, origin, date_contacted)"
            " SELECT student_id, end_year, status, origin, date_contacted FROM pathways_outcome"
        ),
        DatabaseError,
    ),
    "raw delete": (_raw("DELETE FROM pathways_outcome"), DatabaseError),
}
SEALED_WRITES = {"cte-eoy": OF_RECORDS, "cte-fall": OF_OUTCOMES}
PAIRS = [(collection, way) for collection, ways in SEALED_WRITES.items() for way in ways]


def image() -> tuple[Any, ...]:
    """What is written of either collection, with its history."""
    return (
        list(Participation.objects.order_by("pk").values_list("pk", "version", "single_parent")),
        list(Outcome.objects.order_by("pk").values()),
        list(Attempt.objects.order_by("pk").values()),
        Change.objects.count(),
        OutcomeChange.objects.count(),
    )
