"""The districts of one pathway, or the pathways of one district, chosen and changed together (ux
O-16).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from django import forms
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.editions import school_year_label
from cte_portal.pages.previewed import PreviewedForm
from cte_portal.pages.typed import all_of, paged
from cte_portal.refusals import Refusal
from pathways.lists import approvals
from pathways.lists.approvals import ApprovalLine, ApprovalsPlan, Pair
from pathways.lists.views.approvals import ApprovalsActionView
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
        self,
        data: QueryDict | None = None,
        *,
        lines: list[ApprovalLine],
        matches: list[ApprovalLine],
        noun: str,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.noun = noun
        keys = set(data.getlist("chosen")) if data else set()
        self.chosen = (
            matches
            if data and data.get("everything")
            else [line for line in lines if line.key in keys]
        )
        self.fields["everything"].label = all_of(len(matches), PAGE)

    def clean(self) -> dict[str, Any]:
        if not self.chosen:
            self.add_error("everything", f"Choose at least one {self.noun}")
        return self.cleaned_data


class ApprovalLines(PreviewedForm, ApprovalsActionView):
    """A list of which some are chosen and changed, once what follows has been seen."""

    form_class = ChangeForm
    template_name = "pathways/lists/approvals.html"
    asks_reason = True
    noun: ClassVar[str]
    """What a line of the list is."""

    @abstractmethod
    def read_lines(self) -> list[ApprovalLine]: ...

    @abstractmethod
    def pair(self, line: ApprovalLine) -> Pair: ...

    @abstractmethod
    def about(self) -> dict[str, Any]:
        """What the page says of the list."""

    @cached_property
    def lines(self) -> list[ApprovalLine]:
        return self.read_lines()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "lines": self.lines,
            "matches": self.matches,
            "noun": self.noun,
        }

    def plan_of(self, form: ChangeForm) -> ApprovalsPlan:
        pairs = [self.pair(line) for line in form.chosen]
        change = "give" if form.cleaned_data["to"] == "approve" else "withdraw"
        return approvals.plan(self.year.pk, **{change: pairs})

    def effects_of(self, form: ChangeForm) -> list[str]:
        plan = self.plan_of(form)
        return [plan.sentence] if plan.size else []

    def act(self, form: ChangeForm) -> HttpResponse:
        plan = self.plan_of(form)
        if not plan.size:
            raise Refusal(
                plan.sentence
                if plan.not_offered
                else f"{plan.sentence} The chosen lines already have this approval."
            )
        self.save(plan, self.reason)
        return redirect(self.request.get_full_path())

    @cached_property
    def matches(self) -> list[ApprovalLine]:
        """The lines that the filters leave."""
        show, words = self.show_what, self.request.GET.get("find", "")[:100].lower().split()
        return [
            line
            for line in self.lines
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

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = super().get_context_data(**kwargs)
        page, query = paged(self.request, self.matches, PAGE)
        chosen = {line.key for line in about["form"].chosen}
        return {
            "year": self.year,
            "counts": approvals.counts(self.year.pk),
            "page": page,
            "lines": [(line, line.key in chosen) for line in page],
            "elsewhere": sorted(chosen - {line.key for line in page}),
            "find": self.request.GET.get("find", "")[:100],
            "show": self.show_what,
            "choices": SHOWN.items(),
            "query": query,
            "total": len(self.matches),
            "may_change": self.may_change,
            "noun": self.noun,
            **self.about(),
            **about,
        }


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

    def read_lines(self) -> list[ApprovalLine]:
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

    def read_lines(self) -> list[ApprovalLine]:
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
