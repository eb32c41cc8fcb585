"""History of a district's roster data: one append-only table for each kind of row, in typed columns
(ADR 0011).

A line holds what the row looked like after one change; the image before it is the version before
it. Rows are named by plain ids, because the history outlives them. Triggers refuse to change or
delete a line.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home
from pathways.models.author import Authored


class RowChangeQuerySet(models.QuerySet[Any]):
    def of_row(self, row: int) -> RowChangeQuerySet:
        """The history of one row, oldest first."""
        return self.filter(row=row).order_by("version")

    def last_of_district(self, district: str) -> int:
        """The district's last line: while it stays the same, nothing of this kind was written
        through the ledger.
        """
        return self.filter(district=district).aggregate(last=models.Max("pk"))["last"] or 0


class RowChange(Authored, models.Model):
    """What every such history has in common. Version 1 of a row that was there before its history
    began is *found*.
    """

    lives_in = Home.DISTRICT

    class Operation(models.TextChoices):
        FOUND = "found", "As it was before"
        CREATE = "create", "Added"
        UPDATE = "update", "Changed"
        DELETE = "delete", "Removed"

    class Source(models.TextChoices):
        FILE = "file", "Roster file"
        SCREEN = "screen", "Screen"
        UNDO = "undo", "Undo"
        DEMO = "demo", "Practice data"

    district = models.CharField(max_length=4)
    row = models.BigIntegerField()
    version = models.PositiveIntegerField()
    operation = models.CharField(max_length=6, choices=Operation.choices)
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField(null=True)
    """The author's account; what was found, and what was written before accounts were kept, have
    none.
    """
    at = models.DateTimeField()
    source = models.CharField(max_length=6, choices=Source.choices)
    batch = models.UUIDField(null=True)

    objects = RowChangeQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["row", "version"], name="%(app_label)s_%(class)s_is_one_a_row_and_version"
            ),
            models.CheckConstraint(
                condition=Q(operation__in=["found", "create", "update", "delete"]),
                name="%(app_label)s_%(class)s_operation_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "id"], name="%(class)s_by_district"),
            models.Index(fields=["batch", "id"], name="%(class)s_by_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} version {self.version}"


class SchoolChange(RowChange):
    number = models.CharField(max_length=4)
    name = models.CharField(max_length=100)


class CalendarChange(RowChange):
    school_id = models.BigIntegerField()
    end_year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=3)


class StudentChange(RowChange):
    state_id = models.CharField(max_length=9)
    local_id = models.CharField(max_length=15, blank=True)
    last_name = models.CharField(max_length=50)
    first_name = models.CharField(max_length=50)
    middle_name = models.CharField(max_length=50, blank=True)
    birth_date = models.DateField()
    gender = models.CharField(max_length=1)


class EnrollmentChange(RowChange):
    student_id = models.BigIntegerField()
    calendar_id = models.BigIntegerField()
    service_type = models.CharField(max_length=1)
    grade = models.CharField(max_length=2)
    start_date = models.DateField()
    end_date = models.DateField(null=True)
    end_status = models.CharField(max_length=3, blank=True)


class CourseChange(RowChange):
    school_id = models.BigIntegerField()
    number = models.CharField(max_length=13)
    name = models.CharField(max_length=60)
    pathway_id = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=7, blank=True, default="")
    credits = models.DecimalField(max_digits=5, decimal_places=2)
    sced_area = models.CharField(max_length=2, blank=True, default="")
    sced_course = models.CharField(max_length=3, blank=True, default="")


class SectionChange(RowChange):
    course_id = models.BigIntegerField()
    calendar_id = models.BigIntegerField()
    number = models.CharField(max_length=4)


class RosterChange(RowChange):
    section_id = models.BigIntegerField()
    enrollment_id = models.BigIntegerField()
    credits_earned = models.DecimalField(max_digits=5, decimal_places=2, null=True)
