"""OPI's pathway list, and which district may offer which pathway in which year."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from cte_portal.editions import Home, Scope
from pathways.models.calendar import SchoolYear
from pathways.models.district import District


def offered_in(end_year: int) -> Q:
    """Whether a pathway is on OPI's list in an end year."""
    return (Q(last_year=None) | Q(last_year__gte=end_year)) & Q(first_year__lte=end_year)


class PathwayQuerySet(models.QuerySet["Pathway"]):
    def in_scope(self, scope: Scope) -> PathwayQuerySet:
        """OPI's list as the scope's edition has it."""
        return self.using(scope.alias)

    def offered_in(self, end_year: int) -> PathwayQuerySet:
        return self.filter(offered_in(end_year))

    def approved_for(self, district: str, end_year: int) -> PathwayQuerySet:
        """Pathways a district may enter in an end year: on OPI's list that year, and approved for
        the district.
        """
        return self.offered_in(end_year).filter(
            approvals__district_id=district, approvals__school_year_id=end_year
        )


class Pathway(models.Model):
    """An approved area of study for CTE courses. Retired pathways stay, so that old records can be
    read.
    """

    lives_in = Home.BOTH

    code = models.CharField(max_length=2)
    name = models.CharField("CTE Pathway", max_length=100)
    first_year = models.PositiveSmallIntegerField("first end year")
    last_year = models.PositiveSmallIntegerField("last end year", null=True, blank=True)

    objects = PathwayQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="pathways_pathway_code_is_used_once",
                violation_error_message="Another pathway has that code.",
            ),
            models.UniqueConstraint(
                Upper("name"),
                name="pathways_pathway_name_is_used_once",
                violation_error_message="Another pathway has that name.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{2}$"),
                name="pathways_pathway_code_has_two_digits",
                violation_error_message="A pathway code has 2 digits.",
            ),
            models.CheckConstraint(
                condition=Q(last_year=None) | Q(last_year__gte=F("first_year")),
                name="pathways_pathway_ends_on_or_after_its_first_year",
                violation_error_message="The last year must not come before the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """OPI's leave for a district to offer a pathway in one school year."""

    lives_in = Home.BOTH

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="approvals")
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="approvals")
    school_year = models.ForeignKey(
        SchoolYear, on_delete=models.PROTECT, related_name="approvals", db_column="end_year"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "pathway", "school_year"],
                name="pathways_approval_is_given_once",
                violation_error_message=(
                    "This pathway is already approved for this district and year."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district_id} {self.pathway} {self.school_year}"


class ReferenceGeneration(models.Model):
    """Counts the changes of OPI's reference data: rows checked under an older generation are
    checked again before they are written.
    """

    lives_in = Home.DISTRICT

    generation = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="pathways_there_is_one_reference_generation"
            ),
        ]

    def __str__(self) -> str:
        return str(self.generation)
