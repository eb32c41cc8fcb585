"""Years Side by Side: of a district, of a student."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from certification.collections.end_of_year import END_OF_YEAR
from certification.years import side_by_side
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from pathways.records.views import lookups


class DistrictYears(ScopedView):
    """The district's figures of up to five school years, by one measure at a time."""

    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        count = request.GET.get("count", "students")
        if count not in END_OF_YEAR.measures:
            raise Http404("There is no such figure.")
        return render(
            request,
            "certification/years/district_years.html",
            {
                "side": side_by_side.of_district(self.scope, count),
                "measures": list(END_OF_YEAR.measures.items()),
                "count": count,
                "counting": END_OF_YEAR.counting,
            },
        )


class StudentYears(ScopedView):
    """A student's record in each pathway, of up to five school years."""

    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        student = lookups.student(self.scope, self.kwargs["student"])
        if student is None:
            raise Http404("There is no such student in this school year.")
        return render(
            request,
            "certification/years/student_years.html",
            {"student": student, "side": side_by_side.of_student(self.scope, student)},
        )
