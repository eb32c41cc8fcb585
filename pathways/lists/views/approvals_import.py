"""Approvals of an end year from a file, previewed before they are saved."""

from __future__ import annotations

from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
)
from django.shortcuts import redirect, render

from cte_portal.pages.reason import ReasonForm
from cte_portal.refusals import Refusal
from pathways.lists import approvals, approvals_file
from pathways.lists.file_form import ListFileForm
from pathways.lists.views.approvals import ApprovalsView
from pathways.models import Pathway


class Import(ApprovalsView):
    """A file is read and shown first; what it asks for is then sent once more, without the file,
    and saved.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(form=self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "changes" in request.POST:
            return self.confirm(request.POST["changes"])
        form = self.form(request)
        if not form.is_valid():
            return self.show(form=form)
        read = approvals_file.read(form.cleaned_data["file"].read(), self.year.pk)
        return self.preview(read, ReasonForm(), form)

    def confirm(self, changes: str) -> HttpResponse:
        read = approvals_file.read(changes.encode(), self.year.pk)
        form = ReasonForm(self.request.POST)
        plan = approvals.plan(self.year.pk, give=read.give, withdraw=read.withdraw)
        if read.problems or self.request.POST.get("seen") != plan.sentence or not plan.size:
            return self.preview(read, ReasonForm(), self.form())
        if not form.is_valid():
            return self.preview(read, form, self.form())
        try:
            self.save(plan, form.cleaned_data["reason"])
        except Refusal as refusal:
            return self.preview(read, form, self.form(), refusal.sentence)
        return redirect("approvals")

    def form(self, sent: HttpRequest | None = None) -> ListFileForm:
        return ListFileForm(
            sent,
            most_bytes=approvals_file.MOST_BYTES,
            help_text="CSV with the columns of the download",
        )

    def preview(
        self,
        read: approvals_file.ApprovalsRead,
        reason: ReasonForm,
        form: ListFileForm,
        problem: str = "",
    ) -> HttpResponse:
        plan = approvals.plan(self.year.pk, give=read.give, withdraw=read.withdraw)
        codes = dict(Pathway.objects.values_list("pk", "code"))
        lines = [f"{district},{codes[pathway]},Yes" for district, pathway in plan.give]
        lines += [f"{district},{codes[pathway]},No" for district, pathway in plan.withdraw]
        changes = "\n".join(["District Number,Pathway Code,Approved", *lines])
        return self.show(
            form=form, read=read, plan=plan, reason=reason, changes=changes, problem=problem
        )

    def show(self, **context: Any) -> HttpResponse:
        read = context.get("read")
        more = max(0, len(read.problems) - approvals_file.MOST_PROBLEMS) if read else 0
        problems = read.problems[: approvals_file.MOST_PROBLEMS] if read else []
        about = {
            "year": self.year,
            "may_change": self.may_change,
            "problems": problems,
            "more": more,
        }
        return render(self.request, "pathways/lists/approvals_import.html", {**about, **context})
