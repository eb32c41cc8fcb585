"""One round of certifying: it opens, is signed and sealed; a recertification opens the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from certification.models.event import CertificationEvent
from certification.models.transitions import Moves
from cte_portal.editions import Home

if TYPE_CHECKING:  # signatures stand above the rounds that they sign
    from certification.models.signature import Signature


class RoundQuerySet(models.QuerySet["Round"]):
    def of(self, event: CertificationEvent, district: str) -> RoundQuerySet:
        return self.filter(event=event, district=district)

    def open(self) -> RoundQuerySet:
        return self.filter(status=Round.Status.OPEN)

    def official(self) -> RoundQuerySet:
        """Sealed, and not superseded by a later seal: what counts, also while a recertification is
        in progress.
        """
        return self.filter(status=Round.Status.SEALED)

    def with_sealed_copy(self) -> RoundQuerySet:
        """Rounds whose sealed copy exists, the superseded ones included."""
        return self.filter(status__in=[Round.Status.SEALED, Round.Status.SUPERSEDED])


class Round(Moves):
    lives_in = Home.DISTRICT
    signatures: models.QuerySet[Signature]

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        SEALED = "sealed", "Sealed"
        SUPERSEDED = "superseded", "Superseded"
        ABANDONED = "abandoned", "Abandoned"

    MOVES = {
        Status.OPEN: (Status.SEALED, Status.ABANDONED),
        Status.SEALED: (Status.SUPERSEDED,),
        Status.SUPERSEDED: (),
        Status.ABANDONED: (),
    }
    """The transition table: from → to."""

    event = models.ForeignKey(CertificationEvent, on_delete=models.PROTECT, related_name="rounds")
    district = models.CharField("District Number", max_length=4)
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    reason = models.CharField(max_length=500, blank=True)
    """The reason it was opened; empty for the first."""
    sealed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    """When it was superseded or abandoned."""
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    """When and by whom of OPI: Certification Approved by State."""

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["event", "district", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "district", "number"],
                name="certification_round_numbers_are_used_once",
            ),
            models.UniqueConstraint(
                fields=["event", "district"],
                condition=Q(status="open"),
                name="certification_one_round_is_open",
                violation_error_message="A round of this certification is already open.",
            ),
            models.UniqueConstraint(
                fields=["event", "district"],
                condition=Q(status="sealed"),
                name="certification_one_round_is_official",
                violation_error_message="This certification is already sealed.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "abandoned"], sealed_at=None)
                | Q(status__in=["sealed", "superseded"], sealed_at__isnull=False),
                name="certification_sealed_rounds_say_since_when",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="certification_rounds_count_from_one"
            ),
        ]
        indexes = [models.Index(fields=["district", "status"], name="certification_round_district")]

    def __str__(self) -> str:
        return f"{self.district} round {self.number}"
