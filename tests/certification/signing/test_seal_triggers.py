"""What was signed and sealed stays: constraints and triggers of the database, on both vendors."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from certification.models import (
    CertificationEvent,
    Certifier,
    Recertification,
    Reminder,
    Round,
    SealedCopy,
    SealedOutcome,
    SealedRecord,
    SealedRow,
    Signature,
)
from tests.certification.board.test_perkins import leaver
from tests.fixtures.certification import DIGEST, make_round, seal, sign

LEAVER = leaver(123)
STAYS = "certification_signature_stays"
SEALED = "certification_seal_is_append_only"


@pytest.mark.parametrize(
    ("table", "change", "why"),
    [
        ("certification_sealedcopy", "digest = '0'", SEALED),
        ("certification_sealedcopy", "receipt = 'X'", SEALED),
        ("certification_sealedrecord", "concentrator = NOT concentrator", SEALED),
        ("certification_sealedrecord", "in_district_credits = 3", SEALED),
        ("certification_sealedoutcome", "status = '05'", SEALED),
        ("certification_sealedoutcome", "is_placed = NOT is_placed", SEALED),
        ("certification_signature", "name = 'ELSE, SOMEBODY'", STAYS),
        ("certification_signature", "digest = '0'", STAYS),
        (
            "certification_signature",
            "voided_at = CURRENT_TIMESTAMP, void_reason = 'After the seal'",
            STAYS,
        ),
    ],
)
def test_p_04_a_seal_cannot_be_rewritten(
    table: str, change: str, why: str, event: CertificationEvent, superintendent: Certifier
) -> None:
    round_of_event = make_round(event)
    sign(round_of_event, superintendent)
    seal(round_of_event, leavers=[LEAVER])
    connection.check_constraints()  # PostgreSQL truncates nothing while checks are deferred
    statements = [f"UPDATE {table} SET {change}", f"DELETE FROM {table}"]
    statements.append(
        f"TRUNCATE {table} CASCADE"
        if connection.vendor == "postgresql"
        else f"REPLACE INTO {table} SELECT * FROM {table}"
    )
    for statement in statements:
        with (
            pytest.raises(IntegrityError, match=f"{SEALED}|{STAYS}") as refusal,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert "TRUNCATE" in statement or why in str(refusal.value)
    assert SealedCopy.objects.get().digest == DIGEST
    assert SealedRecord.objects.get().concentrator is True
    outcome = SealedOutcome.objects.get()
    assert (outcome.status, outcome.is_placed) == ("01", True)
    assert Signature.objects.get().voided_at is None


@pytest.mark.parametrize("row", [SealedRecord, SealedOutcome])
def test_a_sealed_copy_takes_no_further_record(
    row: type[SealedRow], event: CertificationEvent, superintendent: Certifier
) -> None:
    round_of_event = make_round(event)
    sign(round_of_event, superintendent)
    copy = seal(round_of_event, leavers=[LEAVER])
    rows: Any = row._default_manager
    more = rows.get()
    more.pk, more.state_id = None, "999000999"
    with pytest.raises(IntegrityError, match=SEALED), transaction.atomic():
        more.save(force_insert=True)
    assert rows.filter(copy=copy).count() == 1


def test_a_signature_is_voided_once_with_a_reason_and_nothing_else_moves(
    event: CertificationEvent, superintendent: Certifier
) -> None:
    signature = sign(make_round(event), superintendent)
    now = timezone.now()
    for values in (
        {"voided_at": now},
        {"voided_at": now, "void_reason": "Changed", "name": "X"},
        {"statements": []},
        {"late": True},
        {"voided_at": now, "void_reason": "Changed", "proof": {"issuer": "https://other"}},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.filter(pk=signature.pk).update(**values)
    assert (
        Signature.objects.filter(pk=signature.pk).update(
            voided_at=now, void_reason="3 records were sent"
        )
        == 1
    )
    with pytest.raises(IntegrityError, match=STAYS), transaction.atomic():
        Signature.objects.filter(pk=signature.pk).update(voided_at=None, void_reason="")
    again = sign(signature.round, superintendent)
    assert list(Signature.objects.standing()) == [again]


def test_c_13_one_certifier_has_one_standing_signature(
    event: CertificationEvent, superintendent: Certifier
) -> None:
    round_of_event = make_round(event)
    sign(round_of_event, superintendent)
    with pytest.raises(IntegrityError), transaction.atomic():
        sign(round_of_event, superintendent)


def test_one_round_is_open_and_one_official(event: CertificationEvent) -> None:
    first = make_round(event)
    for number in (1, 2):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_round(event, number=number)
    seal(first)
    second = make_round(event, number=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=second.pk).update(status="sealed", sealed_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=second.pk).update(status="abandoned", sealed_at=timezone.now())
    assert Round.objects.of(event, "9012").official().get() == first
    assert make_round(event, district="0965")


def test_c_25_one_recertification_is_open(event: CertificationEvent) -> None:
    sealed = make_round(event)
    seal(sealed)
    request_values = {
        "event": event,
        "district": "9012",
        "origin": "district",
        "sealed_round": sealed,
        "asked_at": timezone.now(),
        "asked_by_id": 1,
    }
    first = Recertification.objects.create(
        **request_values, reason="Two students were left out", status="asked"
    )
    for values in (
        {"reason": "Again", "status": "asked"},
        {"reason": "", "status": "denied"},
        {"reason": "No round", "status": "approved"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Recertification.objects.create(**request_values, **values)
    first.status = Recertification.Status.DENIED
    first.save()
    assert Recertification.objects.create(
        **request_values, reason="Once more", status="asked"
    ).is_open


def test_o_13_a_person_gets_one_reminder_a_day(
    event: CertificationEvent, superintendent: Certifier
) -> None:
    reminder_values = {
        "event": event,
        "district": "9012",
        "user": superintendent.user,
        "day": timezone.localdate(),
        "at": timezone.now(),
        "by": "OPI",
    }
    Reminder.objects.create(**reminder_values, kind="reminder")
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(**reminder_values, kind="overdue")


def test_who_counts_as_a_certifier(
    superintendent: Certifier, director: Certifier, principal: Certifier
) -> None:
    def active_certifiers() -> set[Certifier]:
        return set(Certifier.objects.of_district("9012").active())

    assert active_certifiers() == {superintendent, director, principal}
    assert set(Certifier.objects.active().primary()) == {superintendent, director}
    superintendent.user.is_active = False
    superintendent.user.save()
    director.user.memberships.all().delete()
    Certifier.objects.filter(pk=principal.pk).update(is_active=False)
    assert active_certifiers() == set()
    assert principal.has_never_signed_in and not director.has_never_signed_in
