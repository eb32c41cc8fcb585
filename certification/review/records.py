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
from certification.status.status import DistrictEvent
from cte_portal.editions import Scope
from cte_portal.folding import Folded
from pathways.ledger import canonical
from pathways.ledger.canonical import COLUMNS
from pathways.models import StateCopy

Row = tuple[Any, ...]


def sealed_rows(copy: SealedCopy) -> list[Row]:
    """The sealed records in the order of `COLUMNS`, by student and pathway."""
    ordered = copy.records.order_by(
        Folded("last_name"), Folded("first_name"), "state_id", "pathway_code"
    )
    return list(ordered.values_list(*COLUMNS).iterator(chunk_size=5000))


@dataclass
class Records:
    scope: Scope
    copy: SealedCopy | None
    """Whose records these are, where they are sealed."""
    sent_at: datetime.datetime | None
    """When the State edition was last sent to; None before the first resync."""

    @cached_property
    def rows(self) -> list[Row]:
        return (
            sealed_rows(self.copy)
            if self.copy
            else list(canonical.rows(self.scope.at_state()).iterator(chunk_size=5000))
        )

    @cached_property
    def counts(self) -> dict[str, Any]:
        return dict(self.copy.counts) if self.copy else counts_of(self.rows)


def scope_of(one: DistrictEvent) -> Scope:
    return Scope(one.district, one.event.end_year)


def records_of(one: DistrictEvent) -> Records:
    copy = _official(one) if one.is_certified else None
    if copy:
        return Records(scope_of(one), copy, copy.sent_at)
    state = StateCopy.objects.of_district(one.district)
    return Records(scope_of(one), None, state.sent_at if state else None)


def last_sealed_year(one: DistrictEvent) -> SealedCopy | None:
    """What figures are compared with."""
    return SealedCopy.objects.official_before(one.event, one.district)


def last_seal(one: DistrictEvent) -> SealedCopy | None:
    """What single records are compared with: the event's own earlier seal, or that of the last
    sealed year.
    """
    kept = (
        SealedCopy.objects.of_district(one.district)
        .filter(round__event=one.event)
        .select_related("round__event")
    )
    earlier = kept.filter(round__status="superseded") if one.is_certified else kept
    return earlier.order_by("-round__number").first() or last_sealed_year(one)


def _official(one: DistrictEvent) -> SealedCopy | None:
    return (
        SealedCopy.objects.official()
        .of_district(one.district)
        .filter(round__event=one.event)
        .first()
    )
