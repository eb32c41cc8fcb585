"""A new round beside the official one, and the way back: what recertification does to rounds and to
the lock of the records.

Called under the district's exclusive lock.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from certification.models import Recertification, Round, SealedCopy, Signature
from certification.models.dates import Phase, in_short
from certification.status.district_event import DistrictEvent
from cte_portal.accounts.models import User
from cte_portal.refusals import Refusal
from pathways.models import CollectionLock

ABANDONED = "The recertification was withdrawn."


@dataclass(frozen=True)
class Correction:
    """The last request to correct a certification, and the reason a new one cannot be made now."""

    last: Recertification | None
    why_not: str

    @property
    def may_be_asked(self) -> bool:
        return not self.why_not and (self.last is None or not self.last.is_open)


def correction(district_event: DistrictEvent) -> Correction | None:
    """None before anything was certified."""
    if district_event.sealed_at is None:
        return None
    return Correction(
        Recertification.objects.of(district_event.event, district_event.district)
        .select_related("opened_round")
        .first(),
        cannot_reopen(district_event),
    )


def cannot_reopen(district_event: DistrictEvent) -> str:
    """The reason a certification cannot be corrected now; empty when it can. Contact text where
    only people can help (C-31).
    """
    contact = f"Contact {settings.HELP_NAME}, {settings.HELP_PHONE}"
    if district_event.sealed_at is None or district_event.round_number is not None:
        return (
            "Not all certifiers have signed yet. Until they have, records can be changed without a"
            " recertification."
        )
    if not district_event.in_active_year:
        return (
            f"{district_event.event.school_year} is no longer the current school year. {contact}."
        )
    if district_event.phase is Phase.OVER:
        return f"Corrections ended {in_short(district_event.dates.corrections_until)}. {contact}."
    return ""


def may_reopen(district_event: DistrictEvent) -> Round:
    if why_not := cannot_reopen(district_event):
        raise Refusal(why_not)
    return Round.objects.of(district_event.event, district_event.district).official().get()


def open_round(district_event: DistrictEvent, by: User, reason: str) -> Round:
    """The next round, and the records open for changes."""
    last = (
        Round.objects.of(district_event.event, district_event.district)
        .order_by("-number")
        .values_list("number", flat=True)[0]
    )
    CollectionLock.objects.filter(
        district=district_event.district,
        end_year=district_event.event.end_year,
        collection=district_event.event.collection,
    ).delete()
    return Round.objects.create(
        event=district_event.event,
        district=district_event.district,
        number=last + 1,
        opened_at=timezone.now(),
        opened_by=by.record_name,
        reason=reason[:500],
    )


def close_round(open_round: Round, reason: str = "") -> None:
    now = timezone.now()
    Signature.objects.standing().filter(round=open_round).update(
        voided_at=now, void_reason=reason or ABANDONED
    )
    open_round.become(Round.Status.ABANDONED, ended_at=now)


def lock_again(official: Round) -> None:
    """As sealing wrote it."""
    copy = SealedCopy.objects.get(round=official)
    last = (
        Signature.objects.standing()
        .by_primaries()
        .filter(round=official)
        .order_by("-signed_at", "-pk")
        .first()
    )
    CollectionLock.objects.get_or_create(
        district=official.district,
        end_year=official.event.end_year,
        collection=official.event.collection,
        defaults={
            "since": copy.sealed_at,
            "by": last.name if last else "",
            "reason": f"{copy.event_name} is certified.",
            "reference": copy.receipt,
        },
    )
