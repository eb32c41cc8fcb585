"""Where a person lands, which district is open, and staying signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import (
    active_end_year,
    can_statewide,
    reachable_districts,
    school_years,
)
from cte_portal.accounts.access.scoped import LAST_SCOPE
from cte_portal.accounts.access.visitor import standing
from cte_portal.plugs import only, plugs
from cte_portal.ui.navigation import first_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The district that was open last, the only one there is, or the choice; OPI's own first page
    for who works for all districts, OPI's desk for who keeps the lists and enters no district.
    """
    districts = {number for number, _ in reachable_districts(request)}
    years = {year for year, _ in school_years(request)}
    district, end_year = request.session.get(LAST_SCOPE) or (None, None)
    if district is None and can_statewide(request, Capability.WORK_STATEWIDE):
        return redirect(only(plug.statewide_home for plug in plugs()))
    if district not in districts or end_year not in years:
        district, end_year = (
            (next(iter(districts)) if len(districts) == 1 else None),
            active_end_year(request),
        )
    if district and end_year:
        return redirect(first_page(standing(request), district, end_year))
    if can_statewide(request, Capability.KEEP_LISTS) and not can_statewide(
        request, Capability.VIEW_RECORDS
    ):
        return redirect("admin:index")
    return redirect("districts")


class Districts(TemplateView):
    """Choose a district: the person's own, or any for OPI."""

    template_name = "accounts/districts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("find", "")[:100].strip().lower()
        end_year = active_end_year(self.request)
        reachable = reachable_districts(self.request)
        matches = [
            district
            for district in reachable
            if end_year and (query in district[1].lower() or query in district[0])
        ]
        where = standing(self.request)
        seen = [number for number, _ in matches if where.can_in(number, Capability.VIEW_RECORDS)]
        districts_now = only(plug.districts_now for plug in plugs())
        now = districts_now(seen, end_year) if seen and end_year else {}
        lines = [
            {
                "number": number,
                "name": name,
                "url": first_page(where, number, end_year) if end_year else "",
                "now": now.get(number),
            }
            for number, name in matches
        ]
        return super().get_context_data(
            districts=lines, query=query, reachable=len(reachable), **kwargs
        )


@require_POST
def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """A sign of life: like every request it starts the 30 minutes anew. Without script it leads
    back to the page.
    """
    return HttpResponse(status=204) if request.headers.get("X-Requested-With") else redirect("home")
