"""Finding a student: the search, and the result list that stays beside the record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from pathways.models import School, Student
from pathways.pages.grades import grades_of
from pathways.records.search import Search, start_of
from pathways.records.tables import lines


class StudentSearch(ScopedView, TemplateView):
    """The search is sent by POST and answered by a redirect to a token: no name ever stands in an
    address.
    """

    capability = Capability.VIEW_RECORDS
    template_name = "pathways/records/student_search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        search = Search.of(self.request)
        results = search.page(self.scope, self.known, start_of(self.request) or 0)
        narrowing = {
            "schools": School.objects.filter(district=self.scope.district),
            "grades": grades_of(self.scope, self.known),
        }
        nobody = not results.total and not Student.objects.in_scope(self.scope).exists()
        return super().get_context_data(
            results=results,
            lines=lines(results, self.request.path),
            nobody=nobody,
            search=search,
            list_query=search.query,
            **narrowing,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who is meant without a doubt is opened at once."""
        search = Search.sent(request.POST).remember(request)
        address = reverse("cte-concentrator", args=[self.scope.district, self.scope.end_year])
        student = search.only_one(self.scope)
        if student is not None:
            address = reverse(
                "cte-student", args=[self.scope.district, self.scope.end_year, student]
            )
        return redirect(address + search.query)
