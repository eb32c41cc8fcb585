"""What the page of an event asks of its district, prepared (docs/adr/0013)."""

from __future__ import annotations

from django.db.models import QuerySet

from certification.models import EventLink, Round
from cte_portal.batches.models import Batch
from cte_portal.prepared import prepared
from pathways.models import Change, District, SchoolYear


@prepared
def rounds(event: int, district: str) -> QuerySet[Round]:
    """The newest first."""
    return Round.objects.filter(event__pk=event, district=district).order_by("-number")


@prepared
def running(district: str, kinds: tuple[str, ...], end_year: int | None) -> QuerySet[Batch]:
    """Work of these kinds that has not ended, of one year or of all."""
    live = Batch.objects.of_district(district).live().filter(kind__in=kinds)
    return live if end_year is None else live.filter(end_year=end_year)


@prepared
def current_year() -> QuerySet[SchoolYear]:
    return SchoolYear.objects.filter(is_active=True)


@prepared
def district(number: str) -> QuerySet[District]:
    return District.objects.filter(pk=number)


@prepared
def last_change(district: str, cursor: int) -> QuerySet[Change]:
    """The newest one after a line of the ledger."""
    return Change.objects.after(district, cursor).order_by("-pk")[:1]


@prepared
def links(event: int) -> QuerySet[EventLink]:
    return EventLink.objects.filter(event__pk=event)
