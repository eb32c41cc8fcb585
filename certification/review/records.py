"""The records that an event's pages speak of: the sealed copy's once a district has certified,
before that the State edition's as sent.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from certification.collections.chosen import collection_of, collection_of_copy
from certification.collections.collection import Collection, Row
from certification.models import SealedCopy
from certification.status.district_event import DistrictEvent
from cte_portal.editions import Scope
from pathways.models import StateCopy


@dataclass
class Records:
    collection: Collection
    scope: Scope
    copy: SealedCopy | None
    """Whose records these are, where they are sealed."""
    sent_at: datetime.datetime | None
    """When the State edition was last sent to; None before the first resync."""

    @cached_property
    def rows(self) -> list[Row]:
        if self.copy:
            return self.collection.rows_of(self.copy)
        return list(self.collection.rows(self.scope.at_state()))

    @cached_property
    def counts(self) -> dict[str, Any]:
        return dict(self.copy.counts) if self.copy else self.collection.counts(self.rows)


def scope_of(district_event: DistrictEvent) -> Scope:
    return Scope(district_event.district, district_event.event.end_year)


def records_of(district_event: DistrictEvent, known: dict[Any, Any] | None = None) -> Records:
    """`known` is what a page knows already."""
    collection, scope = collection_of(district_event.event), scope_of(district_event)
    copy = _official(district_event) if district_event.is_certified else None
    if copy:
        return Records(collection_of_copy(copy), scope, copy, copy.sent_at)
    state = StateCopy.objects.in_short(district_event.district, known)
    return Records(collection, scope, None, state.sent_at if state else None)


def last_sealed_year(district_event: DistrictEvent, records: Records) -> SealedCopy | None:
    """What figures are compared with."""
    return SealedCopy.objects.official_before(
        district_event.event, district_event.district, forms=records.collection.forms
    )


def last_seal(district_event: DistrictEvent, records: Records) -> SealedCopy | None:
    """What single records are compared with: the event's own earlier seal, or that of the last
    sealed year.
    """
    seals = (
        SealedCopy.objects.of_district(district_event.district)
        .filter(
            round__event=district_event.event,
            form_version__in=records.collection.forms,
        )
        .select_related("round__event")
    )
    earlier = seals.filter(round__status="superseded") if district_event.is_certified else seals
    return earlier.order_by("-round__number").first() or last_sealed_year(district_event, records)


def _official(district_event: DistrictEvent) -> SealedCopy | None:
    return (
        SealedCopy.objects.official()
        .of_district(district_event.district)
        .filter(round__event=district_event.event)
        .select_related("round__event")
        .first()
    )
