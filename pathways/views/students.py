"""Finding a student: the search, and the result list that stays beside the record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from cte_portal.accounts.capabilities import Capability
from cte_portal.accounts.scoped import ScopedView
from pathways import search


class StudentSearch(ScopedView, TemplateView):
    """The search is sent by POST and answered by a redirect to a token: no name ever stands in an address."""

    capability = Capability.VIEW_RECORDS
    template_name = "pathways/student_search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = search.Search.of(self.request)
        return super().get_context_data(results=found.page(self.scope), search=found, list_query=found.query, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        term = " ".join(request.POST.get("term", "").replace("\x00", "").split())[: search.LONGEST_TERM]
        token = search.remember(request, term)
        return redirect(f"{reverse('cte-concentrator', args=[self.scope.district, self.scope.end_year])}?list={token}")
