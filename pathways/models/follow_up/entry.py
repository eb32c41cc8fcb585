"""The list of a district's leavers of one end year: a line a student, however many pathways."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home, Scope
from pathways.models.calendar import School
from pathways.models.end_status import EndStatus
from pathways.models.student import Student

Family = EndStatus.Family


class FollowUpEntryQuerySet(models.QuerySet["FollowUpEntry"]):
    def in_scope(self, scope: Scope) -> FollowUpEntryQuerySet:
        """Every line that the district's list of the scope's end year ever had."""
        return self.filter(student__district_id=scope.district, end_year=scope.end_year)

    def on_list(self) -> FollowUpEntryQuerySet:
        return self.filter(left_at=None)

    def counted(self) -> FollowUpEntryQuerySet:
        """Those on the list that count in this district: OPI may count a student of two lists on
        the other one (R-FUP-16).
        """
        return self.on_list().filter(counted_elsewhere=False)

    def no_longer_on_list(self) -> FollowUpEntryQuerySet:
        return self.exclude(left_at=None)


class FollowUpEntry(models.Model):
    """A concentrator of the year who graduated or dropped out. A line that leaves the list stays
    stored with its reason, and so does any answer given.

    `caller` holds the line while somebody is calling, so that two people do not call one student.
    """

    lives_in = Home.DISTRICT

    class Exit(models.TextChoices):
        GRADUATE = Family.GRADUATE.value, Family.GRADUATE.label
        DROPOUT = Family.DROPOUT.value, Family.DROPOUT.label

    # The District edition's line of rows that stand in both editions: the database can tie it to
    # neither, so what would remove a student or a school asks here first.
    student = models.ForeignKey(
        Student,
        on_delete=models.DO_NOTHING,
        related_name="follow_up_entries",
        db_constraint=False,
    )
    end_year = models.PositiveSmallIntegerField()
    school = models.ForeignKey(
        School,
        on_delete=models.DO_NOTHING,
        related_name="follow_up_entries",
        db_constraint=False,
    )
    exit = models.CharField(max_length=8, choices=Exit.choices)
    exit_date = models.DateField()
    end_status = models.CharField(max_length=3)
    receipt = models.CharField(max_length=24, blank=True)
    """Of the sealed copy that the line was drawn from; empty where it was drawn from live data."""
    reason = models.CharField(max_length=200)
    """Why it is on the list."""
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    left_reason = models.CharField(max_length=200, blank=True)
    counted_elsewhere = models.BooleanField("Counted elsewhere", default=False)
    """OPI counts the student on the list of another district."""
    caller = models.CharField(max_length=120, blank=True)
    caller_id = models.BigIntegerField(null=True, blank=True)
    caller_since = models.DateTimeField(null=True, blank=True)

    objects = FollowUpEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "end_year"],
                name="pathways_one_follow_up_entry_a_student_and_year",
                violation_error_message="This student is already on the list of that year.",
            ),
            models.CheckConstraint(
                condition=Q(exit__in=["graduate", "dropout"]),
                name="pathways_follow_up_exit_is_known",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None, left_reason="")
                | (Q(left_at__isnull=False) & ~Q(left_reason="")),
                name="pathways_follow_up_entry_leaves_with_a_reason",
                violation_error_message="Say why the student is no longer on the list.",
            ),
            models.CheckConstraint(
                condition=Q(caller="", caller_id=None, caller_since=None)
                | (~Q(caller="") & Q(caller_id__isnull=False, caller_since__isnull=False)),
                name="pathways_follow_up_caller_says_since_when",
            ),
        ]
        indexes = [
            # Of all lines few are held: whose they are is found without reading the state's.
            models.Index(
                fields=["caller_id"],
                condition=Q(caller_id__isnull=False),
                name="pathways_follow_up_caller",
            ),
        ]

    def __str__(self) -> str:
        return f"follow-up entry {self.pk} of {self.end_year}"


class FollowUpPathway(models.Model):
    """A pathway in which the leaver was a concentrator, as it was called when the line was drawn."""

    lives_in = Home.DISTRICT

    entry = models.ForeignKey(FollowUpEntry, on_delete=models.CASCADE, related_name="pathways")
    code = models.CharField(max_length=2)
    name = models.CharField("CTE Pathway", max_length=100)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "code"],
                name="pathways_follow_up_pathway_is_named_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
