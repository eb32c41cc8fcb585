"""The state of every district in one event, read with a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from certification.models import CertificationEvent, Recertification
from certification.status.district_event import DistrictEvent
from certification.status.facts import facts_of
from cte_portal.prepared import counted, prepared
from pathways.models import SchoolYear

SHOWN = "events shown"
"""Under which a page knows them."""


def events_worked_on_in(
    end_year: int, known: Mapping[Any, Any] | None = None
) -> list[CertificationEvent]:
    """The published ones of a school year, and of the year before whose leavers are followed up in
    it, by their due dates. Those that `events_shown` has read for the page are not read again.
    """
    if known and SHOWN in known:
        worked_on = (
            event
            for event in known[SHOWN]
            if event.is_published and event.is_worked_on_in(end_year)
        )
        return sorted(worked_on, key=lambda event: (event.due, event.pk))
    events: list[CertificationEvent] = _worked_on_in(end_year, end_year - 1)
    return events


@prepared
def _worked_on_in(end_year: int, before: int) -> QuerySet[CertificationEvent]:
    published = CertificationEvent.objects.seen_by_districts()
    return published.worked_on_in(end_year, before).order_by("due", "pk")


def events_shown(known: dict[Any, Any]) -> list[CertificationEvent]:
    """Those that districts have seen, newest first; once for each page that gives what it knows."""
    if SHOWN not in known:
        known[SHOWN] = _shown()
    events: list[CertificationEvent] = known[SHOWN]
    return events


@prepared
def _shown() -> QuerySet[CertificationEvent]:
    drafts = CertificationEvent.Status.DRAFT
    return CertificationEvent.objects.exclude(status=drafts).newest_first()


def requests_waiting() -> int:
    """The number of requests to certify again that OPI has not answered."""
    ((number,),) = _waiting()
    return int(number)


@counted("COUNT(*)")
def _waiting() -> QuerySet[Recertification]:
    return Recertification.objects.waiting()


def district_events(
    event: CertificationEvent,
    numbers: Iterable[str],
    current_year: int | None = None,
    known: dict[Any, Any] | None = None,
) -> dict[str, DistrictEvent]:
    """District number → the event as that district has it, at one moment; the current school
    year is asked for where the page does not know it. `known` is what the page knows already.
    """
    facts, now, dates = facts_of(event, {} if known is None else known), timezone.now(), event.dates
    if current_year is None:
        current_year = next((year for (year,) in _current_year()), None)
    in_active_year, year_is_over = event.is_of(current_year), event.is_over_in(current_year)
    may_finish = event.may_finish

    def of(number: str, stands: tuple[Any, ...]) -> DistrictEvent:
        own_dates, (every, closed), signatures, seal, opening, (request, asked_at), _ = stands
        district_event = DistrictEvent(
            event=event,
            district=number,
            dates=own_dates or dates,
            now=now,
            primaries=every,
            signed=signatures,
            sealed_at=seal[0],
            approved_at=seal[1],
            round_number=opening[0],
            round_opened_at=opening[1],
            request=request,
            request_at=asked_at,
            in_active_year=in_active_year,
            year_is_over=year_is_over,
            unused=closed,
        )
        _ = district_event.takes_signatures, district_event.is_late, district_event.ended
        return district_event

    alike: dict[tuple[Any, ...], DistrictEvent] = {}
    events: dict[str, DistrictEvent] = {}
    for number in numbers:
        stands = (
            facts.extensions.get(number),
            facts.primaries.get(number, NO_PRIMARIES),
            facts.signatures.get(number, 0),
            facts.seals.get(number, NO_ROUND),
            facts.rounds.get(number, NO_ROUND),
            facts.requests.get(number, NO_REQUEST),
            number in may_finish,
        )
        if first := alike.get(stands):
            events[number] = first.of_another(number)
        else:
            events[number] = alike[stands] = of(number, stands)
    return events


NO_PRIMARIES, NO_ROUND, NO_REQUEST = (0, 0), (None, None), ("", None)


@prepared
def _current_year() -> QuerySet[SchoolYear, tuple[int]]:
    return SchoolYear.objects.filter(is_active=True).values_list("end_year")
