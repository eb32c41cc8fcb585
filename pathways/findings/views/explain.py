"""Explaining warnings, one or all of a rule, and taking an explanation back (ux V-06)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from itertools import islice
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView
from cte_portal.pages.reason import ReasonField
from cte_portal.refusals import Refusal
from pathways import rules
from pathways.findings import explaining
from pathways.findings.finding_list import FindingList
from pathways.findings.findings import MOST_HELD, MOST_SHOWN, ListedFinding, listed
from pathways.findings.views.from_finding import FromFinding
from pathways.ledger.refusals import NotApplied
from pathways.models import Explanation, Pathway, Student
from pathways.rules import Rule, Severity


class ExplanationForm(forms.Form):
    """`seen` stands for the findings that the page showed: the reason is given for them and no
    others.
    """

    use_required_attribute = False

    reason = ReasonField(
        max_length=explaining.LONGEST_REASON,
        label="Reason",
        help_text="why it is correct as is; the certifier and OPI will read it",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter a reason"},
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class Explain(ActionView, ABC):
    """The findings to explain are judged anew when the page is shown and when it is sent."""

    capability = Capability.EDIT_RECORDS
    template_name = "pathways/findings/explain.html"
    form_class = ExplanationForm
    keeps = ""

    @cached_property
    def listing(self) -> FindingList:
        return FindingList.of(self.request.GET)

    @cached_property
    def rule(self) -> Rule:
        judging = rules.judging_stored(self.scope.end_year)
        chosen = next((rule for rule in judging if rule.id == self.kwargs["rule"]), None)
        if chosen is None:
            raise Http404("There is no such rule.")
        return chosen

    @property
    @abstractmethod
    def findings(self) -> list[ListedFinding]:
        """The findings of the rule that the page is about, explained or not."""

    @cached_property
    def open(self) -> list[ListedFinding]:
        return [finding for finding in self.findings if finding.is_open]

    @property
    def may_explain(self) -> bool:
        return self.can_edit and bool(self.open) and self.open[0].severity is Severity.WARNING

    def judged(self, student: int | None = None) -> list[ListedFinding]:
        students = None if student is None else {student}
        scope = self.listing.scope(self.scope)
        return list(islice(listed(scope, students=students, only={self.rule.id}), MOST_HELD))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kept = self.kept_form() if self.may_explain else None
        form = self.form_class(kept, initial={"seen": explaining.fingerprint(self.open)})
        return self.render_to_response(self.get_context_data(form=form))

    def act(self, form: Form) -> HttpResponse:
        if not self.can_edit:
            raise Refusal(
                "Findings can be explained only in the current school year. Nothing was saved."
            )
        if not self.open:
            return self.render_to_response(self.get_context_data(form=form))
        if form.cleaned_data["seen"] != explaining.fingerprint(self.open):
            form.data = {
                **cast(QueryDict, form.data).dict(),
                "seen": explaining.fingerprint(self.open),
            }
            raise Refusal(
                f"The findings changed after you opened this page. There are now {len(self.open):,}"
                " open. Check them and save again."
            )
        reason, person = form.cleaned_data["reason"].strip(), self.person
        done = explaining.explain(
            self.scope, self.open, reason, by=person.record_name, by_id=person.pk
        )
        self.tell(done)
        return HttpResponseRedirect(self.onward())

    def tell(self, done: explaining.Explained) -> None:
        if done.written:
            subject = "1 warning is" if done.written == 1 else f"{done.written:,} warnings are"
            messages.success(self.request, f"Saved. {subject} explained.")
        for explanation in done.existing[:1]:
            more = f" and {len(done.existing) - 1:,} more" if len(done.existing) > 1 else ""
            messages.warning(
                self.request, f"{explanation.by} already explained this{more}: {explanation.reason}"
            )

    def onward(self) -> str:
        return self.back

    @property
    def back(self) -> str:
        page = reverse("findings", args=[self.scope.district, self.scope.end_year])
        return f"{page}?{self.listing.query}" if self.listing.query else page

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "rule": self.rule,
            "listing": self.listing,
            "open": self.open[:MOST_SHOWN],
            "number": len(self.open),
            "explained": [finding for finding in self.findings if finding.explanation][:MOST_SHOWN],
            "may_explain": self.may_explain,
            "back": self.back,
            "can_edit": self.can_edit,
        }
        return super().get_context_data(**context, **kwargs)


class ExplainRule(Explain):
    """One reason for all open findings of a rule, in the list as it is narrowed."""

    @cached_property
    def findings(self) -> list[ListedFinding]:
        holds = self.listing.narrowing.holds(self.listing.scope(self.scope))
        return [finding for finding in self.judged() if holds is None or holds(finding)]


class ExplainFinding(Explain):
    """A reason for one finding. From the record it leads on to the next one, from the list back to
    its place.
    """

    @cached_property
    def from_finding(self) -> FromFinding | None:
        student = get_object_or_404(Student.objects.in_scope(self.scope), pk=self.kwargs["student"])
        return FromFinding.of(
            self.request,
            self.scope,
            student,
            Pathway.objects.filter(pk=self.kwargs["pathway"]).first(),
        )

    @cached_property
    def findings(self) -> list[ListedFinding]:
        if not Student.objects.in_scope(self.scope).filter(pk=self.kwargs["student"]).exists():
            raise Http404("There is no such student.")
        return [
            finding
            for finding in self.judged(self.kwargs["student"])
            if finding.breach.pathway_id == self.kwargs["pathway"]
        ]

    def onward(self) -> str:
        return self.from_finding.next_address(self.request) if self.from_finding else self.back

    @property
    def back(self) -> str:
        return f"{super().back}#{self.kwargs['student']}-{self.kwargs['pathway']}-{self.rule.id}"


class TakeBack(ScopedView):
    """The warning is open again; what was said stays on record."""

    capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        standing = get_object_or_404(
            Explanation,
            pk=kwargs["explanation"],
            district=self.scope.district,
            end_year=self.scope.end_year,
        )
        try:
            if not self.can_edit:
                raise NotApplied
            explaining.take_back(
                self.scope, standing.pk, by=self.person.record_name, by_id=self.person.pk
            )
            messages.success(
                request, "Explanation withdrawn. The warning must be explained or corrected."
            )
        except NotApplied as refusal:
            messages.warning(request, refusal.sentence)
        listing = FindingList.of(request.GET)
        page = reverse("findings", args=[self.scope.district, self.scope.end_year])
        return HttpResponseRedirect(f"{page}?{listing.query}" if listing.query else page)
