"""A district's own, later dates in one event."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from certification.models.dates import Dates
from certification.models.event import CertificationEvent
from cte_portal.editions import Home


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def dates_for(self, event: CertificationEvent, district: str) -> Dates:
        """The dates for the district: its extension's days, or the event's."""
        extension = (
            self.filter(event=event, district=district)
            .values_list("due", "corrections_until")
            .first()
        )
        return event.dates_with(*extension) if extension else event.dates


class Extension(models.Model):
    lives_in = Home.DISTRICT

    event = models.ForeignKey(
        CertificationEvent, on_delete=models.PROTECT, related_name="extensions"
    )
    district = models.CharField("District Number", max_length=4)
    due = models.DateField("Due")
    corrections_until = models.DateField("Corrections until")
    reason = models.CharField("Reason", max_length=200)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["district"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "district"],
                name="certification_one_extension_per_event_and_district",
                violation_error_message="This district already has an extension.",
            ),
            models.CheckConstraint(
                condition=Q(due__lte=F("corrections_until")),
                name="certification_extended_corrections_end_after_the_due_date",
                violation_error_message="Corrections must end on or after the due date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.due:%m/%d/%Y}"
