"""Which reminder went to whom on which day."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from certification.models.event import CertificationEvent
from cte_portal.editions import Home


class Reminder(models.Model):
    """A person gets one a day for an event, whoever asks and however often."""

    lives_in = Home.DISTRICT

    class Kind(models.TextChoices):
        REMINDER = "reminder", "Reminder"
        OVERDUE = "overdue", "Overdue"

    event = models.ForeignKey(
        CertificationEvent, on_delete=models.PROTECT, related_name="reminders"
    )
    district = models.CharField("District Number", max_length=4)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certification_reminders"
    )
    day = models.DateField()
    """As the portal's clock counts days."""
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    letter = models.CharField(max_length=80, blank=True, default="")
    """The key of its e-mail in the Batch Queue; empty where the reminder is older than this."""
    text = models.CharField(max_length=1000, blank=True)
    """The text that OPI added."""

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user", "day"], name="certification_one_reminder_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["reminder", "overdue"]),
                name="certification_reminder_kind_is_known",
            ),
        ]
        indexes = [models.Index(fields=["event", "district"], name="certification_reminder_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.district} {self.day:%m/%d/%Y}"
