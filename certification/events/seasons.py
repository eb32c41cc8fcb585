"""The days of each collection, for lists that are narrowed by them (Plug.seasons)."""

from __future__ import annotations

from certification.models import CertificationEvent
from cte_portal.plugs import Season


def seasons() -> list[Season]:
    """Newest first, without drafts."""
    events = CertificationEvent.objects.exclude(status=CertificationEvent.Status.DRAFT)
    return [_season(event) for event in events.newest_first()]


def _season(event: CertificationEvent) -> Season:
    """From the first day on which something is open to the last on which something can be
    corrected; extensions of single districts apart.
    """
    days = [event.review_opens, event.due, event.corrections_until]
    if event.follow_up_opens and event.follow_up_closes:
        days += [event.follow_up_opens, event.follow_up_closes]
    return Season(str(event.pk), event.name, min(days), max(days))
