"""Which school years stand side by side, and where the values of each come from."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from certification.collections.end_of_year import END_OF_YEAR
from certification.models import SealedCopy
from cte_portal.editions import Scope, school_year_label
from pathways.models import SchoolYear

MOST = 5


@dataclass(frozen=True)
class Year:
    """A school year of a district. What was certified comes from the sealed copy and from nowhere
    else.
    """

    end_year: int
    is_active: bool
    copy: SealedCopy | None

    @property
    def label(self) -> str:
        return school_year_label(self.end_year)

    @property
    def words(self) -> str:
        if self.copy:
            return f"Certified {timezone.localtime(self.copy.sealed_at):%m/%d/%Y}"
        return (
            "In progress, not certified"
            if self.is_active
            else "Current values, not as of that year"
        )


def years_of(scope: Scope) -> list[Year]:
    """The scope's year and the years before it that the district has certified, oldest first, at
    most five. Under a year that has not begun the active one stands in its place.
    """
    active = SchoolYear.objects.active().pk
    own = min(active, scope.end_year)
    sealed = list(
        SealedCopy.objects.official()
        .of_district(scope.district)
        .filter(
            round__event__collection=END_OF_YEAR.slug,
            round__event__end_year__lte=own,
        )
        .select_related("round__event")
        .only("receipt", "sealed_at", "counts", "round__district", "round__event__end_year")
        .order_by("-round__event__end_year")[:MOST]
    )
    copies = {copy.round.event.end_year: copy for copy in sealed}
    chosen = sorted({own, *copies}, reverse=True)[:MOST]
    return [Year(year, year == active, copies.get(year)) for year in reversed(chosen)]
