"""The state of every district in one event, read with a few statements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.utils import timezone

from certification.models import (
    CertificationEvent,
    Certifier,
    Extension,
    Recertification,
    Round,
    Signature,
)
from certification.status.district_event import DistrictEvent
from cte_portal.accounts.models.user import unused
from pathways.models import SchoolYear


def district_events(event: CertificationEvent, numbers: Iterable[str]) -> dict[str, DistrictEvent]:
    """District number → the event as that district has it, at one moment."""
    now = timezone.now()
    extended = Extension.objects.dates_by_district(event)
    active = Certifier.objects.active().primary()
    counts = {"every": Count("pk"), "closed": Count("pk", filter=unused("user__"))}
    primaries = {
        row[0]: row[1:] for row in active.order_by().values_list("district").annotate(**counts)
    }
    signatures = (
        Signature.objects.standing()
        .by_primaries()
        .filter(round__event=event, round__status=Round.Status.OPEN, certifier__in=active)
    )
    signed = dict(signatures.order_by().values_list("round__district").annotate(Count("pk")))
    rounds: dict[tuple[str, str], Any] = {
        (row.status, row.district): row
        for row in Round.objects.filter(
            event=event, status__in=[Round.Status.OPEN, Round.Status.SEALED]
        )
    }
    requests = {row.district: row for row in Recertification.objects.open().filter(event=event)}
    current = SchoolYear.objects.filter(is_active=True).values_list("end_year", flat=True).first()

    def of(number: str) -> DistrictEvent:
        official, open_round = (
            rounds.get((Round.Status.SEALED, number)),
            rounds.get((Round.Status.OPEN, number)),
        )
        request = requests.get(number)
        return DistrictEvent(
            event=event,
            district=number,
            dates=extended.get(number, event.dates),
            now=now,
            primaries=primaries.get(number, (0, 0))[0],
            signed=signed.get(number, 0),
            sealed_at=official.sealed_at if official else None,
            approved_at=official.approved_at if official else None,
            round_number=open_round.number if open_round else None,
            round_opened_at=open_round.opened_at if open_round else None,
            request=request.status if request else "",
            request_at=request.asked_at if request else None,
            in_active_year=event.is_of(current),
            year_is_over=event.is_over_in(current),
            unused=primaries.get(number, (0, 0))[1],
        )

    return {number: of(number) for number in numbers}
