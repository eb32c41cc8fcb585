"""OPI's dates and demands for following up one year's leavers."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cte_portal.editions import Home, school_year_label
from cte_portal.prepared import prepared

if TYPE_CHECKING:
    from pathways.models.follow_up.attempt import Attempt


class FollowUpYearQuerySet(models.QuerySet["FollowUpYear"]):
    def of(self, end_year: int) -> FollowUpYear | None:
        """None for a year that OPI does not follow up."""
        years: list[FollowUpYear] = _of(end_year)
        return years[0] if years else None

    def others_open_on(self, day: datetime.date, end_year: int) -> list[FollowUpYear]:
        """The same but for one."""
        years: list[FollowUpYear] = _others_open_on(day, end_year)
        return years

    def open_on(self, day: datetime.date) -> FollowUpYearQuerySet:
        """Those whose leavers are called on this day."""
        return self.filter(opens__lte=day, closes__gte=day)

    def missing(self, *end_years: int) -> list[FollowUpYear]:
        """The guide's dates for the years that have none yet, not saved."""
        there = set(self.values_list("end_year", flat=True))
        return [FollowUpYear.usual(year) for year in end_years if year not in there]


class FollowUpYear(models.Model):
    """The follow-up of those who left in one end year: when they are called, until when the list
    still moves, and what must be tried before a leaver counts as not reached.
    """

    lives_in = Home.DISTRICT

    end_year = models.PositiveSmallIntegerField("end year", primary_key=True)
    opens = models.DateField("first day of contact")
    closes = models.DateField("last day of contact")
    refreshed_until = models.DateField("list refreshed until")
    attempts_required = models.PositiveSmallIntegerField("attempts required", default=3)
    means_required = models.PositiveSmallIntegerField("different means required", default=2)
    days_required = models.PositiveSmallIntegerField("different days required", default=2)
    target = models.DecimalField(
        "target, percent placed", max_digits=5, decimal_places=2, null=True, blank=True
    )

    objects = FollowUpYearQuerySet.as_manager()

    class Meta:
        verbose_name = "follow-up year"
        ordering = ["-end_year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gte=F("opens")),
                name="pathways_follow_up_opens_before_it_closes",
                violation_error_message="The last day must not come before the first.",
            ),
            models.CheckConstraint(
                condition=Q(refreshed_until__lte=F("closes")),
                name="pathways_follow_up_list_stands_before_the_end",
                violation_error_message=(
                    "The list must stand on or before the last day of contact."
                ),
            ),
            models.CheckConstraint(
                condition=Q(attempts_required__gte=1)
                & Q(means_required__gte=1)
                & Q(days_required__gte=1)
                & Q(means_required__lte=F("attempts_required"))
                & Q(days_required__lte=F("attempts_required")),
                name="pathways_follow_up_attempts_can_be_met",
                violation_error_message=(
                    "Require at least one attempt, and no more means or days than attempts."
                ),
            ),
            models.CheckConstraint(
                condition=Q(target=None) | Q(target__gte=0, target__lte=100),
                name="pathways_follow_up_target_is_a_percentage",
                violation_error_message="The target must be from 0 to 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return school_year_label(self.end_year)

    @property
    def school_year(self) -> str:
        return school_year_label(self.end_year)

    def is_enough(self, attempts: Collection[Attempt]) -> bool:
        """Whether a leaver who was tried like this counts as not reached (R-FUP-07)."""
        return (
            len(attempts) >= self.attempts_required
            and len({attempt.means for attempt in attempts}) >= self.means_required
            and len({attempt.date for attempt in attempts}) >= self.days_required
        )

    def has_good_date(self, contacted: datetime.date | None, exit_date: datetime.date) -> bool:
        """Whether an outcome's date may stand: in the window, after the exit, and not to come
        (R-FUP-08).
        """
        return (
            contacted is not None
            and self.opens <= contacted <= self.closes
            and exit_date < contacted <= timezone.localdate()
        )

    @classmethod
    def usual(cls, end_year: int) -> FollowUpYear:
        """The guide's window in the fall after the year ended, not yet saved."""
        return cls(
            end_year=end_year,
            opens=datetime.date(end_year, 11, 1),
            closes=datetime.date(end_year, 12, 31),
            refreshed_until=datetime.date(end_year, 11, 15),
        )


@prepared
def _of(end_year: int) -> FollowUpYearQuerySet:
    return FollowUpYear.objects.filter(pk=end_year)


@prepared
def _others_open_on(day: datetime.date, end_year: int) -> FollowUpYearQuerySet:
    return FollowUpYear.objects.open_on(day).exclude(pk=end_year)
