"""C-11, C-12: signatures that meet each other, a save, an upload or a resync at the same moment,
with real threads, round after round.

Whoever comes first, what is sealed is what stands in both editions at that moment, or nothing is
signed. Locks are taken in one order, the district's and then the state's, so that nobody waits for
each other.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from certification.models import CertificationEvent, SealedCopy, Signature
from certification.signing import sealing, signed_text
from certification.signing.refusals import NotSigned
from certification.signing.signing import Signed
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from pathways.ledger import canonical
from pathways.ledger.refusals import Busy, Locked, NotApplied
from pathways.models import CollectionLock, StateCopy
from pathways.resync import resync
from pathways.resync.batches import submit_resync
from pathways.resync.object_types import NAMES
from tests.certification.tables import Table, table_for
from tests.fixtures.records import District_
from tests.fixtures.together import Together

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "state"])

TURNS, LATER, ROUNDS = (
    5,
    0.02,
    20,
    # in turn 0 the write has ended before anybody signs; in the others it begins so many seconds
    # later
)
on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'",
    reason="on SQLite one writer holds the file, and others wait for it",
)


@pytest.fixture
def table(
    request: pytest.FixtureRequest,
    opi_reference: None,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
) -> Table:
    return table_for(request.param, cottonwood, event, clerk)


both = pytest.mark.parametrize("table", ["cte-eoy", "cte-fall"], indirect=True)


@pytest.fixture
def rounds() -> Iterable[int]:
    """Each way of writing in each of its turns; `RACE_ROUNDS` asks for more of them than a test run
    has time for.
    """
    return range(int(os.environ.get("RACE_ROUNDS", "0")) or ROUNDS)


def letters(template: str) -> int:
    return Batch.objects.filter(kind="letter", options__template=template).count()


@both
def test_c_12_two_primaries_sign_at_the_same_moment(table: Table, rounds: Iterable[int]) -> None:
    with Together() as together:
        for number in rounds:
            signed = together.run(table.signing(table.primary), table.signing(table.second))
            assert [type(result) for result in signed] == [Signed, Signed], signed
            assert sorted(result.sealed for result in signed) == [
                False,
                True,
            ], "the second of them seals, and nobody else"
            last_round = table.rounds.get(number=number + 1)
            names = Signature.objects.standing().filter(round=last_round)
            assert {result.certifier_id for result in names} == {
                table.primary.pk,
                table.second.pk,
            } and names.count() == 2
            assert table.copies.count() == number + 1 and CollectionLock.objects.count() == 1
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


@both
def test_c_11_a_write_and_the_last_signature_at_the_same_moment(
    table: Table, rounds: Iterable[int]
) -> None:
    """A save, an upload, or a whole correction up to the report; and a resync beside each."""
    table.alone()
    outcomes: Counter[tuple[str, bool]] = Counter()
    with Together(3) as together:
        for number in rounds:
            ways = table.ways
            way, turn = ways[number % len(ways)], number // len(ways) % TURNS
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

            before = table.copies.count()
            signed, wrote, sent = together.run(put_name, write, table.resync)
            assert isinstance(sent, (StateCopy, Busy)), sent
            outcomes[way, isinstance(signed, Signed)] += 1
            if isinstance(signed, Signed):
                copy = SealedCopy.objects.get(round=signed.signature.round)
                assert isinstance(wrote, Locked), (way, wrote)
                assert table.lines() == (
                    table.sealed_lines(copy),
                    table.sealed_lines(copy),
                ), "sealed is what stands in both editions"
                assert StateCopy.objects.of_district("9012").generation == copy.generation  # type: ignore[union-attr]
                assert sealing.differences(copy) == [] and CollectionLock.objects.count() == 1
                table.reopen()
            else:
                assert isinstance(signed, NotSigned | Busy), signed
                assert (table.copies.count(), CollectionLock.objects.count()) == (
                    before,
                    0,
                ), "refused: nothing of it is written"
                assert not Signature.objects.filter(round__status="open").exists()
                assert not isinstance(wrote, NotApplied), (way, wrote)
                table.value = table.other
                table.again()
            table.history_is_whole()
            assert table.stored() == {table.value}, "all of a write or nothing of it"
            assert StateCopy.objects.of_district("9012").digest == canonical.digest(
                table.sending_scope.at_state()
            )  # type: ignore[union-attr]
    assert all(outcomes[way, False] for way in table.ways), "in turn 0 the write comes first"
    assert sum(number for (_, sealed), number in outcomes.items() if sealed), outcomes


@both
def test_c_13_one_certifier_signs_twice_at_the_same_moment(table: Table) -> None:
    table.alone()
    with Together() as together:
        for number in range(1, 11):
            signed = together.run(table.signing(table.primary), table.signing(table.primary))
            assert sorted(type(result).__name__ for result in signed) == ["NotReady", "Signed"], (
                signed
            )
            assert Signature.objects.count() == table.copies.count() == number
            table.reopen()


@both
def test_two_changes_at_the_same_moment_void_a_signature_once(table: Table) -> None:
    """Both find the signature uncovered; neither is in the other's way."""
    table.warn()
    with Together() as together:
        for number in range(1, 11):
            table.open_again()
            assert isinstance(table.signing(table.primary)(), Signed)
            together.run(*table.two_that_void())
            assert Signature.objects.count() == number and not Signature.objects.standing().exists()
            assert letters("signature_void") == 2 * number


@both
@on_postgresql
def test_a_resync_that_lost_the_district_still_holds_the_state(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends its connection to the district, and with it the district's lock, while it
    writes at the state: nobody seals meanwhile.
    """
    table.alone()
    signature, writing, go_on = table.signing(table.primary), threading.Event(), threading.Event()
    table.something_to_send()
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
    missing = [verdict.gate.slug for verdict in getattr(signed, "missing", ())]
    assert (type(signed), missing) == table.refused_after_a_resync


@both
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
    assert order(lambda: run(submit_resync(table.sending_scope, NAMES, by=table.clerk).pk)) == [
        lists_here,
        lists_there,
        here,
        there,
    ]
    assert order(table.save) == [here]
    assert order(table.apply) == [here]
