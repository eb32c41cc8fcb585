"""Batches of all districts: OPI's own list, and a batch's page with a line for each district."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.batches.kinds import known_names
from cte_portal.batches.models import Batch, CleanUp, Status
from cte_portal.batches.queue.line import Line
from cte_portal.batches.statewide.statewide import children_of
from cte_portal.batches.submit import cancel
from cte_portal.pages.typed import paged
from cte_portal.ui.wording import number_of

PAGE = 50


class StatewideQueue(StatewideView, TemplateView):
    capability = Capability.WORK_STATEWIDE
    template_name = "batches/statewide_queue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = [Line(batch) for batch in Batch.objects.of_district("").with_standing()[:PAGE]]
        unseen = Batch.objects.failed_unseen(known_names())
        failed: dict[str, Any] = {
            "failed": [Line(batch) for batch in unseen[:PAGE]],
            "failures": unseen.count(),
        }
        failed["clean_up"] = CleanUp.objects.order_by("-day").first()
        return super().get_context_data(
            lines=lines, live=any(line.batch.is_live for line in lines), **failed, **kwargs
        )


class RunAgainForm(forms.Form):
    batch = forms.UUIDField(required=False)


class RunFailedAgain(StatewideView):
    """What failed unseen is queued again: the one that is named, or all."""

    capability = Capability.WORK_STATEWIDE

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form, failed = RunAgainForm(request.POST), Batch.objects.failed_unseen(known_names())
        number = 0
        if form.is_valid():
            key = form.cleaned_data["batch"]
            number = (failed.filter(pk=key) if key else failed).put_back()
        if number:
            messages.success(request, f"{number_of(number, 'job')} queued again.")
        else:
            messages.warning(request, "Nothing was queued. These jobs were already run again.")
        return redirect("statewide-queue")


class OneStatewideBatch(StatewideView):
    capability = Capability.WORK_STATEWIDE

    @property
    def batch(self) -> Batch:
        batch = (
            Batch.objects.of_district("").with_standing().filter(pk=self.kwargs["batch"]).first()
        )
        if batch is None:
            raise Http404("There is no such batch.")
        return batch


class StatewideBatch(OneStatewideBatch, TemplateView):
    template_name = "batches/statewide_batch.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch, choice = self.batch, self.request.GET.get("show", "")
        children = children_of(batch).with_standing()
        if choice == "attention":
            children = children.exclude(status__in=[Status.COMPLETED, Status.QUEUED])
        page, _ = paged(self.request, children, PAGE)
        context = {
            "batch": batch,
            "line": Line(batch),
            "page": page,
            "children": [Line(child) for child in page.object_list],
            "query": f"show={choice}" if choice == "attention" else "",
            "shown": choice,
            "may_cancel": batch.is_live and not batch.cancel_by,
        }
        return super().get_context_data(**{**kwargs, **context})


class CancelStatewideBatch(OneStatewideBatch):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self.batch
        by = self.person.record_name
        if not cancel(batch, by=by):
            messages.warning(
                request,
                f"It had already ended: {batch.get_status_display()}. Nothing was canceled.",
            )
        for child in children_of(batch).filter(status=Status.QUEUED):
            cancel(child, by=by)
        return redirect("statewide-batch", batch.pk)
