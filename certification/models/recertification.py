"""A district asks to correct what it certified, or OPI requests it; what both sides write stays
together.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from certification.models.event import CertificationEvent
from certification.models.round import Round
from certification.models.transitions import Moves
from cte_portal.editions import Home


class RecertificationQuerySet(models.QuerySet["Recertification"]):
    def of(self, event: CertificationEvent, district: str) -> RecertificationQuerySet:
        return self.filter(event=event, district=district)

    def waiting(self) -> RecertificationQuerySet:
        """Asked by a district, and not yet answered."""
        return self.filter(status=Recertification.Status.ASKED)

    def in_progress(self) -> RecertificationQuerySet:
        return self.filter(status=Recertification.Status.APPROVED)

    def open(self) -> RecertificationQuerySet:
        return self.filter(status__in=Recertification.OPEN)


class Recertification(Moves):
    lives_in = Home.DISTRICT
    messages: models.QuerySet[RecertificationMessage]

    class Origin(models.TextChoices):
        DISTRICT = "district", "Requested by the district"
        OPI = "opi", "Requested by OPI"

    class Status(models.TextChoices):
        ASKED = "asked", "Waiting for an answer"
        APPROVED = "approved", "In progress"
        DENIED = "denied", "Denied"
        WITHDRAWN = "withdrawn", "Withdrawn"
        CLOSED = "closed", "Closed"

    OPEN = ("asked", "approved")
    MOVES = {
        Status.ASKED: (Status.APPROVED, Status.DENIED, Status.WITHDRAWN),
        Status.APPROVED: (Status.CLOSED, Status.ASKED),
        Status.DENIED: (Status.ASKED,),
        Status.WITHDRAWN: (),
        Status.CLOSED: (),
    }
    """The transition table: from → to. OPI's own request begins as approved; sealing or abandoning
    its round closes it.

    An answer can be taken back while nothing has followed from it: what was approved or denied is
    asked again.
    """

    event = models.ForeignKey(
        CertificationEvent, on_delete=models.PROTECT, related_name="recertifications"
    )
    district = models.CharField("District Number", max_length=4)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    sealed_round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="recertifications"
    )
    """The round that would be corrected."""
    opened_round = models.OneToOneField(
        Round, on_delete=models.PROTECT, null=True, blank=True, related_name="recertification"
    )
    """The round it opened, once approved."""
    reason = models.CharField("Reason", max_length=1000)
    what_changes = models.CharField("What will change", max_length=1000, blank=True)
    findings = models.JSONField(default=list, blank=True)
    """The findings that OPI attaches to a demand: [{"rule", "title", "count", ...}], no student's
    name.
    """
    status = models.CharField(max_length=9, choices=Status.choices)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    asked_by_id = models.BigIntegerField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answer = models.CharField(max_length=1000, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RecertificationQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "district"],
                condition=Q(status__in=["asked", "approved"]),
                name="certification_one_recertification_is_open",
                violation_error_message="A recertification of this event is already open.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "approved", "denied", "withdrawn", "closed"]),
                name="certification_recertification_status_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="certification_recertification_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(opened_round__isnull=False),
                name="certification_recertification_opens_a_round",
            ),
        ]

    def __str__(self) -> str:
        return f"recertification {self.pk} of {self.district}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def outcome_words(self) -> str:
        """Its status; of a correction that has ended, whether the district signed again."""
        if self.status != self.Status.CLOSED or self.opened_round is None:
            return self.get_status_display()
        signed = self.opened_round.status in (Round.Status.SEALED, Round.Status.SUPERSEDED)
        return "Certified again" if signed else "Ended without certifying again"


class RecertificationMessage(models.Model):
    """One message of the thread, by the district or by OPI."""

    lives_in = Home.DISTRICT

    recertification = models.ForeignKey(
        Recertification, on_delete=models.PROTECT, related_name="messages"
    )
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField()
    from_opi = models.BooleanField()
    at = models.DateTimeField()
    text = models.CharField(max_length=1000)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="certification_messages_say_something"
            )
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
