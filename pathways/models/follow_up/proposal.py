"""An answer that came from elsewhere: another district, a return file, the student. It is no
outcome until a person accepts it (R-FUP-15).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home, Scope
from pathways.models.author import Authored
from pathways.models.follow_up.entry import FollowUpEntry


class OutcomeProposalQuerySet(models.QuerySet["OutcomeProposal"]):
    def in_scope(self, scope: Scope) -> OutcomeProposalQuerySet:
        return self.filter(
            entry__student__district_id=scope.district, entry__end_year=scope.end_year
        )

    def undecided(self) -> OutcomeProposalQuerySet:
        """Those of lines on the list that nobody has accepted or declined."""
        return self.filter(resolution="", entry__left_at=None)


class OutcomeProposal(Authored, models.Model):
    """`by` entered it; empty where the student did. `as_of` is the day of which the source speaks.

    One that is accepted keeps the date contacted that its outcome was given.
    """

    lives_in = Home.DISTRICT

    class Source(models.TextChoices):
        DISTRICT = "district", "Another district"
        FILE = "file", "Return file"
        STUDENT = "student", "The student, by a link"

    class Resolution(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    entry = models.ForeignKey(FollowUpEntry, on_delete=models.PROTECT, related_name="proposals")
    source = models.CharField("Source", max_length=8, choices=Source.choices)
    source_name = models.CharField("Name of the source", max_length=60, blank=True)
    status = models.CharField("Post-program Status", max_length=2)
    as_of = models.DateField("As of")
    detail = models.CharField("Detail", max_length=100, blank=True)
    """What the source adds, such as the college."""
    by = models.CharField(max_length=120, blank=True)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    resolution = models.CharField(max_length=8, choices=Resolution.choices, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=120, blank=True)
    date_contacted = models.DateField("Date Contacted", null=True)

    objects = OutcomeProposalQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=["district", "file"]) & ~Q(source_name="")
                | Q(source="student", source_name=""),
                name="pathways_proposal_names_its_source",
                violation_error_message="Enter who gave the answer.",
            ),
            models.CheckConstraint(
                condition=Q(status__regex=r"^[0-9A-Z]{2}$"), name="pathways_proposal_has_a_status"
            ),
            models.CheckConstraint(
                condition=Q(resolution="", resolved_at=None, resolved_by="", date_contacted=None)
                | (
                    Q(resolution="accepted", resolved_at__isnull=False)
                    & Q(date_contacted__isnull=False)
                    & ~Q(resolved_by="")
                )
                | Q(resolution="declined", resolved_at__isnull=False, date_contacted=None)
                & ~Q(resolved_by=""),
                name="pathways_proposal_is_resolved_by_somebody",
                violation_error_message="Say who decided.",
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk}"

    @property
    def origin(self) -> str:
        """Who says so, in words."""
        return self.source_name or self.get_source_display()
