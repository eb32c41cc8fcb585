"""A try to reach a leaver: in the District edition alone."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cte_portal.editions import Home
from pathways.models.author import Authored
from pathways.models.follow_up.entry import FollowUpEntry


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def standing(self) -> AttemptQuerySet:
        """Those that were not taken back."""
        return self.filter(taken_back_at=None)


class Attempt(Authored, models.Model):
    """When and how somebody tried, what came of it, and a note for whoever tries next. An attempt
    that was entered by mistake is taken back, not deleted.
    """

    lives_in = Home.DISTRICT

    class Means(models.TextChoices):
        PHONE = "phone", "Phone call"
        TEXT = "text", "Text message"
        EMAIL = "email", "E-mail"
        PERSON = "person", "In person"
        MAIL = "mail", "Letter"
        SOCIAL = "social", "Social media"
        ADULT = "adult", "Another adult"

    entry = models.ForeignKey(FollowUpEntry, on_delete=models.PROTECT, related_name="attempts")
    date = models.DateField("Date")
    time = models.TimeField("Time", null=True, blank=True)
    means = models.CharField("Means", max_length=6, choices=Means.choices)
    status = models.CharField("Post-program Status", max_length=2, blank=True)
    """Empty while nobody was reached."""
    note = models.CharField("Note", max_length=300, blank=True)
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField()
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.CharField(max_length=120, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["date", "time", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    means__in=["phone", "text", "email", "person", "mail", "social", "adult"]
                ),
                name="pathways_attempt_means_are_known",
                violation_error_message="Select how the student was tried.",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by="")
                | Q(taken_back_at__gte=F("at")) & ~Q(taken_back_by=""),
                name="pathways_attempt_is_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"
