"""Status, due date and what is not yet sent of the districts that a person chooses from
(Plug.districts_now).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from certification.status.statewide import district_events, events_worked_on_in
from cte_portal.frame import DistrictNow
from pathways.resync.unsent import KnownUnsent


def districts_now(numbers: Sequence[str], end_year: int) -> dict[str, DistrictNow]:
    """By district number, in about a dozen statements however many they are; of the event that is
    due next, else of the last one.
    """
    published = events_worked_on_in(end_year)
    today = timezone.localdate()
    event = next(
        (district_event for district_event in published if district_event.due >= today),
        published[-1] if published else None,
    )
    unsent = KnownUnsent.of_all(numbers, end_year)
    events = district_events(event, numbers) if event else {}
    now_by_district = {}
    for number in numbers:
        district_event = events.get(number)
        status = district_event.status if district_event else None
        waited_for = (
            district_event is not None
            and not district_event.ended
            and (district_event.reopened or not district_event.is_certified)
        )
        now_by_district[number] = DistrictNow(
            kind=status.kind if status else "none",
            word=status.word if status else "No event",
            due=f"{district_event.last_day:%m/%d/%Y}" if district_event and waited_for else "",
            unsent=unsent[number].words,
        )
    return now_by_district
