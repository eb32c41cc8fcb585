"""Who looked at which page of a district's records, or took a file along: one line a person, page,
student and day (privacy question: who looked at this student?).
"""

from __future__ import annotations

import datetime

from django.db import models

from cte_portal.pages.days import in_days


class ViewEventQuerySet(models.QuerySet["ViewEvent"]):
    def of_district(self, district: str, end_year: int) -> ViewEventQuerySet:
        return self.filter(district=district, end_year=end_year)

    def newest_first(self) -> ViewEventQuerySet:
        return self.order_by("-pk")

    def between(self, first: datetime.date | None, last: datetime.date | None) -> ViewEventQuerySet:
        """Of whole days, as the portal's clock counts them, both included."""
        return self.filter(in_days(first, last))

    def by_person(self, text: str) -> ViewEventQuerySet:
        """Of people whose name contains each word of `text`."""
        views = self
        for word in text.split():
            views = views.filter(person__icontains=word)
        return views


class ViewEvent(models.Model):
    """Names accounts, districts and students by number: it outlives them."""

    day = models.DateField()
    at = models.DateTimeField()
    """When the page was opened first on that day."""
    user_id = models.BigIntegerField()
    person = models.CharField(max_length=120)
    district = models.CharField(max_length=4)
    end_year = models.PositiveSmallIntegerField()
    page = models.CharField(max_length=60)
    """Name of the page's address."""
    student = models.BigIntegerField(default=0)
    """Number of the student's row that the page is about; 0 for lists, reports and files."""
    is_file = models.BooleanField(default=False)

    objects = ViewEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "end_year", "day", "user_id", "page", "student", "is_file"],
                name="accounts_a_view_is_written_once_a_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["district", "end_year", "student", "id"],
                name="accounts_views_of_student",
            ),
            models.Index(fields=["at"], name="accounts_views_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.page} by {self.person}"
