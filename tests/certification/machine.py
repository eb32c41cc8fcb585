"""A district on its way through certification, in any collection and by whatever step comes next
(C-37), and what must hold after every step. What is written in a collection are steps of its own.
"""

from __future__ import annotations

import contextlib
import datetime
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from certification.certifiers import certifiers
from certification.collections.chosen import collection_of
from certification.collections.collection import Collection
from certification.models import (
    Certifier,
    Recertification,
    SealedCopy,
    SealedOutcome,
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
from cte_portal.batches.running import run
from cte_portal.editions import Edition
from cte_portal.refusals import Refusal
from pathways.ledger import canonical
from pathways.models import Change, CollectionLock, OutcomeChange, Student
from pathways.resync.batches import submit_resync
from pathways.resync.object_types import NAMES

WHO = st.integers(0, 3)
LASTING: tuple[type[Model], ...] = (
    Change,
    OutcomeChange,
    AuditEvent,
    SealedCopy,
    SealedOutcome,
    SealedRecord,
    Signature,
)


class Certification(RuleBasedStateMachine):
    ready: Any
    """A `Ready` of the collection."""
    who_and_when: tuple[str, ...]
    """Of a sealed line: who changed it last and when, which is another after a correction was given
    up.
    """
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

    # --- what certifying needs

    @property
    def kind(self) -> str:
        """Of batches that upload a file."""
        return self.ready.kinds.get("upload", "upload")

    @precondition(lambda self: Batch.objects.live().filter(kind=self.kind).exists())
    @rule()
    def finish_job(self) -> None:
        for batch in Batch.objects.live().filter(kind=self.kind):
            run(batch.pk)

    @rule(
        names=st.sampled_from(
            [
                NAMES,
                NAMES,
                NAMES,
                ("CTE Participation",),
                ("Student",),
                ("Student", "CTE Participation"),
                ("Student", "CTE Outcome"),
            ]
        )
    )
    def resync(self, names: tuple[str, ...]) -> None:
        self.finish_job()
        with self.writing_nothing():
            assert run(submit_resync(self.ready.sending_scope, names, by=self.ready.clerk).pk)

    def everything(self) -> None:
        """What a careful district does before it signs."""
        raise NotImplementedError

    def correct(self) -> None:
        """Something is written differently, where nothing is locked."""
        raise NotImplementedError

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
        with self.writing_nothing(), transaction.atomic():
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
            self.correct()
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
    def collection(self) -> Collection:
        return collection_of(self.ready.event)

    @property
    def locks(self) -> QuerySet[CollectionLock]:
        return CollectionLock.objects.filter(collection=self.collection.slug)

    @property
    def is_certified(self) -> bool:
        return self.locks.exists()

    @contextlib.contextmanager
    def writing_nothing(self) -> Iterator[None]:
        """Sending and signing leave what is sent and signed as it is."""
        before = Change.objects.count(), OutcomeChange.objects.count()
        yield
        assert (Change.objects.count(), OutcomeChange.objects.count()) == before

    @invariant()
    def history_only_grows(self) -> None:
        """What was written stays as it was; a signature may be voided once."""
        self.happened["steps"] += 1
        for model in LASTING:
            void = ("voided_at", "void_reason")
            now = {
                values["id"]: {name: value for name, value in values.items() if name not in void}
                for values in model._default_manager.values()
            }
            before = self.sealed_rows.get(model.__name__, {})
            assert {pk: now.get(pk) for pk in before} == before, model.__name__
            self.sealed_rows[model.__name__] = now

    @invariant()
    def certified_is_what_was_signed(self) -> None:
        district_event = self.ready.case().district_event
        official = self.ready.copies.filter(round__status="sealed").first()
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
            *(self.who_and_when if self.given_up else ()),
            *(self.collection.of_student if self.renamed else ()),
        )
        columns = [name for name in self.collection.columns if name not in unlike]
        here = self.collection.rows(self.ready.scope)
        assert self.lines(here, columns) == self.lines(self.collection.rows_of(official), columns)

    def lines(self, rows: Any, columns: list[str]) -> list[bytes]:
        at = [self.collection.columns.index(name) for name in columns]
        return sorted(canonical.line(tuple(values[number] for number in at)) for values in rows)

    @invariant()
    def sealed_stays_sealed(self) -> None:
        for copy in self.ready.copies.select_related("round__event"):
            exported = signed_text.sha256(signed_text.of_copy(copy).lines())
            assert self.sealed.setdefault(copy.pk, (copy.digest, exported)) == (
                copy.digest,
                exported,
            )
            assert sealing.differences(copy) == []
        assert set(self.ready.copies.values_list("pk", flat=True)) == set(self.sealed)

    @invariant()
    def one_of_each(self) -> None:
        assert Recertification.objects.open().count() <= 1
        rounds = self.ready.rounds
        assert rounds.filter(status="open").count() <= 1
        assert rounds.filter(status="sealed").count() <= 1
        assert rounds.exclude(sealed_copy=None).count() == self.ready.copies.count()
        assert self.locks.count() <= 1

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
