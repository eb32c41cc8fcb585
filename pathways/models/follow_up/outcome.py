"""The outcome of a leaver: the one answer a student and end year that travels to the state, and its
history.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Edition, Home, Scope
from pathways.models.roster_change import RowChange
from pathways.models.student import Student


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def in_scope(self, scope: Scope) -> OutcomeQuerySet:
        """Outcomes of the district's leavers of the scope's end year."""
        return self.using(scope.alias).filter(
            student__district_id=scope.district, end_year=scope.end_year
        )

    def in_edition(self, edition: Edition) -> OutcomeQuerySet:
        """Outcomes of all districts and years."""
        return self.using(edition.value)


class Outcome(models.Model):
    lives_in = Home.BOTH

    class Origin(models.TextChoices):
        ATTEMPT = "attempt", "Contact"
        SCREEN = "screen", "Screen"
        FILE = "file", "Fall CTE file"
        PROPOSAL = "proposal", "Accepted proposal"

    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="outcomes")
    end_year = models.PositiveSmallIntegerField()
    status = models.CharField("Post-program Status", max_length=2)
    date_contacted = models.DateField("Date Contacted", null=True, blank=True)
    origin = models.CharField(max_length=8, choices=Origin.choices)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "end_year"],
                name="pathways_one_outcome_a_student_and_year",
                violation_error_message="This student already has an outcome for that year.",
            ),
            models.CheckConstraint(
                condition=Q(status__regex=r"^[0-9A-Z]{2}$"),
                name="pathways_outcome_has_a_status",
                violation_error_message="Select a post-program status.",
            ),
            models.CheckConstraint(
                condition=Q(origin__in=["attempt", "screen", "file", "proposal"]),
                name="pathways_outcome_origin_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk} of {self.end_year}"


class OutcomeChange(RowChange):
    student_id = models.BigIntegerField()
    end_year = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=2)
    date_contacted = models.DateField(null=True)
    origin = models.CharField(max_length=8)
