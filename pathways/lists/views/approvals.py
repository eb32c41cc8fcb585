"""Pathway approvals of an end year: seen by OPI, changed by its administrators; their copy from
last year and their file (ux O-16).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView, StatewideView
from cte_portal.editions import school_year_label
from cte_portal.pages.previewed import PreviewedAction
from cte_portal.pages.reason import ReasonForm
from cte_portal.ui import csv_file
from pathways.lists import approvals, approvals_file
from pathways.lists.approvals import ApprovalsPlan
from pathways.models import Pathway, SchoolYear


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

    def save(self, plan: ApprovalsPlan, reason: str) -> None:
        """Carry the plan out and say so. Raises Refusal."""
        approvals.carry_out(plan, by=self.person, reason=reason)
        approved, withdrawn = len(plan.give), len(plan.withdraw)
        parts = [
            f"{approved:,} approved" if approved else "",
            f"{withdrawn:,} withdrawn" if withdrawn else "",
        ]
        messages.success(
            self.request, f"Saved. {', '.join(part for part in parts if part)} for {self.year}."
        )


class ApprovalsActionView(ApprovalsView, StatewideActionView):
    """Approvals of one end year are changed; what was typed before the sign-out is back for who may
    still change them.
    """

    keeps: ClassVar[str | None] = ""

    def typed_before(self) -> QueryDict | None:
        return super().typed_before() if self.may_change else None


class Approvals(ApprovalsView):
    """Leads to the first pathway of the current year."""

    def get(self, request: HttpRequest) -> HttpResponse:
        year = SchoolYear.objects.order_by("-is_active", "-end_year").first()
        pathway = Pathway.objects.order_by("code").first()
        if year is None or pathway is None:
            return redirect("admin:index")
        return redirect("approvals-of-pathway", year.pk, pathway.pk)


class Copy(PreviewedAction, ApprovalsActionView):
    """Last year's approvals for this year: shown first, then given."""

    form_class = ReasonForm
    template_name = "pathways/lists/approvals_copy.html"

    @cached_property
    def plan(self) -> ApprovalsPlan:
        return approvals.copy_of(self.year.pk)

    def effects(self) -> list[str]:
        return [self.plan.sentence] if self.plan.size else []

    def act(self, form: ReasonForm) -> HttpResponse:
        plan = self.plan
        del self.plan  # a page that shows a refusal shows the plan of that moment
        if plan.size:
            self.save(plan, form.cleaned_data["reason"])
            return redirect("approvals")
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            year=self.year,
            before=school_year_label(self.year.pk - 1),
            plan=self.plan,
            may_change=self.may_change,
            **kwargs,
        )


class Download(ApprovalsView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        titles, *rows = approvals_file.rows(self.year.pk)
        return csv_file.download(f"pathway-approvals-{self.year.pk}.csv", list(titles), rows)
