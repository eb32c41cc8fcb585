"""The records of a district on its way through End of Year's certification."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Iterator
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from pathways.findings.explaining import explain, take_back
from pathways.findings.findings import findings
from pathways.ledger.refusals import NotApplied
from pathways.models import Change, Explanation, Participation, Student
from pathways.records import entry
from pathways.resync.object_types import NAMES
from tests.certification.machine import Certification
from tests.fixtures.records import BUSINESS, HEALTH, row
from tests.fixtures.uploads import file, line

STUDENTS = st.integers(0, 2)
PATHWAYS = st.sampled_from([HEALTH, BUSINESS])
CREDITS = st.sampled_from(
    [Decimal("0.50"), Decimal("1.50"), Decimal("1.50"), Decimal("2.50")]
)  # the last is a concentrator's
STARTS = st.sampled_from(
    [datetime.date(2022, 7, 14), datetime.date(2022, 7, 14), datetime.date(2016, 8, 29)]
)  # the last must be explained


class EndOfYear(Certification):
    who_and_when = ("modified_date", "modified_by", "modified_end_year")

    @rule(student=STUDENTS, pathway=PATHWAYS, credits=CREDITS, start=STARTS)
    def save(self, student: int, pathway: str, credits: Decimal, start: datetime.date) -> None:
        student_of_number = self.students[student]
        stored = Participation.objects.filter(
            student=student_of_number, pathway__name=pathway
        ).first()
        new_row = row(
            student_of_number,
            pathway,
            version=stored.version if stored else 0,
            in_district_credits=credits,
            start_date=start,
        )
        with self.refused_when_certified():
            entry.save(self.ready.scope, [new_row], by="MARTIN, CHERYL")

    @rule(student=STUDENTS, pathway=PATHWAYS, credits=CREDITS, start=STARTS)
    def restore_or_practice(
        self, student: int, pathway: str, credits: Decimal, start: datetime.date
    ) -> None:
        """What comes without leave of the catalogue."""
        with self.refused_when_certified():
            self.ready.record(
                self.students[student], pathway, in_district_credits=credits, start_date=start
            )

    @rule(student=STUDENTS, pathway=PATHWAYS)
    def delete(self, student: int, pathway: str) -> None:
        stored = Participation.objects.filter(
            student=self.students[student], pathway__name=pathway
        ).first()
        if stored:
            with self.refused_when_certified():
                entry.delete(self.ready.scope, stored, version=stored.version, by="KELLER, DANIEL")

    @rule(students=st.sets(STUDENTS, min_size=1), credits=CREDITS)
    def upload(self, students: set[int], credits: Decimal) -> None:
        self.finish_job()
        was = self.is_certified
        batch = run_here(self.queued(students, credits))
        assert batch.status == (
            "failed" if was else "completed" if credits < 2 else batch.status
        ), batch.sentence
        assert not was or batch.sentence.startswith("Records have been locked")

    @rule(students=st.sets(STUDENTS, min_size=1), credits=CREDITS)
    def queue_upload(self, students: set[int], credits: Decimal) -> None:
        self.queued(students, credits)

    @rule(student=STUDENTS)
    def raw(self, student: int) -> None:
        """Past the portal: refused once it is certified, and found by the gates before."""
        was = self.is_certified
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE pathways_participation SET single_parent = NOT single_parent WHERE"
                    " student_id = %s",
                    [self.students[student].pk],
                )
                met = cursor.rowcount
        except DatabaseError as refusal:
            assert was and "pathways_collection_is_locked" in str(refusal)
        else:
            assert not (was and met)

    @rule(student=STUDENTS, name=st.sampled_from(["Kayla", "Kaylee"]))
    def rename(self, student: int, name: str) -> None:
        """A student's name, as other software writes it."""
        self.renamed = self.renamed or self.is_certified
        Student.objects.filter(pk=self.students[student].pk).update(first_name=name)

    # --- what certifying needs

    @rule()
    def validate(self) -> None:
        self.ready.report()

    @rule(reason=st.sampled_from(["Checked with the school.", "It is so."]))
    def explain(self, reason: str) -> None:
        warned = [
            finding
            for finding in findings(self.ready.scope).lines
            if finding.is_open and finding.severity.value == "warning"
        ]
        with self.refused_when_certified():
            explain(self.ready.scope, warned, reason, by="MARTIN, CHERYL")

    @precondition(lambda self: Explanation.objects.of(self.ready.scope).exists())
    @rule()
    def take_back(self) -> None:
        with self.refused_when_certified():
            take_back(
                self.ready.scope,
                Explanation.objects.of(self.ready.scope)[0].pk,
                by="KELLER, DANIEL",
            )

    @rule()
    def everything(self) -> None:
        """What a careful district does before it signs."""
        self.finish_job()
        for student in self.students:
            for stored in Participation.objects.filter(student=student, in_district_credits__gt=2):
                with self.refused_when_certified():
                    entry.delete(
                        self.ready.scope, stored, version=stored.version, by="KELLER, DANIEL"
                    )
        with self.refused_when_certified():
            self.explain("Checked with the school.")
        self.resync(NAMES)
        self.validate()
        self.ready.wait()

    def correct(self) -> None:
        self.restore_or_practice(0, HEALTH, Decimal("0.75"), datetime.date(2022, 7, 14))

    @contextlib.contextmanager
    def refused_when_certified(self) -> Iterator[None]:
        was, changes = self.is_certified, Change.objects.count()
        try:
            with transaction.atomic():
                yield
        except NotApplied:
            assert Change.objects.count() == changes
            self.happened["refused when certified"] += was
        else:
            assert not was or Change.objects.count() == changes

    def queued(self, students: set[int], credits: Decimal) -> Batch:
        lines = [
            line(
                state_id=self.students[number].state_id,
                inside=f"{credits:.2f}",
                total=f"{credits:.2f}",
            )
            for number in sorted(students)
        ]
        return submit(
            "upload",
            by=self.ready.clerk,
            title="MT Data Upload",
            subject="x.tsv",
            scope=self.ready.scope,
            content=ContentFile(file(*lines), name="i"),
            options={"type": "cte-eoy", "work": "upload"},
            key=str(uuid.uuid4()),
        )
