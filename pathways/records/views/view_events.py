"""System Settings > User Management > Views and Downloads: who looked at the district's records."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.pages.typed import paged
from cte_portal.ui import csv_file
from pathways.records.view_events import HEADS, ViewEventFilter, lines, rows

PAGE = 50


class DistrictViewEvents(ScopedView):
    capability = Capability.SEE_VIEW_EVENTS

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        form = ViewEventFilter(request.GET)
        page, query = paged(request, form.views(self.scope), PAGE)
        context = {
            "form": form,
            "page": page,
            "query": query,
            "lines": lines(page, self.scope),
            "subject": form.subject(self.scope),
            "filtered": any(form.data.get(name) for name in form.fields),
        }
        return render(request, "pathways/records/view_events.html", context)


class DistrictViewEventsFile(ScopedView):
    """The same as a file for a spreadsheet."""

    capability = Capability.SEE_VIEW_EVENTS

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponseBase:
        views = ViewEventFilter(request.GET).views(self.scope)
        name = f"views-and-downloads-{self.scope.district}-{timezone.localdate()}.csv"
        return csv_file.download(name, HEADS, rows(views, self.scope))
