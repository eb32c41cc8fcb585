"""Student Information › State Programs › CTE Follow-up, Calls: whom to call next, and how far the
follow-up is.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.pages.typed import KEY_DIGITS, number, paged
from pathways.follow_up.views.drawn import DrawnPage
from pathways.follow_up.workbench.call_list import CallState
from pathways.follow_up.workbench.called_lines import called_lines
from pathways.follow_up.workbench.calling import hold, hold_next
from pathways.follow_up.workbench.progress import Progress, days_of
from pathways.follow_up.workbench.views.pages import WorkbenchPage
from pathways.models import FollowUpEntry, OutcomeDifference, OutcomeProposal

PAGE = 100
NEXT = "next"


class CallList(DrawnPage, WorkbenchPage):
    """Calling holds the line for the caller, and opens it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_write:
            return redirect(self.address("follow-up"))
        if request.POST.get("call") == NEXT:
            entry = hold_next(self.lines, **self.author)
            if entry is None:
                self.tell("Nobody on this list is left to call.")
                return redirect(self.address("follow-up"))
            return redirect(self.address("follow-up-line", entry))
        chosen = number(request.POST.get("call", ""), digits=KEY_DIGITS)
        if chosen is None or not self.lines.everything.filter(pk=chosen).exists():
            self.tell("This student is no longer on the list.")
            return redirect(self.address("follow-up"))
        hold(self.scope, chosen, **self.author)
        return redirect(self.address("follow-up-line", chosen))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page, query = paged(request, self.lines.in_order(), PAGE)
        context = {
            **self.drawing(),
            "year": self.year,
            "open_years": self.open_elsewhere(self.year),
            "lock": self.lock,
            "lock_links": self.lock_links,
            "may_write": self.may_write,
            "may_export": self.can(Capability.EXPORT_RECORDS),
            "rates": self.lines.rates,
            "groups": self.lines.groups(),
            "progress": self.progress(),
            "shows": list(CallState),
            "narrowing": self.narrowing,
            "exits": FollowUpEntry.Exit.choices,
            "page": page,
            "query": query,
            "rows": called_lines(page.object_list),
            "saved": self.saved_before(),
            "differences_open": OutcomeDifference.objects.number_unresolved(self.scope),
            "proposals_open": OutcomeProposal.objects.in_scope(self.scope).undecided().count(),
        }
        return render(request, "pathways/follow_up/calls.html", context)

    def progress(self) -> Progress | None:
        """Of the whole list, where there is somebody to call."""
        if self.year is None or not self.lines.rates.of:
            return None
        days = days_of(self.scope, self.lines.everything, self.lines.codes)
        return Progress(self.year, self.lines.rates, tuple(days))
