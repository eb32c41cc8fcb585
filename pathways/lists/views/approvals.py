"""Pathway approvals of an end year: seen by OPI, changed by its administrators; their copy from
last year and their file (ux O-16).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.editions import school_year_label
from cte_portal.pages.reason import ReasonField
from cte_portal.ui import csv_file
from pathways.ledger.refusals import NotApplied
from pathways.lists import approvals, approvals_file
from pathways.lists.approvals import ApprovalsPlan
from pathways.models import Pathway, SchoolYear


class ReasonForm(forms.Form):
    """The reason for a change of approvals, kept with each of them."""

    use_required_attribute = False

    reason = ReasonField(
        max_length=200,
        label="Reason",
        error_messages={"required": "Enter the reason, such as a letter and its date"},
    )


class ApprovalsView(StatewideView):
    """Shared by the pages of one end year."""

    capability = Capability.SEE_LISTS
    write_capability = Capability.KEEP_LISTS

    year: SchoolYear

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and "end_year" in kwargs:
            year = SchoolYear.objects.filter(pk=kwargs["end_year"]).first()
            if year is None:
                raise Http404
            self.year = year
        return super().dispatch(request, *args, **kwargs)

    @property
    def may_change(self) -> bool:
        return self.can(Capability.KEEP_LISTS)

    def save(self, plan: ApprovalsPlan, reason: str) -> str:
        """Carry the plan out; returns why it could not be, or nothing."""
        try:
            approvals.carry_out(plan, by=self.person, reason=reason)
        except NotApplied as refusal:
            return refusal.sentence
        approved, withdrawn = len(plan.give), len(plan.withdraw)
        parts = [
            f"{approved:,} approved" if approved else "",
            f"{withdrawn:,} withdrawn" if withdrawn else "",
        ]
        messages.success(
            self.request, f"Saved. {', '.join(part for part in parts if part)} for {self.year}."
        )
        return ""


class Approvals(ApprovalsView):
    """Leads to the first pathway of the current year."""

    def get(self, request: HttpRequest) -> HttpResponse:
        year = SchoolYear.objects.order_by("-is_active", "-end_year").first()
        pathway = Pathway.objects.order_by("code").first()
        if year is None or pathway is None:
            return redirect("admin:index")
        return redirect("approvals-of-pathway", year.pk, pathway.pk)


class Copy(ApprovalsView):
    """Last year's approvals for this year: shown first, then given."""

    keeps = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(ReasonForm(self.kept_form() if self.may_change else None))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        plan, form = approvals.copy_of(self.year.pk), ReasonForm(request.POST)
        if not plan.size or request.POST.get("seen") != plan.sentence:
            return self.show(ReasonForm())
        if not form.is_valid():
            return self.show(form)
        if refusal := self.save(plan, form.cleaned_data["reason"]):
            return self.show(form, refusal)
        return redirect("approvals")

    def show(self, form: ReasonForm, problem: str = "") -> HttpResponse:
        context = {
            "year": self.year,
            "before": school_year_label(self.year.pk - 1),
            "plan": approvals.copy_of(self.year.pk),
            "form": form,
        }
        return render(
            self.request,
            "pathways/lists/approvals_copy.html",
            {**context, "problem": problem, "may_change": self.may_change},
        )


class Download(ApprovalsView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        titles, *rows = approvals_file.rows(self.year.pk)
        return csv_file.download(f"pathway-approvals-{self.year.pk}.csv", list(titles), rows)
