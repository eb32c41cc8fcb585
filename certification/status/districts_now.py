"""Status, due date and what is not yet sent of the districts that a person chooses from
(Plug.districts_now).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from certification.models import CertificationEvent
from certification.status.statewide import district_events
from cte_portal.frame import DistrictNow
from pathways.resync.unsent import KnownUnsent


def districts_now(numbers: Sequence[str], end_year: int) -> dict[str, DistrictNow]:
    """By district number, in about a dozen statements however many they are; of the event that is
    due next, else of the last one.
    """
    published = list(
        CertificationEvent.objects.seen_by_districts().of_year(end_year).order_by("due", "pk")
    )
    today = timezone.localdate()
    event = next(
        (one for one in published if one.due >= today), published[-1] if published else None
    )
    unsent = KnownUnsent.of_all(numbers, end_year)
    events = district_events(event, numbers) if event else {}
    found = {}
    for number in numbers:
        one = events.get(number)
        status = one.status if one else None
        waited_for = one is not None and not one.ended and (one.reopened or not one.is_certified)
        found[number] = DistrictNow(
            kind=status.kind if status else "none",
            word=status.word if status else "No event",
            due=f"{one.last_day:%m/%d/%Y}" if one and waited_for else "",
            unsent=unsent[number].words,
        )
    return found
