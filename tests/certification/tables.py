"""A district that is ready to be certified, and whatever comes between: of End of Year's records,
and of the outcomes of Fall CTE.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from certification.models import CertificationEvent, Certifier, Round
from certification.signing.refusals import Changed, NotReady, NotSigned
from certification.signing.signing import Signed, sign
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.findings.explaining import explain, take_back
from pathways.findings.findings import Level, findings
from pathways.follow_up import outcomes
from pathways.follow_up.differences import resolving
from pathways.ledger import canonical, ledger, staging
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import Locked, NotApplied
from pathways.ledger.shape import Row
from pathways.models import (
    Attempt,
    Change,
    CollectionLock,
    Explanation,
    FollowUpEntry,
    Outcome,
    OutcomeChange,
    Participation,
    StateCopy,
    Student,
)
from pathways.records import entry
from tests.certification.ready import Ready
from tests.certification.ready_fall import LOOKING, WORK, ReadyFall
from tests.fixtures.certification import make_fall_event
from tests.fixtures.records import BUSINESS, HEALTH, District_, row
from tests.fixtures.uploads import file, line
from tests.pathways.uploads.fall import files

STUDENTS = 4


class Table(Ready):
    """What races with a signature, by the name of its method in `ways`; each write brings all
    students from one value to the other.
    """

    ways = ("save", "apply", "upload", "correct")
    values: tuple[Any, Any]
    refused_after_a_resync: tuple[type[NotSigned], list[str]]
    """How a signature is refused, and by which gates, that comes just after a resync which brought
    something to the state.
    """

    def __init__(self, district: District_, event: CertificationEvent, clerk: User) -> None:
        super().__init__(district, event, clerk)
        self.second = self.certifier("mreyes2", "Reyes", "Maria")
        self.students = [district.student(f"9990004{number:02d}") for number in range(STUDENTS)]
        for student in self.students:
            self.record(student)
        self.prepare()
        self.value = self.values[0]

    @property
    def other(self) -> Any:
        """What the next write brings."""
        return self.values[1] if self.value == self.values[0] else self.values[0]

    def alone(self) -> None:
        Certifier.objects.filter(pk=self.second.pk).update(is_active=False)

    def signing(self, certifier: Certifier) -> Callable[[], Signed | Exception]:
        """The signature as the page that was read a moment ago would give it."""
        case = self.case(certifier.user)
        digest, statements, user = case.digest, case.document.statements, certifier.user

        def now() -> Signed | Exception:
            try:
                return sign(
                    self.scope,
                    self.event.pk,
                    person=user,
                    digest=digest,
                    statements=statements,
                    method="password",
                )
            except (NotSigned, NotApplied) as refusal:
                return refusal

        return now

    def reopen(self) -> None:
        """The next round, as a recertification opens it."""
        with transaction.atomic():
            lock_district(self.scope, exclusive=True)
            CollectionLock.objects.all().delete()
            number = self.rounds.order_by("-number").values_list("number", flat=True)[0]
            Round.objects.create(
                event=self.event,
                district=self.scope.district,
                number=number + 1,
                opened_at=timezone.now(),
                opened_by="LUND, OLA",
            )

    def again(self) -> None:
        """After a round in which something was written: sent, validated, waited for."""
        self.send()
        self.report()
        self.wait()

    def correct(self) -> Any:
        """A whole correction: saved, sent, validated at the state. Only the digest tells it from
        what was shown.
        """
        saved = self.save()
        self.again()
        return saved

    def resync(self) -> Any:
        def send() -> StateCopy:
            with refusals_named():
                return self.send()

        return self.answer_of(send)

    def answer_of(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except NotApplied as refusal:
            return refusal

    def uploaded(self, batch: Batch) -> Any:
        """How a file ended: saved, or refused because the collection is certified."""
        batch_after = run_here(batch)
        if batch_after.status == "failed":
            assert "locked since" in batch_after.sentence, batch_after.sentence
            return Locked(None)
        assert batch_after.status == "completed", batch_after.sentence
        return batch_after

    # --- what the two collections do each in its way

    def save(self) -> Any:
        """What a person does on a screen."""
        raise NotImplementedError

    def apply(self) -> Any:
        """All rows at once, as an upload or a decision for all does at its end."""
        raise NotImplementedError

    def upload(self) -> Any:
        """A file, the whole way."""
        raise NotImplementedError

    def two_that_void(self) -> tuple[Callable[[], Any], Callable[[], Any]]:
        """Two acts that take what a signature covers from under it, without a resync."""
        raise NotImplementedError

    def something_to_send(self) -> None:
        """Written in the district alone."""
        raise NotImplementedError

    def warn(self) -> None:
        """What must be there, so that two can void."""
        raise NotImplementedError

    def open_again(self) -> None:
        """Open the gates again."""
        raise NotImplementedError

    def stored(self) -> set[Any]:
        """The values of all students."""
        raise NotImplementedError

    def history_is_whole(self) -> None:
        raise NotImplementedError

    # --- what must hold afterwards

    def lines(self) -> tuple[list[bytes], list[bytes]]:
        """The canonical lines of both editions."""
        rows = self.case().collection.rows
        here, there = (
            sorted(canonical.line(row) for row in rows(scope))
            for scope in (self.scope, self.scope.at_state())
        )
        return here, there

    def sealed_lines(self, copy: Any) -> list[bytes]:
        return sorted(canonical.line(row) for row in self.case().collection.rows_of(copy))


class RecordsTable(Table):
    values = (Decimal("1.50"), Decimal("1.75"))
    refused_after_a_resync = NotReady, ["report"]

    def save(self) -> Any:
        versions = dict(Participation.objects.values_list("student_id", "version"))
        return self.answer_of(
            lambda: entry.save(self.scope, self.rows(versions), by="KELLER, DANIEL")
        )

    def apply(self) -> Any:
        rows = self.rows({})
        return self.answer_of(
            lambda: ledger.apply(
                self.scope,
                staging.stage(rows),
                by="KELLER, DANIEL",
                source=Change.Source.UPLOAD,
                checked=None,
                batch=uuid.uuid4(),
                exclusive=True,
            )
        )

    def upload(self) -> Any:
        credits = f"{self.other:.2f}"
        lines = [
            line(state_id=student.state_id, inside=credits, total=credits)
            for student in self.students
        ]
        return self.uploaded(
            submit(
                "upload",
                by=self.clerk,
                title="U",
                subject="x.tsv",
                scope=self.scope,
                content=ContentFile(file(*lines), name="i"),
                options={"type": "cte-eoy", "work": "upload"},
            )
        )

    def rows(self, versions: dict[int, int]) -> list[Row]:
        return [
            row(
                student,
                HEALTH,
                version=versions.get(student.pk),
                in_district_credits=self.other,
            )
            for student in self.students
        ]

    def two_that_void(self) -> tuple[Callable[[], Any], Callable[[], Any]]:
        """Reasons taken back; there are warnings from the second time on."""
        first, second = Explanation.objects.of(self.scope)[:2]
        return (
            lambda: take_back(self.scope, first.pk, by="MARTIN, CHERYL"),
            lambda: take_back(self.scope, second.pk, by="KELLER, DANIEL"),
        )

    def something_to_send(self) -> None:
        self.district.roster(self.students[0])

    def warn(self) -> None:
        """Give every student a record whose warning must be explained."""
        for student in self.students:
            self.record(student, BUSINESS, start_date=datetime.date(2016, 8, 29))
        self.again()

    def open_again(self) -> None:
        """Explain all that is not explained."""
        warned = [
            finding for finding in findings(self.scope).lines if Level.WARNINGS.holds(finding)
        ]
        explain(self.scope, warned, "Checked with the school.", by="MARTIN, CHERYL")

    def stored(self) -> set[Any]:
        return set(Participation.objects.values_list("in_district_credits", flat=True))

    def history_is_whole(self) -> None:
        for student in self.students:
            changes = list(Change.objects.filter(student_id=student.pk).order_by("version"))
            record = Participation.objects.get(student=student)
            assert [change.version for change in changes] == list(range(1, record.version + 1))
            assert changes[-1].in_district_credits == record.in_district_credits


class AnswersTable(Table, ReadyFall):
    values = (WORK, LOOKING)
    refused_after_a_resync = Changed, []

    def prepare(self, silent: Student | None = None) -> None:
        super().prepare(silent)
        self.value = self.values[1]
        assert self.save() is None
        self.again()

    def save(self) -> Any:
        def set_each() -> None:
            with outcomes.follow_up_open(self.scope):
                for student in self.students:
                    self.set_outcome(student, self.other)

        return self.answer_of(set_each)

    def apply(self) -> Any:
        def write_all() -> int:
            today = timezone.localdate()
            with outcomes.follow_up_open(self.scope):
                return outcomes.write_all(
                    self.scope,
                    [(entry, (self.other, today)) for entry in self.entries()],
                    Outcome.Origin.FILE,
                    act=uuid.uuid4(),
                    **self.author,
                )

        return self.answer_of(write_all)

    def upload(self) -> Any:
        """Its answers are others than the portal's: they are taken afterwards, all at once."""
        lines = [
            files.row(
                student=student.state_id,
                status=self.other,
                date_contacted=files.written(timezone.localdate()),
            )
            for student in self.students
        ]
        uploaded = self.uploaded(
            submit(
                "fall-upload",
                by=self.clerk,
                title="MT Data Upload",
                subject="x.tsv",
                scope=self.scope,
                content=ContentFile(files.fall_file(*lines), name="i"),
                options={"type": "cte-fall", "work": "upload"},
            )
        )
        if isinstance(uploaded, Locked):
            return uploaded
        seen = resolving.mark_of(resolving.open_differences(self.scope))
        return self.answer_of(lambda: resolving.take(self.scope, seen=seen, **self.author))

    def entries(self) -> list[FollowUpEntry]:
        return list(FollowUpEntry.objects.in_scope(self.scope).on_list())

    def two_that_void(self) -> tuple[Callable[[], Any], Callable[[], Any]]:
        """Two leavers called once more: a line tells how often somebody tried."""
        (first, second), note = self.students[:2], f"Call {Attempt.objects.count()}"
        return (
            lambda: self.answer(first, "", note=note),
            lambda: self.answer(second, "", note=note),
        )

    def something_to_send(self) -> None:
        self.save()

    def warn(self) -> None:
        """Nothing needs a reason."""

    def open_again(self) -> None:
        """Nothing is closed by another attempt."""

    def stored(self) -> set[Any]:
        return set(Outcome.objects.values_list("status", flat=True))

    def history_is_whole(self) -> None:
        for student in self.students:
            outcome = Outcome.objects.get(student=student)
            changes = list(OutcomeChange.objects.of_row(outcome.pk))
            assert [change.version for change in changes] == list(range(1, len(changes) + 1))
            assert changes[-1].status == outcome.status


def table_for(
    collection: str, district: District_, event: CertificationEvent, clerk: User
) -> Table:
    if collection == "cte-eoy":
        return RecordsTable(district, event, clerk)
    return AnswersTable(district, make_fall_event(), clerk)
