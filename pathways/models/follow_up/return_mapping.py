"""Which columns of a source's return file say what, as a person confirmed it (R-FUP-15)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Q

from cte_portal.editions import Home


class ReturnFileMappingQuerySet(models.QuerySet["ReturnFileMapping"]):
    def fitting(self, district: str, names: Collection[str]) -> ReturnFileMapping | None:
        """The one that the district confirmed last, of those whose columns are all in a file with
        columns of these names.
        """
        for mapping in self.filter(district=district).order_by("-at", "-pk"):
            if all(name in names for name in mapping.columns if name):
                return mapping
        return None


class ReturnFileMapping(models.Model):
    """One for a district and source; confirming other columns replaces it. A column is named as the
    file names it, and is empty where the file has none.
    """

    lives_in = Home.DISTRICT

    district = models.CharField(max_length=4)
    source_name = models.CharField("Who sent the file", max_length=60)
    status = models.CharField("Post-program Status", max_length=2)
    """Of every student whom the source has found."""
    state_id_column = models.CharField(max_length=100)
    date_column = models.CharField(max_length=100)
    found_column = models.CharField(max_length=100, blank=True)
    enrollment_column = models.CharField(max_length=100, blank=True)
    detail_column = models.CharField(max_length=100, blank=True)
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    objects = ReturnFileMappingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "source_name"],
                name="pathways_return_mapping_is_one_a_source",
            ),
            models.CheckConstraint(
                condition=~Q(source_name="") & ~Q(state_id_column="") & ~Q(date_column=""),
                name="pathways_return_mapping_has_its_columns",
                violation_error_message="Select the columns of the State ID and of the date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_name} of {self.district}"

    @property
    def columns(self) -> tuple[str, ...]:
        return (
            self.state_id_column,
            self.date_column,
            self.found_column,
            self.enrollment_column,
            self.detail_column,
        )
