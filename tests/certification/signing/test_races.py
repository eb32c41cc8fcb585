"""C-11, C-12: signatures that meet each other, a save, an upload or a resync at the same moment,
with real threads, round after round.

Whoever comes first, what is sealed is what stands in both editions at that moment, or nothing is
signed. Locks are taken in one order, the district's and then the state's, so that nobody waits for
each other.
"""

from __future__ import annotations

import datetime
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from certification.collections.end_of_year import END_OF_YEAR
from certification.models import Certifier, Round, SealedCopy, Signature
from certification.signing import sealing, signed_text
from certification.signing.refusals import NotReady, NotSigned
from certification.signing.signing import Signed, sign
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run, run_here
from cte_portal.batches.submit import submit
from pathways.findings.explaining import explain, take_back
from pathways.findings.findings import Level, findings
from pathways.ledger import canonical, ledger, staging
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import Busy, Locked, NotApplied
from pathways.ledger.shape import Row
from pathways.models import Change, CollectionLock, Explanation, Participation, StateCopy
from pathways.records import entry
from pathways.resync import resync
from pathways.resync.batches import submit_resync
from pathways.resync.object_types import NAMES
from tests.certification.ready import Ready
from tests.fixtures.records import BUSINESS, HEALTH, District_, row
from tests.fixtures.together import Together
from tests.fixtures.uploads import file, line

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "state"])

STUDENTS = 4
TURNS, LATER, FEWEST = (
    5,
    0.02,
    20,
    # in turn 0 the write has ended before anybody signs; in the others it begins so many seconds later
)
BEFORE, AFTER = Decimal("1.50"), Decimal("1.75")
on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'",
    reason="on SQLite one writer holds the file, and others wait for it",
)


class Table(Ready):
    """A district that is ready to be certified, and whatever comes between."""

    def __init__(self, district: District_, event: Any, clerk: User) -> None:
        super().__init__(district, event, clerk)
        self.second = self.certifier("mreyes2", "Reyes", "Maria")
        self.students = [district.student(f"9990004{number:02d}") for number in range(STUDENTS)]
        for student in self.students:
            self.record(student)
        self.prepare()
        self.credits = BEFORE

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
            number = Round.objects.order_by("-number").values_list("number", flat=True)[0]
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

    # --- what races with a signature

    def save(self) -> Any:
        versions = dict(Participation.objects.values_list("student_id", "version"))
        return self.answer_of(
            lambda: entry.save(self.scope, self.rows(versions), by="KELLER, DANIEL")
        )

    def apply(self) -> Any:
        """What an upload does at its end."""
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
        credits = f"{self.second_credits():.2f}"
        lines = [
            line(state_id=student.state_id, inside=credits, total=credits)
            for student in self.students
        ]
        batch = submit(
            "upload",
            by=self.clerk,
            title="U",
            subject="x.tsv",
            scope=self.scope,
            content=ContentFile(file(*lines), name="i"),
            options={"type": "cte-eoy", "work": "upload"},
        )
        batch_after = run_here(batch)
        if batch_after.status == "failed":
            assert batch_after.sentence.startswith("Records have been locked"), batch_after.sentence
            return Locked(None)
        assert batch_after.status == "completed", batch_after.sentence
        return batch_after

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

    def rows(self, versions: dict[int, int]) -> list[Row]:
        return [
            row(
                student,
                HEALTH,
                version=versions.get(student.pk),
                in_district_credits=self.second_credits(),
            )
            for student in self.students
        ]

    def answer_of(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except NotApplied as refusal:
            return refusal

    def second_credits(self) -> Decimal:
        return AFTER if self.credits == BEFORE else BEFORE

    # --- what must hold afterwards

    def lines(self) -> tuple[list[bytes], list[bytes]]:
        return canonical.lines(self.scope), canonical.lines(self.scope.at_state())

    def history_is_whole(self) -> None:
        for student in self.students:
            changes = list(Change.objects.filter(student_id=student.pk).order_by("version"))
            record = Participation.objects.get(student=student)
            assert [change.version for change in changes] == list(range(1, record.version + 1))
            assert changes[-1].in_district_credits == record.in_district_credits
        assert len(set(Participation.objects.values_list("in_district_credits", flat=True))) == 1, (
            "all of a write or nothing of it"
        )


@pytest.fixture
def table(opi_reference: None, cottonwood: District_, event: object, clerk: User) -> Table:
    return Table(cottonwood, event, clerk)


@pytest.fixture
def rounds() -> Iterator[int]:
    """200 rounds, as far as 12 seconds reach; `RACE_ROUNDS` asks for so many, however long they
    take.
    """
    rounds_set, ends = int(os.environ.get("RACE_ROUNDS", "0")), time.monotonic() + 12
    return (
        number
        for number in range(rounds_set or 200)
        if rounds_set or number < FEWEST or time.monotonic() < ends
    )


def sealed_lines(copy: SealedCopy) -> list[bytes]:
    return sorted(canonical.line(row) for row in END_OF_YEAR.rows_of(copy))


def letters(template: str) -> int:
    return Batch.objects.filter(kind="letter", options__template=template).count()


def test_c_12_two_primaries_sign_at_the_same_moment(table: Table, rounds: Iterator[int]) -> None:
    with Together() as together:
        for number in rounds:
            signed = together.run(table.signing(table.primary), table.signing(table.second))
            assert [type(result) for result in signed] == [Signed, Signed], signed
            assert sorted(result.sealed for result in signed) == [
                False,
                True,
            ], "the second of them seals, and nobody else"
            last_round = Round.objects.get(number=number + 1)
            names = Signature.objects.standing().filter(round=last_round)
            assert {result.certifier_id for result in names} == {
                table.primary.pk,
                table.second.pk,
            } and names.count() == 2
            assert SealedCopy.objects.count() == number + 1 and CollectionLock.objects.count() == 1
            assert {result.digest for result in names} == {
                signed_text.of_copy(last_round.sealed_copy).digest
            }  # type: ignore[attr-defined]
            assert (letters("second_signer"), letters("certified"), letters("signature_void")) == (
                number + 1,
                2 * number + 2,
                0,
            )
            assert sealing.differences(last_round.sealed_copy) == []  # type: ignore[attr-defined]
            table.reopen()


WAYS = ("save", "apply", "upload", "correct")


def test_c_11_a_write_and_the_last_signature_at_the_same_moment(
    table: Table, rounds: Iterator[int]
) -> None:
    """A save, an upload, or a whole correction up to the report; and a resync beside each."""
    table.alone()
    outcomes: Counter[tuple[str, bool]] = Counter()
    with Together(3) as together:
        for number in rounds:
            way, turn = WAYS[number % len(WAYS)], number // len(WAYS) % TURNS
            write_ends = threading.Event()
            signature = table.signing(table.primary)

            def write(
                way: str = way, turn: int = turn, write_ends: threading.Event = write_ends
            ) -> Any:
                try:
                    time.sleep(LATER * turn)
                    return getattr(table, way)()
                finally:
                    write_ends.set()

            def put_name(
                turn: int = turn,
                write_ends: threading.Event = write_ends,
                signature: Any = signature,
            ) -> Any:
                write_ends.wait(60) if turn == 0 else time.sleep(LATER)
                return signature()

            before = SealedCopy.objects.count()
            signed, wrote, sent = together.run(put_name, write, table.resync)
            assert isinstance(sent, (StateCopy, Busy)), sent
            outcomes[way, isinstance(signed, Signed)] += 1
            if isinstance(signed, Signed):
                copy = SealedCopy.objects.get(round=signed.signature.round)
                assert isinstance(wrote, Locked), (way, wrote)
                assert table.lines() == (
                    sealed_lines(copy),
                    sealed_lines(copy),
                ), "sealed is what stands in both editions"
                assert StateCopy.objects.of_district("9012").generation == copy.generation  # type: ignore[union-attr]
                assert sealing.differences(copy) == [] and CollectionLock.objects.count() == 1
                table.reopen()
            else:
                assert isinstance(signed, NotSigned | Busy), signed
                assert (SealedCopy.objects.count(), CollectionLock.objects.count()) == (
                    before,
                    0,
                ), "refused: nothing of it is written"
                assert not Signature.objects.filter(round__status="open").exists()
                assert not isinstance(wrote, NotApplied), (way, wrote)
                table.credits = table.second_credits()
                table.again()
            table.history_is_whole()
            assert {record.in_district_credits for record in Participation.objects.all()} == {
                table.credits
            }
            assert StateCopy.objects.of_district("9012").digest == canonical.digest(
                table.scope.at_state()
            )  # type: ignore[union-attr]
    assert all(outcomes[way, False] for way in WAYS), "in turn 0 the write comes first"
    assert sum(number for (_, sealed), number in outcomes.items() if sealed), outcomes


def test_c_13_one_certifier_signs_twice_at_the_same_moment(table: Table) -> None:
    table.alone()
    with Together() as together:
        for number in range(1, 11):
            signed = together.run(table.signing(table.primary), table.signing(table.primary))
            assert sorted(type(result).__name__ for result in signed) == ["NotReady", "Signed"], (
                signed
            )
            assert Signature.objects.count() == SealedCopy.objects.count() == number
            table.reopen()


def test_two_reasons_taken_back_at_the_same_moment_void_a_signature_once(table: Table) -> None:
    """Both hold the district shared, and both find the signature uncovered; neither is in the
    other's way.
    """
    for student in table.students:
        table.record(student, BUSINESS, start_date=datetime.date(2016, 8, 29))
    table.again()
    with Together() as together:
        for number in range(1, 11):
            warned = [
                finding for finding in findings(table.scope).lines if Level.WARNINGS.holds(finding)
            ]
            explain(table.scope, warned, "Checked with the school.", by="MARTIN, CHERYL")
            assert isinstance(table.signing(table.primary)(), Signed)
            first, second = Explanation.objects.of(table.scope)[:2]
            together.run(
                lambda key=first.pk: take_back(table.scope, key, by="MARTIN, CHERYL"),
                lambda key=second.pk: take_back(table.scope, key, by="KELLER, DANIEL"),
            )
            assert Explanation.objects.of(table.scope).count() == STUDENTS - 2
            assert Signature.objects.count() == number and not Signature.objects.standing().exists()
            assert letters("signature_void") == 2 * number


@on_postgresql
def test_a_resync_that_lost_the_district_still_holds_the_state(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends its connection to the district, and with it the district's lock, while it
    writes at the state: nobody seals meanwhile.
    """
    table.alone()
    table.district.roster(table.students[0])
    signature, writing, go_on = table.signing(table.primary), threading.Event(), threading.Event()
    say, backend = resync._say, []

    def slowly(*arguments: Any, **values: Any) -> StateCopy:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend.append(cursor.fetchone()[0])
        writing.set()
        go_on.wait(20)
        return say(*arguments, **values)

    def send() -> None:
        with pytest.raises(OperationalError):
            table.send()

    def put_name() -> Any:
        writing.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", backend)
        threading.Timer(1, go_on.set).start()
        return signature()

    monkeypatch.setattr(resync, "_say", slowly)
    before = StateCopy.objects.of_district("9012")
    with Together() as together:
        _, signed = together.run(send, put_name)
    after = StateCopy.objects.of_district("9012")
    assert before and after and after.generation == before.generation + 1, "the state was committed"
    assert isinstance(signed, NotReady) and [verdict.gate.slug for verdict in signed.missing] == [
        "report"
    ]


@on_postgresql
def test_locks_are_taken_in_one_order(table: Table) -> None:
    """The district's, then the state's, by everybody who takes both: nobody waits for each
    other.
    """
    locks: list[tuple[str, int]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if "pg_advisory_xact_lock" in sql:
            locks.append((context["connection"].alias, params[-1]))
        return execute(sql, params, many, context)

    def order(work: Callable[[], Any]) -> list[tuple[str, int]]:
        locks.clear()
        with (
            connections["default"].execute_wrapper(listen),
            connections["state"].execute_wrapper(listen),
        ):
            work()
        return [lock for at, lock in enumerate(locks) if lock not in locks[:at]]

    here, there, lists_here, lists_there = (
        ("default", 9012),
        ("state", 9012),
        ("default", 0),
        ("state", 0),
    )
    assert order(table.signing(table.second)) == [here, there]
    assert order(table.resync) == [here, there]
    assert order(lambda: run(submit_resync(table.scope, NAMES, by=table.clerk).pk)) == [
        lists_here,
        lists_there,
        here,
        there,
    ]
    assert order(table.save) == [here]
    assert order(table.apply) == [here]
