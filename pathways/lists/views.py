"""Pathway approvals: district × pathway × end year, seen by OPI, changed by its administrators (ux
O-16).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.editions import school_year_label
from cte_portal.pages.reason import ReasonField
from cte_portal.pages.typed import paged
from cte_portal.ui import csv_file
from pathways.ledger.refusals import NotApplied
from pathways.lists import approvals, approvals_file
from pathways.lists.approvals import ApprovalLine, ApprovalsPlan, Pair
from pathways.lists.file_form import ListFileForm
from pathways.models import District, Pathway, SchoolYear

PAGE = 50
SHOWN = {
    "use": "Approved or with records",
    "all": "All",
    "approved": "Approved",
    "lapsed": "Lapsed: records without approval",
    "none": "Not approved",
}


class ReasonForm(forms.Form):
    """Why approvals change; kept with each of them."""

    use_required_attribute = False

    reason = ReasonField(
        max_length=200,
        label="Reason",
        error_messages={"required": "Enter the reason, such as a letter and its date"},
    )


class ChangeForm(forms.Form):
    """What happens to the chosen lines: which, if not those that are ticked, and to what (walk
    29).
    """

    use_required_attribute = False

    everything = forms.BooleanField(required=False)
    to = forms.ChoiceField(
        label="Change to",
        choices=[("approve", "Approved"), ("withdraw", "Not approved")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose Approved or Not approved",
            "invalid_choice": "Choose Approved or Not approved",
        },
    )

    def __init__(
        self, sent: QueryDict | None, *, total: int, noun: str, chosen: bool = False
    ) -> None:
        super().__init__(sent)
        self.noun, self.chosen = noun, chosen
        self.fields["everything"].label = f"All {total:,} in this list, including other pages"

    def clean(self) -> dict[str, Any]:
        if not self.chosen:
            self.add_error("everything", f"Choose at least one {self.noun}")
        return self.cleaned_data


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

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        year = SchoolYear.objects.order_by("-is_active", "-end_year").first()
        pathway = Pathway.objects.order_by("code").first()
        if year is None or pathway is None:
            return redirect("admin:index")
        return redirect("approvals-of-pathway", year.pk, pathway.pk)


class ApprovalLines(ApprovalsView):
    """A list of which some are chosen and changed, once what follows has been seen."""

    template: ClassVar[str] = "pathways/lists/approvals.html"
    keeps = ""
    noun: ClassVar[str]
    """What a line of the list is."""

    def lines(self) -> list[ApprovalLine]:
        raise NotImplementedError

    def pair(self, line: ApprovalLine) -> Pair:
        raise NotImplementedError

    def about(self) -> dict[str, Any]:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(save=False) if self.sent else self.show(set())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(save=True)

    @cached_property
    def sent(self) -> QueryDict:
        """What the person has chosen and typed: now, or before being signed out."""
        return (
            self.request.POST
            if self.request.method == "POST"
            else (self.may_change and self.kept_form()) or QueryDict()
        )

    def answer(self, *, save: bool) -> HttpResponse:
        """What follows from what was sent; once it has been seen, and a reason given, it is carried
        out.
        """
        sent, lines = self.sent, self.matches()
        keys = set(sent.getlist("chosen"))
        chosen = (
            lines if sent.get("everything") else [line for line in self.lines() if line.key in keys]
        )
        change = ChangeForm(sent, total=len(lines), noun=self.noun, chosen=bool(chosen))
        if not change.is_valid():
            return self.show(keys, change=change)
        to = change.cleaned_data["to"]
        pairs = [self.pair(line) for line in chosen]
        plan = approvals.plan(self.year.pk, **{"give" if to == "approve" else "withdraw": pairs})
        keys = {line.key for line in chosen}
        if not plan.size:
            return self.show(
                keys,
                problem=(
                    f"{plan.sentence} The chosen lines already have this approval."
                    if not plan.not_offered
                    else plan.sentence
                ),
            )
        if sent.get("seen") != plan.sentence:
            return self.show(keys, plan=plan, to=to, form=ReasonForm())
        form = ReasonForm(sent)
        if not save or not form.is_valid():
            return self.show(keys, plan=plan, to=to, form=form)
        if refusal := self.save(plan, form.cleaned_data["reason"]):
            return self.show(keys, plan=plan, to=to, form=form, problem=refusal)
        return redirect(self.request.get_full_path())

    def matches(self) -> list[ApprovalLine]:
        """The lines that the filters leave."""
        show, words = self.show_what, self.request.GET.get("find", "")[:100].lower().split()
        return [
            line
            for line in self.lines()
            if all(word in f"{line.code} {line.name}".lower() for word in words)
            and (
                show == "all"
                or (show == "use" and (line.approved or line.records))
                or (show == "approved" and line.approved)
                or (show == "lapsed" and line.lapsed)
                or (show == "none" and not line.approved)
            )
        ]

    @property
    def show_what(self) -> str:
        show = self.request.GET.get("show", "all")
        return show if show in SHOWN else "all"

    def show(
        self,
        chosen: set[str],
        *,
        plan: ApprovalsPlan | None = None,
        to: str = "",
        form: Any = None,
        problem: str = "",
        change: Any = None,
    ) -> HttpResponse:
        lines = self.matches()
        page, query = paged(self.request, lines, PAGE)
        on_page = {line.key for line in page}
        context = {
            "year": self.year,
            "years": SchoolYear.objects.order_by("-end_year"),
            "counts": approvals.counts(self.year.pk),
            "page": page,
            "lines": [(line, line.key in chosen) for line in page],
            "elsewhere": sorted(chosen - on_page),
            "find": self.request.GET.get("find", "")[:100],
            "show": self.show_what,
            "choices": SHOWN.items(),
            "query": query,
            "total": len(lines),
            "everything": self.sent.get("everything"),
            "may_change": self.may_change,
            "plan": plan,
            "to": to,
            "form": form,
            "change": change or ChangeForm(None, total=len(lines), noun=self.noun),
            "noun": self.noun,
            "problem": problem,
            "asked_before": bool(self.sent.get("seen")) and form is not None and not form.is_bound,
            **self.about(),
        }
        return render(self.request, self.template, context)


class OfPathway(ApprovalLines):
    """The districts of one pathway."""

    noun = "district"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.pathway = (
            get_object_or_404(Pathway, pk=kwargs["pathway"])
            if request.user.is_authenticated
            else Pathway()
        )
        return super().dispatch(request, *args, **kwargs)

    def lines(self) -> list[ApprovalLine]:
        return approvals.lines_of_pathway(self.pathway, self.year.pk)

    def pair(self, line: ApprovalLine) -> Pair:
        return line.key, self.pathway.pk

    def about(self) -> dict[str, Any]:
        first = f"First year {school_year_label(self.pathway.first_year)}"
        last = (
            f"Last year {school_year_label(self.pathway.last_year)}"
            if self.pathway.last_year
            else "No last year"
        )
        return {
            "pathway": self.pathway,
            "heading": f"{self.pathway.code} {self.pathway.name}",
            "facts": [first, last],
            "finds": "District name or number",
            "line_url": "approvals-of-district",
            "year_urls": [
                (year, reverse("approvals-of-pathway", args=[year.pk, self.pathway.pk]))
                for year in SchoolYear.objects.all()
            ],
        }


class OfDistrict(ApprovalLines):
    """The pathways of one district."""

    noun = "pathway"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        number = (
            kwargs["district"]
            if kwargs["district"].isascii() and kwargs["district"].isdigit()
            else ""
        )
        self.district = (
            get_object_or_404(District, pk=number) if request.user.is_authenticated else District()
        )
        return super().dispatch(request, *args, **kwargs)

    def lines(self) -> list[ApprovalLine]:
        return approvals.lines_of_district(self.district, self.year.pk)

    def pair(self, line: ApprovalLine) -> Pair:
        return self.district.pk, int(line.key)

    def about(self) -> dict[str, Any]:
        return {
            "heading": str(self.district),
            "facts": [],
            "finds": "Pathway name or code",
            "line_url": "approvals-of-pathway",
            "year_urls": [
                (year, reverse("approvals-of-district", args=[year.pk, self.district.pk]))
                for year in SchoolYear.objects.all()
            ],
        }


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
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        titles, *rows = approvals_file.rows(self.year.pk)
        return csv_file.download(f"pathway-approvals-{self.year.pk}.csv", list(titles), rows)


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
        if refusal := self.save(plan, form.cleaned_data["reason"]):
            return self.preview(read, form, self.form(), refusal)
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
