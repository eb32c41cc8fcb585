"""The districts of one pathway, or the pathways of one district, chosen and changed together (ux
O-16).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.editions import school_year_label
from cte_portal.pages.reason import ReasonForm
from cte_portal.pages.typed import paged
from cte_portal.refusals import Refusal
from pathways.lists import approvals
from pathways.lists.approvals import ApprovalLine, ApprovalsPlan, Pair
from pathways.lists.views.approvals import ApprovalsView
from pathways.models import District, Pathway, SchoolYear

PAGE = 50
SHOWN = {
    "use": "Approved or with records",
    "all": "All",
    "approved": "Approved",
    "lapsed": "Lapsed: records without approval",
    "none": "Not approved",
}


class ChangeForm(forms.Form):
    """The change of the chosen lines: which lines, where they are not ticked one by one, and to
    what (walk 29).
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
        """The choice and the text that the person has sent: now, or before being signed out."""
        return (
            self.request.POST
            if self.request.method == "POST"
            else (self.may_change and self.kept_form()) or QueryDict()
        )

    def answer(self, *, save: bool) -> HttpResponse:
        """Show the effects of what was sent; once they have been seen, and a reason given, carry it
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
        try:
            self.save(plan, form.cleaned_data["reason"])
        except Refusal as refusal:
            return self.show(keys, plan=plan, to=to, form=form, problem=refusal.sentence)
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
