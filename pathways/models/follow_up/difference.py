"""Where a file of Fall CTE says something else than the portal: kept until a person decides, so
that no upload overwrites an answer (R-FUP-12).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cte_portal.editions import Home, Scope
from cte_portal.prepared import counted
from pathways.models.author import Authored
from pathways.models.follow_up.entry import FollowUpEntry
from pathways.models.follow_up.outcome import Outcome


class OutcomeDifferenceQuerySet(models.QuerySet["OutcomeDifference"]):
    def in_scope(self, scope: Scope) -> OutcomeDifferenceQuerySet:
        """Every difference that the district's list of the scope's end year ever had."""
        return self.filter(
            entry__student__district_id=scope.district, entry__end_year=scope.end_year
        )

    def unresolved(self, scope: Scope) -> OutcomeDifferenceQuerySet:
        return self.in_scope(scope).undecided()

    def number_unresolved(self, scope: Scope) -> int:
        return int(_number(scope)[0][0])

    def undecided(self) -> OutcomeDifferenceQuerySet:
        """Those that somebody must still decide: of lines on the list, and where the portal has not
        come to the file's answer by itself.
        """
        agreeing = Outcome.objects.filter(
            student_id=OuterRef("entry__student_id"),
            end_year=OuterRef("entry__end_year"),
            status=OuterRef("status"),
            date_contacted=OuterRef("date_contacted"),
        )
        return self.filter(~Exists(agreeing), resolution="", entry__left_at=None)


class OutcomeDifference(Authored, models.Model):
    """The file's answer beside the portal's as it was then. `by` sent the file; `act` is the id of
    what resolved it, by which that is taken back.
    """

    lives_in = Home.DISTRICT

    class Resolution(models.TextChoices):
        TAKEN = "taken", "File's answer taken"
        KEPT = "kept", "Portal's answer kept"
        REPLACED = "replaced", "Replaced by a later file"

    entry = models.ForeignKey(FollowUpEntry, on_delete=models.PROTECT, related_name="differences")
    batch = models.UUIDField()
    """The upload that brought it."""
    status = models.CharField("Post-Program Status", max_length=2)
    date_contacted = models.DateField("Date Contacted")
    stored_status = models.CharField(max_length=2)
    stored_date = models.DateField(null=True)
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    resolution = models.CharField(max_length=8, choices=Resolution.choices, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=120, blank=True)
    act = models.UUIDField(null=True)

    objects = OutcomeDifferenceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["batch"], name="pathways_difference_by_batch"),
            models.Index(fields=["act"], name="pathways_difference_by_act"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(resolution=""),
                name="pathways_one_open_difference_a_line",
                violation_error_message="This student already has a difference to resolve.",
            ),
            models.CheckConstraint(
                condition=Q(status__regex=r"^[0-9A-Z]{2}$"),
                name="pathways_difference_has_a_status",
            ),
            models.CheckConstraint(
                condition=Q(resolution="", resolved_at=None, resolved_by="", act=None)
                | (
                    Q(resolution__in=["taken", "kept", "replaced"])
                    & Q(resolved_at__isnull=False, act__isnull=False)
                    & ~Q(resolved_by="")
                ),
                name="pathways_difference_is_resolved_by_somebody",
                violation_error_message="Say who resolved the difference.",
            ),
        ]

    def __str__(self) -> str:
        return f"difference {self.pk}"


@counted("COUNT(*)")
def _number(scope: Scope) -> OutcomeDifferenceQuerySet:
    return OutcomeDifference.objects.unresolved(scope)
