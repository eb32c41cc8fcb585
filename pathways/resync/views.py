"""Resync State Data - Batch (guide, Step Three), and district and state side by side."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import active_end_year
from cte_portal.accounts.access.scoped import ActionView, ScopedView, StatewideActionView
from cte_portal.batches.queue.views import queue_list
from cte_portal.batches.submit import key_of
from cte_portal.pages.typed import paged
from pathways.certified import certified
from pathways.models import CollectionLock, District
from pathways.resync.batches import submit_resync, submit_resync_of_all
from pathways.resync.comparison import Comparison, is_empty, kept_figures, standings
from pathways.resync.gap import CAUSES
from pathways.resync.object_types import NAMES, OBJECTS, RECORDS, closure
from pathways.resync.unsent import Unsent

PAGE = 50
CHECK_AGAIN = "again"


class ResyncForm(forms.Form):
    """The guide's screen: object types with check boxes, and whether what they need is sent with
    them.
    """

    types = forms.MultipleChoiceField(
        choices=[(name, name) for name in NAMES if name != "District"], required=False
    )
    check_dependencies = forms.BooleanField(label="Check dependencies", required=False)
    everything = forms.BooleanField(required=False)
    notify = forms.BooleanField(label="E-mail me when it is done", required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("types") and not cleaned.get("everything"):
            raise forms.ValidationError("Choose the types to send, or choose Send everything")
        return cleaned

    @property
    def names(self) -> tuple[str, ...]:
        """The types to send, in the order of sending."""
        cleaned = self.cleaned_data
        if cleaned.get("everything"):
            return NAMES
        return (
            closure(cleaned["types"])
            if cleaned["check_dependencies"]
            else tuple(name for name in NAMES if name in cleaned["types"])
        )


def initial() -> dict[str, Any]:
    """All types are ticked: only a complete resync makes sure that the state has everything."""
    return {"types": list(NAMES), "check_dependencies": True, "key": uuid.uuid4()}


class ResyncStateData(ActionView):
    capability = Capability.SEE_BATCHES
    write_capability = Capability.SEND_RECORDS
    form_class = ResyncForm
    template_name = "pathways/resync/resync.html"

    def get_initial(self) -> dict[str, Any]:
        return initial()

    @cached_property
    def why_not(self) -> str:
        """The reason why nothing of this year may be sent yet; empty when it may."""
        return certified().holds_sending(self.scope) if self.in_active_year else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Counted before the bar above the page is written, which shows the same number.
        unsent = Unsent.counted(self.scope, self.known, anew=CHECK_AGAIN in self.request.GET)
        copy, gap = unsent.copy, unsent.gap
        lock = CollectionLock.objects.on_participations(
            self.scope.district, self.scope.end_year
        ).first()
        context = {
            "copy": copy,
            "standings": standings(self.scope, copy, gap.causes),
            "differing": gap.rows,
            "causes": [(cause, gap.by_cause[cause]) for cause in CAUSES],
            "counted_at": datetime.datetime.fromtimestamp(gap.counted_at, datetime.UTC),
            "is_empty": not gap.rows and is_empty(self.scope),
            "figures": kept_figures(self.scope, copy, self.known),
            "current": self.in_active_year,
            "why_not": self.why_not,
            "can_send": (
                self.in_active_year and not self.why_not and self.can(Capability.SEND_RECORDS)
            ),
            "lock": lock,
            "lock_links": certified().lock_links(lock, self.request.user),
            **queue_list(self.request, self.scope, kinds=("resync",)),
        }
        return super().get_context_data(**context, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Data can be sent only for the current school year.")
        return super().post(request, *args, **kwargs)

    def act(self, form: forms.Form) -> HttpResponse:
        assert isinstance(form, ResyncForm)  # noqa: S101 - the view's own form
        if self.why_not:
            messages.warning(self.request, f"{self.why_not} Nothing was sent.")
            return redirect("resync", self.scope.district, self.scope.end_year)
        cleaned = form.cleaned_data
        by: Any = self.request.user
        batch = submit_resync(
            self.scope,
            form.names,
            by=by,
            key=key_of(cleaned["key"], *form.names),
            notify=cleaned["notify"],
        )
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)


class DistrictAndState(ScopedView, TemplateView):
    """The differences per record and field, with their cause; one type at a time."""

    capability = Capability.VIEW_RECORDS
    template_name = "pathways/resync/comparison.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        comparison = Comparison(self.scope, self.known)
        differing = comparison.differing  # all types, before one is shown
        kind = self._kind(comparison)
        page, query = paged(self.request, comparison.keys(kind), PAGE)
        context = {
            "comparison": comparison,
            "differing": differing,
            "kind": kind,
            "page": page,
            "lines": comparison.lines(kind, page.object_list),
            "query": query,
            "unsent": Unsent.counted(self.scope, self.known),
            "can_send": (
                self.in_active_year
                and self.can(Capability.SEND_RECORDS)
                and not certified().holds_sending(self.scope)
            ),
            "opens_resync": self.can(Capability.SEND_RECORDS),
            "key": uuid.uuid4(),
        }
        return super().get_context_data(**context, **kwargs)

    def _kind(self, comparison: Comparison) -> Any:
        """The type that was asked for, else the records, or where most differs."""
        if slug := self.request.GET.get("object"):
            for kind in OBJECTS:
                if kind.slug == slug:
                    return kind
            raise Http404("There is no such type.")
        if len(comparison.difference(RECORDS)):
            return RECORDS
        return max(reversed(comparison.standings), key=lambda standing: standing.differing).kind


class ResyncAllDistricts(StatewideActionView):
    """OPI sends the resync of every district: one batch with a child for each."""

    capability = Capability.WORK_STATEWIDE
    form_class = ResyncForm
    template_name = "pathways/resync/resync_all.html"

    def get_initial(self) -> dict[str, Any]:
        return initial()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            objects=[kind for kind in OBJECTS if not kind.kept_by_opi],
            districts=District.objects.count(),
            **kwargs,
        )

    def act(self, form: ResyncForm) -> HttpResponse:
        end_year = active_end_year(self.request)
        if end_year is None:
            messages.warning(self.request, "There is no current school year. Nothing was sent.")
            return redirect("resync-all")
        cleaned = form.cleaned_data
        by: Any = self.request.user
        batch = submit_resync_of_all(
            end_year,
            form.names,
            by=by,
            key=key_of(cleaned["key"], *form.names),
            notify=cleaned["notify"],
        )
        return redirect("statewide-batch", batch.pk)
