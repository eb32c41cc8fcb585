"""Student Information › State Programs › School View: one school's students in CTE.

Who sees the whole district opens each of its schools; a School Viewer opens only their own.
For any other the answer is *not found*, the same as for a school that does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import schools_in
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.accounts.listing.rows import RowsFile, RowsView
from pathways.models import School
from pathways.schools.figures import SchoolFigures
from pathways.schools.filter import SchoolFilter
from pathways.schools.leavers import open_follow_ups
from pathways.schools.students import (
    SchoolRow,
    StudentInCte,
    keys_of,
    rows_of,
    students_at,
    students_of,
)
from pathways.schools.table import SchoolTable


class SchoolsView(ScopedView):
    capability = Capability.VIEW_SCHOOL

    @property
    def sees_district(self) -> bool:
        return self.can(Capability.VIEW_RECORDS)

    @cached_property
    def schools(self) -> dict[str, School]:
        """By their numbers, those that the person may open."""
        schools = School.objects.filter(district=self.scope.district).order_by("number")
        own = None if self.sees_district else schools_in(self.request, self.scope.district)
        return {school.number: school for school in schools if own is None or school.pk in own}


class Schools(SchoolsView):
    """The choice of a school; a single one opens at once."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if len(self.schools) == 1:
            return redirect(
                "school", self.scope.district, self.scope.end_year, next(iter(self.schools))
            )
        there = {school.pk for school in self.schools.values()}
        own = schools_in(request, self.scope.district)
        gone = {number for key, number in own.items() if key not in there}
        context = {
            "schools": self.schools.values(),
            "gone": sorted(gone),
            "sees_district": self.sees_district,
        }
        return render(request, "pathways/schools/schools.html", context)


class SchoolRows(SchoolsView, RowsView):
    file_name = "students-in-cte"
    filter_class = SchoolFilter

    @cached_property
    def school(self) -> School:
        school = self.schools.get(self.kwargs["school"])
        if school is None:
            raise Http404("There is no such school.")
        return school

    @cached_property
    def students(self) -> dict[int, StudentInCte]:
        return students_of(self.scope, self.school)

    @property
    def table(self) -> type[SchoolTable]:
        return SchoolTable

    def filter_of(self, query: QueryDict) -> SchoolFilter:
        return SchoolFilter(query, self.table, self.students.values())

    def keys(self) -> list[int]:
        order = self.table.fields_of(self.filter.sorting)
        return keys_of(self.scope, self.students, self.filter.values, order)

    def rows(self, keys: Sequence[int]) -> list[SchoolRow]:
        return rows_of(self.scope, self.students, keys, linked=self.sees_district)

    def file_address(self, form: str) -> str:
        if not self.can(Capability.EXPORT_SCHOOL):
            return ""
        place = [self.scope.district, self.scope.end_year, self.school.number]
        return reverse("school-file", args=[*place, form])


class SchoolPage(SchoolRows):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = {
            "school": self.school,
            "several": len(self.schools) > 1,
            "listing": self.listing(),
            "figures": SchoolFigures.of(self.students.values()),
            "enrolled": students_at(self.scope, self.school).count(),
            "follow_ups": open_follow_ups(self.scope, self.school),
            "sees_district": self.sees_district,
            "in_active_year": self.in_active_year,
        }
        return render(request, "pathways/schools/school.html", context)


class SchoolFile(RowsFile, SchoolRows):
    capability = Capability.EXPORT_SCHOOL
