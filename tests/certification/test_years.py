"""From one school year to the next: the seal of the year that ended stays, its records go on (design 4)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from certification.models import Recertification, Round, SealedCopy, SealedRecord
from certification.sealing import differences
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways import entry, ledger
from pathways.models import Participation, SchoolYear, Student
from tests.certification.ready import Ready
from tests.fixtures.records import HEALTH, District_, row

YEAR = "/admin/pathways/schoolyear/2026/change/"


@pytest.fixture
def sealed(cottonwood: District_, event: object, clerk: User, kayla: Student) -> Ready:
    ready = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    ready.record(kayla)
    ready.prepare()
    ready.sign()
    cottonwood.enroll(kayla, 2026)
    cottonwood.approve(HEALTH, end_year=2026)
    return ready


def activate(client: Client, keeper: User) -> Any:
    """As OPI does it: look at what follows, then confirm."""
    client.force_login(keeper)
    typed = {"starts": "07/01/2025", "ends": "06/30/2026", "is_active": "on", "reason": "The year has begun."}
    page = client.get(YEAR).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    typed["seen"] = seen.group(1).replace("&quot;", '"') if seen else json.dumps({})
    answer = client.post(YEAR, typed)
    if answer.status_code == 200:
        confirmed = re.search(r'name="confirmed" value="([^"]*)"', answer.content.decode())
        if confirmed:
            answer = client.post(YEAR, {**typed, "confirmed": confirmed.group(1).replace("&quot;", '"').replace("&#x27;", "'")})
    return answer


def test_after_the_next_year_begins_the_sealed_copy_does_not_change(
    client: Client, sealed: Ready, keeper: User, clerk: User, kayla: Student
) -> None:
    record = Participation.objects.get()
    with pytest.raises(ledger.Locked):
        entry.save(sealed.scope, [row(kayla, in_district_credits=Decimal("2.50"), concentrator=True, version=record.version)], by="X")
    assert activate(client, keeper).status_code == 302
    assert SchoolYear.objects.active().end_year == 2026
    next_year = Scope("9012", 2026)
    saved = entry.save(
        next_year, [row(kayla, in_district_credits=Decimal("2.50"), concentrator=True, version=record.version)], by="MARTIN, CHERYL"
    )
    assert saved.applied.updated == 1, "activating the next year ends the lock"
    kept = SealedRecord.objects.get()
    assert (kept.total_credits, kept.concentrator) == (Decimal("1.50"), False)
    assert differences(SealedCopy.objects.get()) == []
    client.force_login(clerk)
    page = client.get(f"/districts/9012/2026/cte-concentrator/{kayla.pk}/{record.pathway_id}/").content.decode()
    assert "2024-25" in page and "1.50" in page and "2.50" in page, "last year's column stands beside the new credits"


def test_a_year_does_not_end_while_a_recertification_is_open(client: Client, sealed: Ready, keeper: User) -> None:
    first = Round.objects.get()
    asked = Recertification.objects.create(
        event=sealed.event, district="9012", origin="district", sealed_round=first, reason="Two students are missing.", status="asked",
        asked_at=timezone.now(), asked_by="DOE, JANE", asked_by_id=sealed.primary.user_id,
    )  # fmt: skip
    answer = activate(client, keeper)
    assert answer.status_code == 200 and "A recertification is open in 9012 Cottonwood Bend" in answer.content.decode()
    assert SchoolYear.objects.active().end_year == 2025
    Recertification.objects.filter(pk=asked.pk).update(status="denied", answered_at=timezone.now(), ended_at=timezone.now())
    assert activate(client, keeper).status_code == 302


def test_last_years_event_is_not_signed_in_the_new_year(
    client: Client, cottonwood: District_, event: object, clerk: User, kayla: Student, keeper: User
) -> None:
    ready = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    ready.record(kayla)
    ready.prepare()
    cottonwood.enroll(kayla, 2026)
    assert activate(client, keeper).status_code == 302
    assert "open" in ready.missing()
