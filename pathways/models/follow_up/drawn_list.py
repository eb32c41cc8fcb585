"""When a district's list of a year's leavers was drawn, and from what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from cte_portal.editions import Home, Scope
from cte_portal.prepared import prepared


class DrawnListQuerySet(models.QuerySet["DrawnList"]):
    def in_scope(self, scope: Scope) -> DrawnListQuerySet:
        return self.filter(district=scope.district, end_year=scope.end_year)

    def of(self, scope: Scope) -> DrawnList | None:
        """None before the first drawing."""
        lists: list[DrawnList] = _of(scope)
        return lists[0] if lists else None


class DrawnList(models.Model):
    """One for a district and end year; its lines are FollowUpEntry."""

    lives_in = Home.DISTRICT

    district = models.CharField(max_length=4)
    end_year = models.PositiveSmallIntegerField()
    receipt = models.CharField(max_length=24, blank=True)
    """Of the sealed copy that it is drawn from; empty while it is a draft from live data."""
    first_drawn_at = models.DateTimeField()
    drawn_at = models.DateTimeField()
    drawn_from = models.CharField(max_length=64)
    """SHA-256 of where everything stood that the list is drawn from: while it is the same, nothing
    is drawn again.
    """

    objects = DrawnListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "end_year"],
                name="pathways_one_drawn_list_a_district_and_year",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__gte=F("first_drawn_at")),
                name="pathways_drawn_list_is_drawn_again_later",
            ),
        ]

    def __str__(self) -> str:
        return f"follow-up list of {self.district} {self.end_year}"

    @property
    def is_draft(self) -> bool:
        return not self.receipt


@prepared
def _of(scope: Scope) -> DrawnListQuerySet:
    return DrawnList.objects.in_scope(scope)
