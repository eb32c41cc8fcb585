"""Which validation groups a user group finds in its list of reports, and what a clerk has said of a
rostered student.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cte_portal.accounts.models import AuditEvent, Role
from cte_portal.editions import Home, Scope
from pathways.models.author import Authored
from pathways.models.district import District

DEED = "validation group"
"""What the audit calls an administrator's choice of user groups."""
OFFICIAL_GROUP = "cte-end-of-year"
OFFICIAL_GROUP_OF_LEAVERS = "cte-fall-follow-up"


class GroupAssignmentQuerySet(models.QuerySet["GroupAssignment"]):
    def of_district(self, district: str) -> GroupAssignmentQuerySet:
        return self.filter(district=district)

    def assign(self, district: str, group: str, roles: set[str]) -> None:
        """Give the group to these user groups and to no others."""
        self.of_district(district).filter(group=group).exclude(role__in=roles).delete()
        self.bulk_create(
            [self.model(district=district, group=group, role=role) for role in sorted(roles)],
            ignore_conflicts=True,
        )

    def assign_official(self) -> None:
        """OPI's groups stand in the lists of all user groups from the start; a District
        Administrator may choose otherwise, and that stays.
        """
        roles = {role.value for role in Role if role.is_of_district}
        for group in (OFFICIAL_GROUP, OFFICIAL_GROUP_OF_LEAVERS):
            self.assign_at_first(group, roles)

    def assign_at_first(self, group: str, roles: set[str]) -> None:
        """Give the group to these user groups of each district where nobody has chosen yet, be it
        to take it from all of them.
        """
        chosen = AuditEvent.objects.filter(kind=DEED, key=group, district=OuterRef("number"))
        assigned = self.filter(group=group, district=OuterRef("number"))
        numbers = (
            District.objects.exclude(Exists(chosen))
            .exclude(Exists(assigned))
            .values_list("number", flat=True)
        )
        rows = [
            self.model(district=number, group=group, role=role)
            for number in numbers
            for role in sorted(roles)
        ]
        self.bulk_create(rows, batch_size=500, ignore_conflicts=True)


class GroupAssignment(models.Model):
    """A validation group that a user group (a role) of a district sees among its Data Validation
    Reports (guide, Step Four 1).
    """

    lives_in = Home.DISTRICT

    district = models.CharField(max_length=4)
    group = models.CharField(max_length=40)
    role = models.CharField(max_length=30)

    objects = GroupAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "group", "role"],
                name="pathways_validation_group_is_assigned_once",
                violation_error_message="This user group already has that validation group.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.group} {self.role}"


class RosterDecisionQuerySet(models.QuerySet["RosterDecision"]):
    def of(self, scope: Scope) -> RosterDecisionQuerySet:
        return self.filter(district=scope.district, end_year=scope.end_year)


class RosterDecision(Authored, models.Model):
    """What was decided about a line of the roster worklist, a student and a pathway.

    *Not CTE* speaks of a student without a record, *right as it stands* of a record; both need a
    reason. *Later* keeps the line open.
    """

    lives_in = Home.DISTRICT

    class Choice(models.TextChoices):
        NOT_CTE = "not-cte", "Not CTE"
        AS_IS = "as-is", "Correct as is"
        LATER = "later", "Later"

    district = models.CharField(max_length=4)
    end_year = models.PositiveSmallIntegerField()
    state_id = models.CharField(max_length=9)
    pathway_id = models.BigIntegerField()
    choice = models.CharField(max_length=7, choices=Choice.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    objects = RosterDecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "end_year", "state_id", "pathway_id"],
                name="pathways_rostered_student_is_decided_once",
                violation_error_message="Someone has already decided about this student.",
            ),
            models.CheckConstraint(
                condition=Q(choice="later") | (Q(choice__in=["not-cte", "as-is"]) & ~Q(reason="")),
                name="pathways_roster_decision_says_why",
                violation_error_message="Enter a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.end_year} {self.choice}"
