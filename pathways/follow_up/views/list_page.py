"""Student Information › State Programs › CTE Follow-up, List: who is followed up, who came and who
went since the list was drawn, and why.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.pages.typed import paged
from pathways.certified import certified
from pathways.follow_up.views.drawn import DrawnPage
from pathways.models import FollowUpEntry, FollowUpYear, ListRequest, Student
from pathways.models.student import by_name_of

PAGE = 100
MOST_REQUESTS = 100
SHOWS = (("", "On the list"), ("came", "Came since"), ("went", "No longer on the list"))


class LeaverList(DrawnPage):
    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        show = request.GET.get("show", "")
        show = show if show in dict(SHOWS) else ""
        entries = self.entries(show)
        page, query = paged(request, entries, PAGE)
        today = timezone.localdate()
        year = FollowUpYear.objects.of(self.scope.end_year)
        context = {
            **self.drawing(),
            "may_call": self.can(Capability.FOLLOW_UP),
            "year": year,
            "is_over": year is not None and today > year.refreshed_until,
            "sealed": certified().sealed_year(self.scope),
            "open_years": self.open_elsewhere(year),
            "counts": self.counts(),
            "shows": SHOWS,
            "show": show,
            "page": page,
            "query": query,
            "requests": self.requests(),
            "may_ask": self.can(Capability.EDIT_RECORDS) and year is not None,
        }
        return render(request, "pathways/follow_up/list.html", context)

    def requests(self) -> list[tuple[ListRequest, Student | None]]:
        """What the district has asked of OPI about this list, the latest first."""
        requests = list(ListRequest.objects.in_scope(self.scope)[:MOST_REQUESTS])
        if not requests:
            return []
        state_ids = [request.state_id for request in requests]
        own = Student.objects.of_district(self.scope).filter(state_id__in=state_ids)
        students = {student.state_id: student for student in own}
        return [(request, students.get(request.state_id)) for request in requests]

    @property
    def everything(self) -> QuerySet[FollowUpEntry]:
        return FollowUpEntry.objects.in_scope(self.scope)

    @cached_property
    def _came(self) -> Q:
        """Lines that were not there when the list was drawn first."""
        first = self.drawn.first_drawn_at if self.drawn else timezone.now()
        return Q(left_at=None, since__gt=first)

    def entries(self, show: str) -> QuerySet[FollowUpEntry]:
        narrowed = {
            "": Q(left_at=None),
            "came": self._came,
            "went": Q(left_at__isnull=False),
        }[show]
        rows = self.everything.filter(narrowed).select_related("student", "school")
        return rows.prefetch_related("pathways").order_by(*by_name_of("student"))

    def counts(self) -> dict[str, int]:
        here = Q(left_at=None)
        return self.everything.aggregate(
            on_list=Count("pk", filter=here),
            graduates=Count("pk", filter=here & Q(exit=FollowUpEntry.Exit.GRADUATE)),
            dropouts=Count("pk", filter=here & Q(exit=FollowUpEntry.Exit.DROPOUT)),
            came=Count("pk", filter=self._came),
            went=Count("pk", filter=Q(left_at__isnull=False)),
        )
