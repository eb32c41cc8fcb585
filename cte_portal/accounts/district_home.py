"""The first page of a district: the guide as a task list."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cte_portal.accounts.capabilities import Capability
from cte_portal.accounts.scoped import ScopedView
from cte_portal.accounts.standing import standing
from cte_portal.ui.navigation import home_figures, home_tasks


class DistrictHome(ScopedView):
    capability = Capability.VIEW_RECORDS
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        where = standing(request)
        tasks = home_tasks(self.scope, where)
        found = {
            "tasks": tasks,
            "leads": [lead for task in tasks for lead in task.leads],
            "enters": where.can(Capability.EDIT_RECORDS),
            "figures": home_figures(self.scope, where),
            "actions": settings.PORTAL_HOME_ACTIONS,
        }
        return render(request, "home.html", found)
