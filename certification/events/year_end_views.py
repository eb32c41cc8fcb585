"""Closing a school year that is over for one of the districts that were let finish it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property

from certification.events.forms import ReasonForm
from certification.events.views import EventsView
from certification.events.year_end import close_for, closing
from certification.status.status import event_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.models import District


class CloseYearForDistrict(EventsView):
    """First what follows, then, with a reason, the closing."""

    capability = Capability.KEEP_LISTS
    keeps = ""

    @cached_property
    def district(self) -> District:
        return get_object_or_404(District, number=self.kwargs["district"])

    @property
    def scope(self) -> Scope:
        return Scope(self.district.number, self.event.end_year)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(ReasonForm(self.kept_form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        event, form = self.event, ReasonForm(request.POST)
        if self.district.number not in event.closed_for:  # closed by a double click, it is said again
            if not form.is_valid() or not self.seen(self.effects()):
                return self.show(form)
            try:
                close_for(self.scope, event.pk, by=self.person, reason=form.cleaned_data["reason"])
            except Refusal as refusal:
                messages.warning(request, refusal.sentence)
                return redirect("certification-event", event.pk)
        messages.success(request, f"{event.school_year} is closed for {self.district}.")
        return redirect("certification-event", event.pk)

    def effects(self) -> list[str]:
        one = event_of(self.scope, self.kwargs["event"])
        if one is None or not one.finishing:
            raise Http404("This district has nothing to finish.")
        return closing(one, self.district.name)

    def show(self, form: ReasonForm) -> HttpResponse:
        event, effects = self.event, self.effects()
        context = {
            "event": event,
            "label": f"Close {event.school_year} for {self.district}",
            "effects": effects,
            "seen": json.dumps(effects),
            "form": form,
            "changed": bool(self.request.POST) and not self.seen(effects),
        }
        return render(self.request, "certification/events/move.html", context)
