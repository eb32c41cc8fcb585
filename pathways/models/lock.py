"""A collection that a certification has closed for a district and year."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home


class CollectionLockQuerySet(models.QuerySet["CollectionLock"]):
    def on_participations(self, district: str, active_end_year: int) -> CollectionLockQuerySet:
        """The lock that keeps the district's participations from being written: they have no year,
        so the active year's decides.
        """
        return self.filter(
            district=district,
            end_year=active_end_year,
            collection=CollectionLock.Collection.END_OF_YEAR,
        )

    def on_outcomes(self, district: str, end_year: int) -> CollectionLockQuerySet:
        """The lock that keeps the outcomes of the district's leavers of an end year from being
        written.
        """
        return self.filter(
            district=district, end_year=end_year, collection=CollectionLock.Collection.FALL
        )


class CollectionLock(models.Model):
    """What ledger, forms and triggers look at. Written when a certification is sealed, removed when
    a new round opens.

    Names the district by its number, not by foreign key: it exists in the District edition only.
    """

    lives_in = Home.DISTRICT

    class Collection(models.TextChoices):
        END_OF_YEAR = "cte-eoy", "End of Year CTE Concentrator and Participants"
        FALL = "cte-fall", "Fall CTE follow-up"

    district = models.CharField(max_length=4)
    end_year = models.PositiveSmallIntegerField()
    collection = models.CharField(max_length=10, choices=Collection.choices)
    since = models.DateTimeField()
    by = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    reference = models.CharField(max_length=40)

    objects = CollectionLockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "end_year", "collection"],
                name="pathways_collection_is_locked_once",
                violation_error_message="This collection is already locked.",
            ),
            models.CheckConstraint(
                condition=Q(collection__in=["cte-eoy", "cte-fall"]),
                name="pathways_locked_collection_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.end_year} {self.collection}"
