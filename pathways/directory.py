"""Districts, schools and school years for the portal's frame (Plug.directory)."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from cte_portal.prepared import filled_up, prepared
from pathways.models import District, School, SchoolYear


class Directory:
    """Districts, schools and school years as text and numbers; each question is one query."""

    @staticmethod
    def districts(numbers: Collection[str] | None) -> list[tuple[str, str]]:
        """(number, name) in order of number; None asks for every district."""
        return _districts(None if numbers is None else filled_up(tuple(sorted(numbers))))

    @staticmethod
    def schools(district: str) -> list[tuple[int, str, str]]:
        """(key, number, name) of a district's schools, in order of number."""
        schools = School.objects.filter(district=district).order_by("number")
        return list(schools.values_list("pk", "number", "name"))

    @staticmethod
    def school_years() -> list[tuple[int, bool]]:
        """(end year, whether it is the active one), newest first."""
        return _school_years()


@prepared
def _districts(numbers: tuple[str, ...] | None) -> QuerySet[Any]:
    districts = District.objects.order_by("number").values_list("number", "name")
    return districts if numbers is None else districts.filter(number__in=numbers)


@prepared
def _school_years() -> QuerySet[Any]:
    return SchoolYear.objects.order_by("-end_year").values_list("end_year", "is_active")
