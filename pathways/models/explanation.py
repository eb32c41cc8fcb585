"""What people say about findings and rules: an explained warning, and a severity that OPI sets for
a year.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home, Scope, school_year_label
from pathways.models.author import Authored


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    def of(self, scope: Scope) -> ExplanationQuerySet:
        """Those that hold: what was taken back is history."""
        return self.filter(district=scope.district, end_year=scope.end_year, taken_back_at=None)


class Explanation(Authored, models.Model):
    """Why a warning is right as it stands. It holds as long as the subject keeps its value, in
    either edition and through a re-upload.

    `by` and `taken_back_by` are names as shown then, the ids beside them the accounts. Never
    removed: one that was taken back says by whom and when, and the warning can be explained anew.
    Names its subject by State ID and pathway: it speaks of both editions, and outlives a record
    that is entered anew.
    """

    lives_in = Home.DISTRICT

    rule = models.CharField(max_length=7)
    district = models.CharField(max_length=4)
    end_year = models.PositiveSmallIntegerField()
    state_id = models.CharField(max_length=9)
    pathway_id = models.BigIntegerField()
    value = models.CharField(max_length=300)
    """The values that the rule reads, in canonical text."""
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    taken_back_by = models.CharField(max_length=120, blank=True)
    taken_back_by_id = models.BigIntegerField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "end_year", "rule", "state_id", "pathway_id", "value"],
                condition=Q(taken_back_at=None),
                name="pathways_warning_is_explained_once",
                violation_error_message="This warning is already explained.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="pathways_explanation_says_why",
                violation_error_message="Enter a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.district} {self.end_year}"


class RuleSeverity(models.Model):
    """A rule's severity as OPI sets it for a year, for all districts alike."""

    lives_in = Home.DISTRICT

    rule = models.CharField(max_length=7)
    end_year = models.PositiveSmallIntegerField()
    severity = models.CharField(
        max_length=7, choices=[("error", "Error"), ("warning", "Warning"), ("info", "Info")]
    )
    reason = models.CharField(max_length=500)

    class Meta:
        verbose_name_plural = "rule severities"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "end_year"],
                name="pathways_rule_has_one_severity_in_a_year",
                violation_error_message="This rule already has its own severity in that year.",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=["error", "warning", "info"]),
                name="pathways_severity_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} in {school_year_label(self.end_year)}"
