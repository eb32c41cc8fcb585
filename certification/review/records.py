"""The records that an event's pages speak of: the sealed copy's once a district has certified,
before that the State edition's as sent.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from certification.models import SealedCopy
from certification.review.figures import counts_of
from certification.status.district_event import DistrictEvent
from cte_portal.editions import Scope
from pathways.ledger import canonical
from pathways.ledger.canonical import CanonicalRow
from pathways.models import StateCopy


@dataclass
class Records:
    scope: Scope
    copy: SealedCopy | None
    """Whose records these are, where they are sealed."""
    sent_at: datetime.datetime | None
    """When the State edition was last sent to; None before the first resync."""

    @cached_property
    def rows(self) -> list[CanonicalRow]:
        return self.copy.rows() if self.copy else list(canonical.rows(self.scope.at_state()))

    @cached_property
    def counts(self) -> dict[str, Any]:
        return dict(self.copy.counts) if self.copy else counts_of(self.rows)


def scope_of(district_event: DistrictEvent) -> Scope:
    return Scope(district_event.district, district_event.event.end_year)


def records_of(district_event: DistrictEvent) -> Records:
    copy = _official(district_event) if district_event.is_certified else None
    if copy:
        return Records(scope_of(district_event), copy, copy.sent_at)
    state = StateCopy.objects.of_district(district_event.district)
    return Records(scope_of(district_event), None, state.sent_at if state else None)


def last_sealed_year(district_event: DistrictEvent) -> SealedCopy | None:
    """What figures are compared with."""
    return SealedCopy.objects.official_before(district_event.event, district_event.district)


def last_seal(district_event: DistrictEvent) -> SealedCopy | None:
    """What single records are compared with: the event's own earlier seal, or that of the last
    sealed year.
    """
    seals = (
        SealedCopy.objects.of_district(district_event.district)
        .filter(round__event=district_event.event)
        .select_related("round__event")
    )
    earlier = seals.filter(round__status="superseded") if district_event.is_certified else seals
    return earlier.order_by("-round__number").first() or last_sealed_year(district_event)


def _official(district_event: DistrictEvent) -> SealedCopy | None:
    return (
        SealedCopy.objects.official()
        .of_district(district_event.district)
        .filter(round__event=district_event.event)
        .first()
    )
