"""The events of a district, each with the facts that decide its status (ux 8).

The facts are rounds, signatures, requests and dates, read in one query for all events of a
district.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from certification.models import (
    CertificationEvent,
    Certifier,
    Extension,
    Recertification,
    Round,
    SealedCopy,
    Signature,
)
from certification.models.dates import Phase
from certification.status.district_event import DistrictEvent
from cte_portal.accounts.models.user import UNUSED
from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.models import CollectionLock, District, SchoolYear


def year_is_held() -> str:
    """A year does not end while a recertification is open: its records could no longer be corrected
    (design 4).
    """
    current = SchoolYear.objects.filter(is_active=True).values("end_year")
    requests = (
        Recertification.objects.open()
        .filter(event__end_year__in=current)
        .exclude(event__collection=CollectionLock.Collection.FALL)
    )
    numbers = sorted(set(requests.values_list("district", flat=True)))
    if not numbers:
        return ""
    names = [
        f"{number} {name}"
        for number, name in (
            District.objects.filter(pk__in=numbers).order_by("pk").values_list("number", "name")
        )
    ]
    words = "Finish it, or close it with a reason, before you start the next year."
    return f"A recertification is open in {', '.join(names)}. {words}"


def events_of(scope: Scope) -> list[DistrictEvent]:
    """The events that the district may see in the scope's school year, its own and those of last
    year's leavers, the one that is due first in front. One query.
    """
    since = timezone.now() - UNUSED
    rows = _events_with_facts(scope, scope.end_year - 1, since)
    events = [_of(event, scope.district) for event in rows]
    return sorted(
        events, key=lambda district_event: (district_event.dates.due, district_event.event.pk)
    )


def event_of(scope: Scope, pk: int, known: dict[Any, Any] | None = None) -> DistrictEvent | None:
    """One of the scope's own year; None for one that the district may not see or that belongs to
    another year. `known` is what a page knows already.
    """
    return next(
        (
            district_event
            for district_event in (
                events_of(scope) if known is None else known_events(scope, known)
            )
            if district_event.event.pk == pk and district_event.event.end_year == scope.end_year
        ),
        None,
    )


def closed_event(scope: Scope) -> CertificationEvent | None:
    """The year's event that OPI has closed, where the district sees none any more."""
    return (
        CertificationEvent.objects.of_year(scope.end_year)
        .filter(status=CertificationEvent.Status.CLOSED)
        .first()
    )


def closed_events(scope: Scope) -> list[Any]:
    """Those of the scope's year and of last year's leavers that OPI has closed, each with
    `receipt`, None where the district has not certified it.
    """
    return _closed_events(scope, scope.end_year - 1)


@prepared
def _closed_events(scope: Scope, before: int) -> QuerySet[CertificationEvent]:
    copies = SealedCopy.objects.official().filter(
        round__district=scope.district, round__event=OuterRef("pk")
    )
    closed = CertificationEvent.objects.filter(status=CertificationEvent.Status.CLOSED)
    events = closed.worked_on_in(scope.end_year, before).annotate(
        receipt=Subquery(copies.values("receipt")[:1])
    )
    return events.order_by("pk")


def next_event(scope: Scope) -> DistrictEvent | None:
    """The event the district has to think of: the first one due that it has not certified and that
    is not over, else the last one.
    """
    return first_waiting(events_of(scope))


def first_waiting(events: list[DistrictEvent]) -> DistrictEvent | None:
    waiting = [
        event
        for event in events
        if not event.is_certified and not event.ended and event.phase is not Phase.OVER
    ]
    return waiting[0] if waiting else events[-1] if events else None


def known_events(scope: Scope, known: dict[Any, Any]) -> list[DistrictEvent]:
    """`events_of`, asked once for a page: the line above it, the steps of the home page and its
    figures begin with them.
    """
    key = (events_of, scope)
    if key not in known:
        known[key] = events_of(scope)
    events: list[DistrictEvent] = known[key]
    return events


def known_next_event(scope: Scope, known: dict[Any, Any]) -> DistrictEvent | None:
    return first_waiting(known_events(scope, known))


@prepared
def _events_with_facts(
    scope: Scope, before: int, since: datetime.datetime
) -> QuerySet[CertificationEvent]:
    """`before` is the year before the scope's. `since`: who has not used the account for longer
    cannot sign in.
    """
    events = CertificationEvent.objects.seen_by_districts().worked_on_in(scope.end_year, before)
    key = {"event": OuterRef("pk"), "district": scope.district}
    # There is one of each at most, so that none has to be put first.
    extension = Extension.objects.filter(**key).order_by()
    official, open_round = (
        Round.objects.official().filter(**key).order_by(),
        Round.objects.open().filter(**key).order_by(),
    )
    request = Recertification.objects.open().filter(**key).order_by()
    primaries = Certifier.objects.of_district(scope.district).active().primary()
    signatures = (
        Signature.objects.standing()
        .by_primaries()
        .filter(
            round__event=OuterRef("pk"),
            round__district=scope.district,
            round__status=Round.Status.OPEN,
            certifier__in=primaries,
        )
    )
    return events.annotate(
        extended_due=Subquery(extension.values("due")[:1]),
        extended_corrections=Subquery(extension.values("corrections_until")[:1]),
        official_since=Subquery(official.values("sealed_at")[:1]),
        official_approved=Subquery(official.values("approved_at")[:1]),
        open_number=Subquery(open_round.values("number")[:1]),
        open_since=Subquery(open_round.values("opened_at")[:1]),
        request_status=Subquery(request.values("status")[:1]),
        request_since=Subquery(request.values("asked_at")[:1]),
        primary_count=Subquery(
            primaries.order_by().values("district").annotate(number=Count("pk")).values("number")
        ),
        unused_count=Subquery(
            primaries.unused(since)
            .order_by()
            .values("district")
            .annotate(number=Count("pk"))
            .values("number")
        ),
        signed_count=Subquery(
            signatures.order_by().values("round").annotate(number=Count("pk")).values("number")
        ),
        current_year=Subquery(SchoolYear.objects.filter(is_active=True).values("end_year")[:1]),
    )


def _of(event: Any, district: str) -> DistrictEvent:
    """`event` with the facts annotated."""
    return DistrictEvent(
        event=event,
        district=district,
        dates=event.dates_with(event.extended_due, event.extended_corrections),
        now=timezone.now(),
        primaries=event.primary_count or 0,
        signed=event.signed_count or 0,
        sealed_at=event.official_since,
        approved_at=event.official_approved,
        round_number=event.open_number,
        round_opened_at=event.open_since,
        request=event.request_status or "",
        request_at=event.request_since,
        in_active_year=event.is_of(event.current_year),
        year_is_over=event.is_over_in(event.current_year),
        unused=event.unused_count or 0,
    )
