"""OPI's own step on its home page: the events of the school year."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from certification.models import CertificationEvent
from cte_portal.editions import school_year_label
from cte_portal.frame import HomeTask


def set_up(end_year: int | None) -> HomeTask:
    """OPI's step: the active year's events."""
    events = (
        CertificationEvent.objects.of_year(end_year)
        if end_year
        else CertificationEvent.objects.none()
    )
    published, drafts = (
        events.seen_by_districts().order_by("due"),
        events.filter(status=CertificationEvent.Status.DRAFT).count(),
    )
    first = published.first()
    if first:
        status, sentence = (
            ("completed", "Published"),
            f"{first.name}: {first.dates.sentence(timezone.now())}.",
        )
    elif end_year and drafts:
        status, sentence = (
            ("progress", "In progress"),
            f"The event of {school_year_label(end_year)} is a draft. Districts do not see it yet.",
        )
    else:
        status, sentence = ("none", "Not yet started"), "Set what districts certify, and by when."
    return HomeTask(
        step="",
        title="Certification events",
        path=("Set up the collection", "Certification events"),
        status=status,
        sentence=sentence,
        url=reverse("certification-events"),
        next_label="" if first else "Publish the event" if drafts else "Set up the event",
    )
