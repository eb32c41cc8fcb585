"""School years, which OPI keeps, and the schools and calendars of a district."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cte_portal.editions import Home, school_year_label
from pathways.models.district import District


class SchoolYearQuerySet(models.QuerySet["SchoolYear"]):
    def active(self) -> SchoolYear:
        """The current year of the portal. It, not the clock, decides; raises DoesNotExist before
        OPI has named one.
        """
        return self.get(is_active=True)


class SchoolYear(models.Model):
    lives_in = Home.BOTH

    end_year = models.PositiveSmallIntegerField("End Year", primary_key=True)
    starts = models.DateField()
    ends = models.DateField()
    is_active = models.BooleanField("active", default=False)

    objects = SchoolYearQuerySet.as_manager()

    class Meta:
        ordering = ["-end_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"],
                condition=Q(is_active=True),
                name="pathways_one_school_year_is_active",
                violation_error_message="Another school year is already current.",
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="pathways_school_year_ends_after_it_starts",
                violation_error_message="The last day of a school year must come after its first.",
            ),
            models.CheckConstraint(
                condition=Q(ends__year=F("end_year")),
                name="pathways_school_year_ends_in_its_end_year",
                violation_error_message="The last day of a school year must be in its end year.",
            ),
        ]

    def __str__(self) -> str:
        return school_year_label(self.end_year)


class School(models.Model):
    lives_in = Home.BOTH

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="schools")
    number = models.CharField("School Number", max_length=4)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["district", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "number"],
                name="pathways_school_number_is_used_once_in_a_district",
                violation_error_message="This district already has a school with that number.",
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{4}$"),
                name="pathways_school_number_has_four_digits",
                violation_error_message="A school number has 4 digits, leading zeros included.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Calendar(models.Model):
    lives_in = Home.BOTH

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="calendars")
    school_year = models.ForeignKey(
        SchoolYear, on_delete=models.PROTECT, related_name="calendars", db_column="end_year"
    )
    number = models.CharField("Calendar Number", max_length=3)

    class Meta:
        ordering = ["school", "school_year", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "school_year", "number"],
                name="pathways_calendar_number_is_used_once_in_a_school_year",
                violation_error_message=(
                    "This school already has a calendar with that number in that year."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} {school_year_label(self.school_year_id)} {self.number}"
