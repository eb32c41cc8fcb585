"""The first page of a district: the guide as a task list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.accounts.access.visitor import standing
from cte_portal.frame import HomeTask
from cte_portal.plugs import only, plugs
from cte_portal.ui.navigation import home_figures, home_tasks


class DistrictHome(ScopedView):
    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        where = standing(request)
        tasks = [self.offered(task) for task in home_tasks(self.scope, where)]
        first_steps = only(plug.first_steps for plug in plugs())(self.scope, where)
        context = {
            "first_steps": [self.offered(step) for step in first_steps],
            "tasks": tasks,
            "leads": [lead for task in tasks for lead in task.leads],
            "enters": where.can(Capability.EDIT_RECORDS),
            "figures": home_figures(self.scope, where),
            "actions": [template for plug in plugs() for template in plug.home_actions],
        }
        return render(request, "home.html", context)

    def offered(self, task: HomeTask) -> HomeTask:
        """The task with the links that the person may follow."""
        label = task.next_label if self.opens(task.next_url or task.url) else ""
        return replace(task, url=task.url if self.opens(task.url) else "", next_label=label)
