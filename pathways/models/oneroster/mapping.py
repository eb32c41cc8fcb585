"""Where the numbers stand in the exports of another system, as a person confirmed it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home
from pathways.models.author import Authored


class OneRosterMappingQuerySet(models.QuerySet["OneRosterMapping"]):
    def of_district(self, district: str) -> OneRosterMappingQuerySet:
        """All that were ever confirmed, the newest first."""
        return self.filter(district=district).order_by("-pk")

    def in_force(self, district: str, source: str) -> OneRosterMapping | None:
        """The one by which the source's exports are read."""
        return self.of_district(district).filter(source=source).first()


class OneRosterMapping(Authored, models.Model):
    """Where one system's OneRoster exports keep the numbers that the portal needs, as a person
    confirmed it (R-IMP-11).

    It is never changed: a later one of the same system replaces it, and the earlier ones are its
    history. A place is a column of users.csv, like `identifier` or `metadata.stateId`, or
    `userIds:` and a type.
    """

    lives_in = Home.DISTRICT

    class SectionRule(models.TextChoices):
        CODE = "code", "The whole class code"
        AFTER = "after", "What follows the last hyphen, period, slash, or space of the class code"
        ID = "id", "The class's sourcedId"

    class SecondSchool(models.TextChoices):
        PARTIAL = "S", "Partial"
        SPECIAL = "N", "Special Ed Services"
        OTHER = "O", "Other"

    district = models.CharField(max_length=4)
    source = models.CharField(max_length=100, blank=True)
    """The system as the manifest names it; empty where it does not."""
    state_id_place = models.CharField(max_length=100)
    local_id_place = models.CharField(max_length=100, blank=True)
    section_rule = models.CharField(max_length=5, choices=SectionRule.choices)
    second_school = models.CharField(max_length=1, choices=SecondSchool.choices)
    """The service type of a new enrollment at a student's other school."""
    share = models.PositiveSmallIntegerField()
    """Percentage of students whose State ID stood there when somebody confirmed it."""
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    objects = OneRosterMappingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["district", "source"], name="oneroster_mapping_of_source")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state_id_place=""),
                name="pathways_oneroster_state_id_has_a_place",
                violation_error_message="Choose where the State ID is.",
            ),
            models.CheckConstraint(
                condition=Q(section_rule__in=["code", "after", "id"]),
                name="pathways_oneroster_section_rule_is_known",
            ),
            models.CheckConstraint(
                condition=Q(second_school__in=["S", "N", "O"]),
                name="pathways_oneroster_second_school_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.source or "A system without a name"


class OneRosterSchool(models.Model):
    """Which school and calendar an organization of the exports is; without a number it is left
    out.
    """

    lives_in = Home.DISTRICT

    mapping = models.ForeignKey(OneRosterMapping, models.PROTECT, related_name="schools")
    org = models.CharField(max_length=255)
    name = models.CharField(max_length=200)
    number = models.CharField(max_length=4, blank=True)
    calendar = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mapping", "org"], name="pathways_oneroster_school_is_mapped_once"
            ),
            models.UniqueConstraint(
                fields=["mapping", "number"],
                condition=~Q(number=""),
                name="pathways_oneroster_school_number_is_used_once",
                violation_error_message="Two schools cannot have the same School Number.",
            ),
            models.CheckConstraint(
                condition=Q(number="", calendar="") | ~Q(number="") & ~Q(calendar=""),
                name="pathways_oneroster_school_has_a_calendar",
                violation_error_message="Enter the Calendar Number.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}".strip()
