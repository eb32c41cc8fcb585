"""Approvals of an end year from a file, previewed before they are saved."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.pages.file_form import ListFileForm
from cte_portal.pages.previewed import PreviewedAction, shown_as
from cte_portal.pages.reason import ReasonForm
from pathways.lists import approvals, approvals_file
from pathways.lists.approvals import ApprovalsPlan
from pathways.lists.approvals_file import ApprovalsRead
from pathways.lists.views.approvals import ApprovalsActionView
from pathways.models import Pathway


class ImportView(ApprovalsActionView):
    template_name = "pathways/lists/approvals_import.html"
    keeps = None

    def file_form(self, **sent: Any) -> ListFileForm:
        return ListFileForm(
            **sent,
            request=self.request,
            most_bytes=approvals_file.MOST_BYTES,
            help_text="CSV with the columns of the download",
        )

    def plan_of(self, read: ApprovalsRead) -> ApprovalsPlan:
        return approvals.plan(self.year.pk, give=read.give, withdraw=read.withdraw)

    def about(self, read: ApprovalsRead, plan: ApprovalsPlan) -> dict[str, Any]:
        """What the file holds and what follows from it; `changes` is what is sent to save it."""
        codes = dict(Pathway.objects.values_list("pk", "code"))
        lines = [f"{district},{codes[pathway]},Yes" for district, pathway in plan.give]
        lines += [f"{district},{codes[pathway]},No" for district, pathway in plan.withdraw]
        return {
            "read": read,
            "plan": plan,
            "changes": "\n".join(["District Number,Pathway Code,Approved", *lines]),
            "problems": read.problems[: approvals_file.MOST_PROBLEMS],
            "more": max(0, len(read.problems) - approvals_file.MOST_PROBLEMS),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"year": self.year, "may_change": self.may_change, **kwargs}
        )


class Import(ImportView):
    """A file is read and shown; what it asks for is then sent once more, without the file."""

    form_class = ListFileForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "changes" in request.POST:
            return cast(HttpResponse, save_import(request, *args, **kwargs))
        return super().post(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> ListFileForm:
        return self.file_form(**self.get_form_kwargs())

    def act(self, form: ListFileForm) -> HttpResponse:
        read = approvals_file.read(form.cleaned_data["file"].read(), self.year.pk)
        plan = self.plan_of(read)
        about = {**self.about(read, plan), "seen": shown_as(effects_of(plan)), "form": ReasonForm()}
        return self.render_to_response(self.get_context_data(**about, file_form=form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = super().get_context_data(**kwargs)
        return {"file_form": about["form"], **about}


class SaveImport(PreviewedAction, ImportView):
    """What a file asked for, read once more from what the preview sends back."""

    form_class = ReasonForm

    @cached_property
    def read(self) -> ApprovalsRead:
        return approvals_file.read(self.request.POST["changes"].encode(), self.year.pk)

    @cached_property
    def plan(self) -> ApprovalsPlan:
        return self.plan_of(self.read)

    def effects(self) -> list[str]:
        return effects_of(self.plan)

    def act(self, form: ReasonForm) -> HttpResponse:
        plan = self.plan
        del self.plan  # a page that shows a refusal shows the plan of that moment
        if self.read.problems or not plan.size:
            return self.form_invalid(form)
        self.save(plan, form.cleaned_data["reason"])
        return redirect("approvals")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **self.about(self.read, self.plan), file_form=self.file_form(), **kwargs
        )


save_import = SaveImport.as_view()


def effects_of(plan: ApprovalsPlan) -> list[str]:
    return [plan.sentence] if plan.size else []
