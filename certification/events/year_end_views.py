"""Closing a school year that is over for one of the districts that were let finish it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property

from certification.events.views import EventsView
from certification.events.year_end import close_for, closing
from certification.status.status import event_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView
from cte_portal.editions import Scope
from cte_portal.pages.previewed import PreviewedAction
from cte_portal.pages.reason import ReasonForm
from cte_portal.refusals import Refusal
from pathways.models import District


class CloseYearForDistrict(EventsView, PreviewedAction, StatewideActionView):
    """First what follows, then, with a reason, the closing."""

    capability = Capability.KEEP_LISTS
    keeps = ""
    form_class = ReasonForm
    template_name = "certification/events/move.html"

    @cached_property
    def district(self) -> District:
        return get_object_or_404(District, number=self.kwargs["district"])

    @property
    def scope(self) -> Scope:
        return Scope(self.district.number, self.event.end_year)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (
            self.district.number in self.event.closed_for
        ):  # closed by a double click, it is said again
            return self.closed()
        return super().post(request, *args, **kwargs)

    def act(self, form: ReasonForm) -> HttpResponse:
        try:
            close_for(
                self.scope, self.kwargs["event"], by=self.person, reason=form.cleaned_data["reason"]
            )
        except Refusal as refusal:  # there is no page any more on which it could be shown
            messages.warning(self.request, refusal.sentence)
            return redirect("certification-event", self.kwargs["event"])
        return self.closed()

    def closed(self) -> HttpResponse:
        messages.success(self.request, f"{self.event.school_year} is closed for {self.district}.")
        return redirect("certification-event", self.kwargs["event"])

    def effects(self) -> list[str]:
        district_event = event_of(self.scope, self.kwargs["event"])
        if district_event is None or not district_event.finishing:
            raise Http404("This district has nothing to finish.")
        return closing(district_event, self.district.name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.event
        return super().get_context_data(
            event=event, label=f"Close {event.school_year} for {self.district}", **kwargs
        )
