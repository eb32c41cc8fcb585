"""A district on its way through the follow-up of its leavers, by whatever step comes next: list,
calls, files, sending, seals; and what must hold after every step.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core import mail
from django.core.files.base import ContentFile
from django.db import DatabaseError, connections, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from certification.models import SealedCopy
from certification.signing import sealing
from cte_portal.accounts.models import AuditEvent
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.models import Batch, BatchFile
from cte_portal.batches.running import run, run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Edition
from cte_portal.refusals import Refusal
from pathways.follow_up.differences import resolving
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.workbench import contacts
from pathways.models import (
    Attempt,
    Contact,
    Enrollment,
    FollowUpEntry,
    Outcome,
    OutcomeChange,
)
from pathways.resync.object_types import NAMES
from tests.certification.machine import Certification
from tests.fixtures.records import END_YEAR
from tests.pathways.uploads.fall import files

STUDENTS = st.integers(0, 2)
STATUSES = st.sampled_from(["01", "04", "06"])
TRIED = st.sampled_from(["", "", "01", "04", "08"])
MEANS = st.sampled_from(["phone", "text", "email"])
DAYS = st.integers(0, 2)
SECRET = "406-555-7"
"""How every contact begins: it is looked for wherever it must not be."""


class FollowUp(Certification):
    who_and_when = ("origin", "means", "attempts", "required_attempts")
    logged: io.StringIO

    def __init__(self) -> None:
        super().__init__()
        self.known: set[int] = set()
        self.tried: dict[int, tuple[Any, ...]] = {}
        self.answered: set[int] = set()
        mail.outbox.clear()

    @initialize(certified=st.booleans())
    def begin(self, certified: bool) -> None:
        """Half have certified before; of the others one file answered two, and the next one said
        something else of the first.
        """
        if certified:
            self.certify()
            return
        self.upload({0, 1}, "04")
        self.upload({0}, "06")
        self.resolve(True)

    def teardown(self) -> None:
        self.contacts_stay_in_the_district()
        super().teardown()

    # --- the list

    @rule()
    def refresh(self) -> None:
        with self.leaving_answers_alone():
            follow_up_list(self.ready.scope)

    @rule(number=STUDENTS)
    def comes_back(self, number: int) -> None:
        """A dropout who enrolls again leaves the list; a graduate does not."""
        student = self.students[number]
        if not Enrollment.objects.filter(
            student=student, calendar__school_year=END_YEAR, start_date__gt="2024-06-01"
        ).exists():
            self.ready.district.enroll(student, END_YEAR, start_date=datetime.date(2024, 9, 3))

    @rule(number=STUDENTS)
    def was_an_error(self, number: int) -> None:
        Enrollment.objects.filter(
            student=self.students[number], calendar__school_year=END_YEAR
        ).delete()

    # --- calls

    @rule(number=STUDENTS, status=TRIED, means=MEANS, days=DAYS)
    def call(self, number: int, status: str, means: str, days: int) -> None:
        day = timezone.localdate() - datetime.timedelta(days=days)
        note = f"Call {Attempt.objects.count()}"
        with self.refused():
            self.ready.answer(self.students[number], status, means=means, date=day, note=note)
            self.happened["called"] += 1

    @rule(number=STUDENTS, status=STATUSES)
    def decide(self, number: int, status: str) -> None:
        with self.refused():
            self.ready.set_outcome(self.students[number], status)

    @rule(number=STUDENTS, value=st.integers(100, 999))
    def contact(self, number: int, value: int) -> None:
        with self.refused():
            entry = self.ready.entry(self.students[number])
            way = contacts.way(f"{SECRET}{value}")
            contacts.add(self.ready.scope, entry.pk, [way], **self.ready.author)
            self.happened["contact"] += 1

    # --- files

    @rule(numbers=st.sets(STUDENTS, min_size=1), status=STATUSES)
    def upload(self, numbers: set[int], status: str) -> None:
        self.finish_job()
        before = dict(Outcome.objects.values_list("student_id", "status"))
        with self.leaving_answers_alone():
            batch = run_here(self.queued(numbers, status))
        assert (batch.status == "failed") == self.is_certified, batch.sentence
        self.happened["uploaded"] += Outcome.objects.count() > len(before)

    @rule(numbers=st.sets(STUDENTS, min_size=1), status=STATUSES)
    def queue_upload(self, numbers: set[int], status: str) -> None:
        self.queued(numbers, status)

    def queued(self, numbers: set[int], status: str) -> Batch:
        lines = [
            files.row(student=self.students[number].state_id, status=status)
            for number in sorted(numbers)
        ]
        return submit(
            self.kind,
            by=self.ready.clerk,
            title="MT Data Upload",
            subject="x.tsv",
            scope=self.ready.scope,
            content=ContentFile(files.fall_file(*lines), name="i"),
            options={"type": "cte-fall", "work": "upload"},
            key=str(uuid.uuid4()),
        )

    @precondition(lambda self: Batch.objects.live().filter(kind=self.kind).exists())
    @rule()
    def finish_job(self) -> None:
        with self.leaving_answers_alone():
            super().finish_job()

    @precondition(lambda self: self.is_certified)
    @rule(number=STUDENTS)
    def raw(self, number: int) -> None:
        """Past the portal."""
        student = self.students[number].pk
        try:
            with transaction.atomic():
                met = Outcome.objects.filter(student=student).update(status="06")
        except DatabaseError as refusal:
            assert "pathways_collection_is_locked" in str(refusal)
        else:
            assert not met

    @rule(take=st.booleans())
    def resolve(self, take: bool) -> None:
        seen = resolving.mark_of(resolving.open_differences(self.ready.scope))
        act = resolving.take if take else resolving.keep
        with self.refused():
            act(self.ready.scope, seen=seen, **self.ready.author)
            self.happened["resolved"] += 1

    # --- sending and certifying

    @rule()
    def everything(self) -> None:
        """Everybody is answered, differences are kept, all is sent."""
        self.finish_job()
        self.refresh()
        self.resolve(False)
        if not self.is_certified:
            for entry in FollowUpEntry.objects.in_scope(self.ready.scope).on_list():
                if not Outcome.objects.filter(student=entry.student).exclude(status="08").exists():
                    self.ready.answer(entry.student, note=f"Call {Attempt.objects.count()}")
        with self.leaving_answers_alone():
            self.resync(NAMES)
        self.ready.wait()

    def correct(self) -> None:
        for status in ("04", "06"):
            if Outcome.objects.filter(student=self.students[0]).exclude(status=status).exists():
                self.decide(0, status)

    @rule()
    def letters_go_out(self) -> None:
        for batch in Batch.objects.live().filter(kind="letter"):
            run(batch.pk)

    # --- what must hold

    @contextlib.contextmanager
    def refused(self) -> Iterator[None]:
        """What is certified is not written; anything else may be refused in a sentence."""
        was, before = self.is_certified, OutcomeChange.objects.count()
        try:
            with transaction.atomic():
                yield
        except (Refusal, FollowUpEntry.DoesNotExist):
            assert OutcomeChange.objects.count() == before
        else:
            assert not was or OutcomeChange.objects.count() == before

    @contextlib.contextmanager
    def leaving_answers_alone(self) -> Iterator[None]:
        """An answer that stands is not overwritten."""
        fields = ("student_id", "status", "date_contacted", "origin")
        before = set(Outcome.objects.values_list(*fields))
        yield
        assert before <= set(Outcome.objects.values_list(*fields))

    @invariant()
    def nobody_is_lost(self) -> None:
        entries = set(FollowUpEntry.objects.values_list("student_id", flat=True))
        assert self.known <= entries, "a line stays, on the list or no longer on it"
        self.known = entries
        attempts = {row[0]: row for row in Attempt.objects.values_list("pk", "entry", "status")}
        assert self.tried.items() <= attempts.items()
        self.tried = attempts
        answered = set(Outcome.objects.values_list("student_id", flat=True))
        assert self.answered <= answered <= entries
        self.answered = answered

    @invariant()
    def history_is_whole(self) -> None:
        for outcome in Outcome.objects.all():
            changes = list(OutcomeChange.objects.of_row(outcome.pk))
            assert [change.version for change in changes] == list(range(1, len(changes) + 1))
            assert changes[-1].status == outcome.status

    def contacts_stay_in_the_district(self) -> None:
        """Looked for in all that leaves the district, or is kept of work done."""
        self.letters_go_out()
        self.happened["looked for contacts"] += Contact.objects.exists()
        with connections[Edition.STATE.value].cursor() as cursor:
            for model in apps.get_models():
                table = model._meta.db_table
                if table in connections[Edition.STATE.value].introspection.table_names(cursor):
                    cursor.execute(f'SELECT * FROM "{table}"')
                    assert SECRET not in repr(cursor.fetchall()), table
        for copy in SealedCopy.objects.all():
            assert SECRET not in b"\n".join(sealing.text_of(copy)).decode(), copy.receipt
        assert SECRET not in self.logged.getvalue()
        assert SECRET not in repr([(letter.subject, letter.body) for letter in mail.outbox])
        assert SECRET not in repr(list(Batch.objects.values()))
        assert SECRET not in repr(list(AuditEvent.objects.values()))
        for file in BatchFile.objects.all():
            if is_stored(file.stored):
                with open_stored(file.stored) as content:
                    assert SECRET.encode() not in content.read(), file.role
