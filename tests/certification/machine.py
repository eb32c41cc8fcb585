"""A district on its way through certification, by whatever step comes next (C-37), and what must
hold after every step.
"""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from certification.certifiers import certifiers
from certification.collections.end_of_year import END_OF_YEAR
from certification.models import (
    Certifier,
    Recertification,
    Round,
    SealedCopy,
    SealedRecord,
    Signature,
)
from certification.recertification import ending, recertification
from certification.signing import gates, sealing, signed_text
from certification.signing.case import Case
from certification.signing.refusals import NotACertifier, NotSigned
from certification.signing.signing import Signed, sign
from cte_portal.accounts.models import AuditEvent, Membership, Role, User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run, run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Edition
from cte_portal.refusals import Refusal
from pathways.findings.explaining import explain, take_back
from pathways.findings.findings import findings
from pathways.ledger import canonical
from pathways.ledger.refusals import NotApplied
from pathways.models import Change, CollectionLock, Explanation, Participation, Student
from pathways.records import entry
from pathways.resync.batches import submit_resync
from pathways.resync.object_types import NAMES
from tests.certification.ready import Ready
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
WHO = st.integers(0, 3)
# Of a sealed line: who changed a record last and when is another after a correction was given up;
# names come from other software.
WHO_AND_WHEN = ("modified_date", "modified_by", "modified_end_year")
OF_THE_STUDENT = (
    "local_id",
    "last_name",
    "first_name",
    "middle_name",
    "birth_date",
    "gender",
    "grade",
    "school_number",
    "school_name",
)


class Certification(RuleBasedStateMachine):
    ready: Ready
    students: list[Student]
    opi: User
    happened: Counter[Any]

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        for alias in ("default", Edition.STATE.value):
            self.stack.enter_context(transaction.atomic(alias))
        self.ready.event.refresh_from_db()
        self.renamed = self.given_up = False
        self.sealed_rows: dict[str, dict[Any, Any]] = {}
        self.sealed: dict[int, tuple[str, str]] = {}

    def teardown(self) -> None:
        for alias in ("default", Edition.STATE.value):
            transaction.set_rollback(True, using=alias)
        self.stack.close()

    @initialize(certified=st.booleans())
    def begin(self, certified: bool) -> None:
        """Half of the districts have certified before."""
        if certified:
            self.certify()

    # --- records

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

    @precondition(lambda self: Batch.objects.live().filter(kind="upload").exists())
    @rule()
    def finish_job(self) -> None:
        for batch in Batch.objects.live().filter(kind="upload"):
            run(batch.pk)

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

    @rule(
        names=st.sampled_from(
            [
                NAMES,
                NAMES,
                NAMES,
                ("CTE Participation",),
                ("Student",),
                ("Student", "CTE Participation"),
            ]
        )
    )
    def resync(self, names: tuple[str, ...]) -> None:
        self.finish_job()
        assert run(submit_resync(self.ready.scope, names, by=self.ready.clerk).pk)

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
        self.resync(NAMES)
        self.validate()
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

    @rule()
    def certify(self) -> None:
        """And all of its Primaries do."""
        self.everything()
        for certifier in Certifier.objects.active().order_by("level", "pk"):
            self.put(certifier)

    @rule(minutes=st.sampled_from([5, 61]))
    def wait(self, minutes: int) -> None:
        self.ready.wait(minutes)

    @rule(days=st.sampled_from([-20, -10, -3, 3, 10, 20]))
    def dates(self, days: int) -> None:
        """Time goes on, or OPI moves the event's dates."""
        event = self.ready.event
        for name in ("review_opens", "certification_opens", "due", "corrections_until"):
            setattr(event, name, getattr(event, name) + datetime.timedelta(days=days))
        event.save()

    # --- certifiers

    @rule(level=st.sampled_from(["primary", "secondary"]))
    def add_certifier(self, level: str) -> None:
        number = Certifier.objects.count()
        if number < 4:
            self.ready.certifier(f"certifier{number}", "Certifier", f"No {number}", level)

    @rule(number=WHO, level=st.sampled_from(["primary", "secondary"]), active=st.booleans())
    def change_certifier(self, number: int, level: str, active: bool) -> None:
        certifier = self.certifier(number)
        certifiers.change(
            self.ready.scope,
            certifier.pk,
            level=level,
            job_title=certifier.job_title,
            is_active=active,
            seen=certifier.version,
            by=self.ready.clerk,
        )

    @rule(number=WHO)
    def take_role_away(self, number: int) -> None:
        Membership.objects.filter(user=self.certifier(number).user).delete()

    @rule(number=WHO)
    def give_role_back(self, number: int) -> None:
        Membership.objects.get_or_create(
            user=self.certifier(number).user, district="9012", role=Role.VIEWER
        )

    def certifier(self, number: int) -> Certifier:
        everybody = list(Certifier.objects.order_by("pk"))
        return everybody[number % len(everybody)]

    # --- signing, and correcting what was signed

    @rule(number=WHO)
    def sign(self, number: int) -> None:
        self.put(self.certifier(number))

    def put(self, certifier: Certifier) -> None:
        required = set(
            Certifier.objects.of_district("9012").active().primary().values_list("pk", flat=True)
        )
        may = Certifier.objects.active().filter(pk=certifier.pk).exists()
        before, case = Signature.objects.count(), self.ready.case(certifier.user)
        missing = gates.missing(gates.verdicts(case))
        try:
            signed = self.put_name(certifier.user, case)
        except NotACertifier:
            assert not may and Signature.objects.count() == before
            return
        except NotSigned:
            assert missing and Signature.objects.count() == before
            return
        assert not missing, "the gates say ready if and only if signing succeeds"
        assert may, "no signature without the role at that time"
        signature = signed.signature
        assert (signature.level, signature.certifier_id) == (
            Certifier.objects.get(pk=certifier.pk).level,
            certifier.pk,
        )
        if signed.sealed:
            names = set(
                Signature.objects.standing()
                .by_primaries()
                .filter(round=signature.round, digest=signature.digest)
                .values_list("certifier_id", flat=True)
            )
            assert required and required <= names, (
                "certified: at least one Primary, and every one who counts"
            )
            self.renamed = self.given_up = False
            self.happened["sealed", signature.round.number] += 1
        else:
            self.happened["signed"] += 1
            assert not self.is_certified

    @rule()
    def sign_by_somebody(self) -> None:
        for user in (self.ready.clerk, self.opi):
            with contextlib.suppress(NotSigned):
                self.put_name(user)
                raise AssertionError("signed by somebody who is no certifier")

    def put_name(self, user: User, case: Case | None = None) -> Signed:
        case = case or self.ready.case(user)
        statements = case.document.statements
        with transaction.atomic():
            return sign(
                self.ready.scope,
                self.ready.event.pk,
                person=user,
                digest=case.digest,
                statements=statements,
                method="password",
                nothing_to_report=True,
            )

    @rule(number=WHO)
    def ask(self, number: int) -> None:
        with self.letters_counted("ask"):
            recertification.ask(
                self.ready.scope,
                self.ready.event.pk,
                by=self.certifier(number).user,
                reason="Left out",
                what_changes="One",
            )

    @rule()
    def demand(self) -> None:
        with self.letters_counted("demand"):
            recertification.demand(
                self.ready.scope, self.ready.event.pk, by=self.opi, reason="Look again", findings=[]
            )

    @precondition(lambda self: self.is_certified)
    @rule(
        decision=st.sampled_from(["approve", "approve", "approve", "deny", "withdraw"]),
        then=st.sampled_from(["", "undo", "abandon", "certify", "change and certify"]),
    )
    def recertify(self, decision: str, then: str) -> None:
        """Asked and answered in one step, and what follows."""
        for number in range(Certifier.objects.count()):
            self.ask(number)
        self.answer(decision)
        if then == "change and certify":
            self.restore_or_practice(0, HEALTH, Decimal("0.75"), datetime.date(2022, 7, 14))
        if then in ("undo", "abandon"):
            self.answer(then)
        elif then:
            self.certify()

    @precondition(lambda self: self.request is not None)
    @rule(
        decision=st.sampled_from(
            ["approve", "approve", "deny", "withdraw", "undo", "abandon", "abandon"]
        )
    )
    def answer(self, decision: str) -> None:
        request = self.request
        if request is None:  # nobody was left who may ask
            return
        more = {"answer": "So be it"} if decision in ("approve", "deny") else {}
        was = request.status
        with self.letters_counted(decision):
            decide = ending.abandon if decision == "abandon" else getattr(recertification, decision)
            after = decide(self.ready.scope, request.pk, by=self.opi, **more)
            self.given_up = self.given_up or decision in ("abandon", "undo")
            self.happened["moved by " + decision] += after.status != was

    @contextlib.contextmanager
    def letters_counted(self, occasion: str) -> Iterator[None]:
        """How often it was done, and for which reasons it was not."""
        try:
            with transaction.atomic():
                yield
        except Refusal as refusal:
            self.happened[occasion, refusal.sentence[:60]] += 1
        else:
            self.happened[occasion] += 1

    @property
    def request(self) -> Recertification | None:
        return Recertification.objects.order_by("-pk").first()

    # --- what must hold

    @property
    def is_certified(self) -> bool:
        return CollectionLock.objects.exists()

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

    @invariant()
    def history_only_grows(self) -> None:
        """What was written stays as it was; a signature may be voided once."""
        self.happened["steps"] += 1
        for model in (Change, AuditEvent, SealedCopy, SealedRecord, Signature):
            void = ("voided_at", "void_reason")
            now = {
                values["id"]: {name: value for name, value in values.items() if name not in void}
                for values in model.objects.values()
            }
            before = self.sealed_rows.get(model.__name__, {})
            assert {pk: now.get(pk) for pk in before} == before, model.__name__
            self.sealed_rows[model.__name__] = now

    @invariant()
    def certified_is_what_was_signed(self) -> None:
        district_event = self.ready.case().district_event
        official = SealedCopy.objects.official().first()
        assert (
            self.is_certified
            == (official is not None and district_event.round_number is None)
            == self.ready.case().is_certified
        )
        if not self.is_certified:
            return
        assert official is not None
        names = Signature.objects.standing().by_primaries().filter(round=official.round)
        assert names and {name.digest for name in names} == {signed_text.of_copy(official).digest}
        unlike = (
            *(WHO_AND_WHEN if self.given_up else ()),
            *(OF_THE_STUDENT if self.renamed else ()),
        )
        columns = [name for name in canonical.COLUMNS if name not in unlike]
        assert self.lines(canonical.rows(self.ready.scope), columns) == self.lines(
            self.rows(official), columns
        )

    def rows(self, copy: SealedCopy) -> Any:
        return END_OF_YEAR.rows_of(copy)

    def lines(self, rows: Any, columns: list[str]) -> list[bytes]:
        at = [list(canonical.COLUMNS).index(name) for name in columns]
        return sorted(canonical.line(tuple(values[number] for number in at)) for values in rows)

    @invariant()
    def sealed_stays_sealed(self) -> None:
        for copy in SealedCopy.objects.select_related("round__event"):
            exported = signed_text.sha256(signed_text.of_copy(copy).lines())
            assert self.sealed.setdefault(copy.pk, (copy.digest, exported)) == (
                copy.digest,
                exported,
            )
            assert sealing.differences(copy) == []
        assert set(SealedCopy.objects.values_list("pk", flat=True)) == set(self.sealed)

    @invariant()
    def one_of_each(self) -> None:
        assert Recertification.objects.open().count() <= 1
        assert Round.objects.open().count() <= 1 and Round.objects.official().count() <= 1
        assert Round.objects.with_sealed_copy().count() == SealedCopy.objects.count()
        assert CollectionLock.objects.count() <= 1

    @invariant()
    def ready_is_signed(self) -> None:
        """What the gates let through is signed; that nothing else is, `sign` asks."""
        certifier = Certifier.objects.active().primary().first()
        case = self.ready.case(certifier.user) if certifier else None
        if case and certifier and not gates.missing(gates.verdicts(case)):
            with transaction.atomic(), transaction.atomic(Edition.STATE.value):
                self.put_name(certifier.user, case)
                transaction.set_rollback(True)
                transaction.set_rollback(True, using=Edition.STATE.value)

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
