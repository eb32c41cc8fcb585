"""Student Information › State Programs › Answers from Elsewhere: what others say became of leavers,
accepted or declined; and the page where a person enters what another district told.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.pages.typed import paged
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.follow_up.proposals import deciding
from pathways.follow_up.proposals.deciding import Accepted
from pathways.follow_up.proposals.forms import DecidingForm, ElsewhereForm, choices_of
from pathways.follow_up.proposals.lines import lines_of
from pathways.follow_up.proposals.proposing import OutsideAnswer, propose
from pathways.follow_up.workbench.views.pages import LinePage, WorkbenchPage
from pathways.models import OutcomeProposal

PAGE = 100
MOST_DECIDED = 100
AGAIN = "Press one of the buttons again. Nothing was saved."


class Elsewhere(WorkbenchPage):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = OutcomeProposal.objects.in_scope(self.scope).select_related("entry__student")
        page, query = paged(request, rows.undecided(), PAGE)
        decided = rows.exclude(resolution="").order_by("-resolved_at", "-pk")[:MOST_DECIDED]
        context = {
            "year": self.year,
            "lock": self.lock,
            "lock_links": self.lock_links,
            "may_write": self.may_write,
            "lines": lines_of(self.scope, page.object_list),
            "page": page,
            "query": query,
            "decided": lines_of(self.scope, decided),
            "saved": self.saved_before(),
        }
        return render(request, "pathways/follow_up/elsewhere.html", context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("do") == "accept-chosen":
            return self.accept_chosen(request.POST.getlist("chosen"))
        form = DecidingForm(request.POST)
        if not form.is_valid():
            self.tell(AGAIN)
            return redirect(self.address("follow-up-elsewhere"))
        try:
            self.tell(self.act(form.cleaned_data))
        except Refusal as refusal:
            self.tell(refusal.sentence)
        if back := form.cleaned_data["back"]:
            return redirect(self.address("follow-up-line", back))
        return redirect(self.address("follow-up-elsewhere"))

    def accept_chosen(self, chosen: list[str]) -> HttpResponse:
        try:
            choices = choices_of(chosen[: PAGE + 1])
        except ValueError:
            self.tell(AGAIN)
            return redirect(self.address("follow-up-elsewhere"))
        if not choices:
            self.tell("Choose at least one answer. Nothing was saved.")
        elif len(choices) > PAGE:
            self.tell(AGAIN)
        else:
            try:
                self.tell(_accepted(deciding.accept_each(self.scope, choices, **self.author)))
            except Refusal as refusal:
                self.tell(refusal.sentence)
        return redirect(self.address("follow-up-elsewhere"))

    def act(self, choices: dict[str, Any]) -> str:
        """What was done, in words. Raises a Refusal."""
        do, proposal = choices["do"], choices["proposal"]
        if do == "accept":
            seen = choices["seen_status"], choices["seen_origin"]
            deciding.accept(self.scope, proposal, seen=seen, **self.author)
            return "The answer was accepted."
        if do == "decline":
            deciding.decline(self.scope, proposal, by=self.author["by"])
            return "The answer was declined."
        deciding.take_back(self.scope, proposal, **self.author)
        return "The answer waits to be decided again."


def _accepted(accepted: Accepted) -> str:
    sentence = f"{number_of(accepted.number, 'answer')} accepted."
    if accepted.reasons:
        sentence += (
            f" {number_of(len(accepted.reasons), 'answer')} could not be accepted:"
            f" {accepted.reasons[0]}"
        )
    return sentence


class AddElsewhere(LinePage, ActionView):
    capability = Capability.EDIT_RECORDS
    form_class = ElsewhereForm
    template_name = "pathways/follow_up/elsewhere_add.html"
    keeps = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "scope": self.scope}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "entry": self.entry,
            "lock": self.lock,
            "lock_links": self.lock_links,
            "may_write": self.may_write and self.entry.left_at is None,
            "query": self.narrowing.query,
        }
        return super().get_context_data(**{**kwargs, **own})

    def act(self, form: Any) -> HttpResponse:
        values = form.cleaned_data
        answer = OutsideAnswer(self.entry.pk, values["status"], values["as_of"])
        propose(self.scope, answer, values["source_name"], **self.author)
        self.tell("The answer waits to be accepted.")
        return redirect(self.address("follow-up-line", self.entry.pk))
