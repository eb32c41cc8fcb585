"""One student to call: what to say, how to reach the student, what was tried, and what came of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.refusals import Refusal
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.outcomes import outcome_of
from pathways.follow_up.proposals.lines import lines_of
from pathways.follow_up.workbench.calling import hold, hold_next, is_held, let_go
from pathways.follow_up.workbench.forms import AttemptForm, OutcomeForm, day_to_propose
from pathways.follow_up.workbench.views.pages import LinePage
from pathways.models import Attempt, Contact, Outcome, OutcomeProposal, PostProgramStatus
from pathways.models.author import told_apart

ALREADY_HELD = "Somebody else is calling this student. Try again in a quarter of an hour."


class CallPage(LinePage, ActionView):
    """The line of one student, with the form of the next attempt."""

    form_class = AttemptForm
    template_name = "pathways/follow_up/call.html"
    keeps = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "scope": self.scope}

    def get_initial(self) -> dict[str, Any]:
        last = Attempt.objects.filter(entry=self.entry).order_by("-pk").first()
        return {
            "date": day_to_propose(self.year),
            "means": Attempt.Means.PHONE,
            "seen": last.pk if last else 0,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = dict(PostProgramStatus.objects.values_list("code", "name"))
        history = told_apart(Attempt.objects.filter(entry=self.entry))
        outcome = outcome_of(self.entry)
        has_caller = is_held(self.entry)
        own = {
            "entry": self.entry,
            "year": self.year,
            "lock": self.lock,
            "lock_links": self.lock_links,
            "may_write": self.may_write and self.entry.left_at is None,
            "is_dropout": self.entry.exit == self.entry.Exit.DROPOUT,
            "attempts": [
                (attempt, names.get(attempt.status, attempt.status))
                for attempt in reversed(history)
            ],
            "contacts": list(Contact.objects.filter(student=self.entry.student_id)),
            "tries": sum(attempt.taken_back_at is None for attempt in history),
            "outcome": outcome,
            "outcome_name": names.get(outcome.status, outcome.status) if outcome else "",
            "is_set": bool(outcome and outcome.origin != Outcome.Origin.ATTEMPT),
            "is_proposal": bool(outcome and outcome.origin == Outcome.Origin.PROPOSAL),
            "proposals": lines_of(self.scope, self.proposals()),
            "held_by": self.entry.caller
            if has_caller and self.entry.caller_id != self.person.pk
            else "",
            "is_mine": has_caller and self.entry.caller_id == self.person.pk,
            "query": self.narrowing.query,
            "saved": self.saved_before(),
        }
        return super().get_context_data(**{**kwargs, **own})

    def proposals(self) -> QuerySet[OutcomeProposal]:
        """What others say, the latest first."""
        rows = OutcomeProposal.objects.filter(entry=self.entry).order_by("-at", "-pk")
        return rows.select_related("entry__student")

    def act(self, form: Any) -> HttpResponse:
        values = form.cleaned_data
        attempt = Try(
            date=values["date"],
            means=values["means"],
            status=form.answer,
            note=values["note"],
            time=values["time"],
            seen=values["seen"] or 0,
        )
        attempts.record(self.scope, self.entry.pk, attempt, **self.author)
        self.tell("The attempt was saved.", entry=self.entry.pk)
        if self.request.POST.get("then") != "next":
            return redirect(self.address("follow-up-line", self.entry.pk))
        let_go(self.scope, self.person.pk)
        following = hold_next(self.lines, **self.author, after=self.entry.pk)
        if following is None:
            self.tell(
                "The attempt was saved. Nobody else on this list is left to call.",
                entry=self.entry.pk,
            )
            return redirect(self.address("follow-up"))
        return redirect(self.address("follow-up-line", following))


class HoldLine(LinePage):
    """Holds the line for the caller, or lets it go and leads back to the list."""

    capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        entry = self.entry
        if request.POST.get("do") == "let-go":
            let_go(self.scope, self.person.pk)
            return redirect(self.address("follow-up"))
        if self.may_write and not hold(self.scope, entry.pk, **self.author):
            self.tell(ALREADY_HELD)
        return redirect(self.address("follow-up-line", entry.pk))


class TakeBackAttempt(LinePage):
    """Takes back an attempt that was entered by mistake."""

    capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, attempt: int, **kwargs: Any) -> HttpResponse:
        row = get_object_or_404(Attempt, pk=attempt, entry=self.entry)
        try:
            attempts.take_back(self.scope, row.pk, **self.author)
        except Refusal as refusal:
            self.tell(refusal.sentence)
        else:
            self.tell("The attempt was taken back.")
        return redirect(self.address("follow-up-line", row.entry_id))


class SetOutcome(LinePage, ActionView):
    """A person sets the outcome, or leaves it to the attempts again."""

    capability = Capability.EDIT_RECORDS
    form_class = OutcomeForm
    template_name = "pathways/follow_up/outcome.html"
    keeps = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "scope": self.scope}

    def get_initial(self) -> dict[str, Any]:
        outcome = outcome_of(self.entry)
        if outcome is None:
            return {"date": day_to_propose(self.year)}
        return {
            "status": outcome.status,
            "date": outcome.date_contacted,
            "seen_status": outcome.status,
            "seen_origin": outcome.origin,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        outcome = outcome_of(self.entry)
        own = {
            "entry": self.entry,
            "year": self.year,
            "lock": self.lock,
            "lock_links": self.lock_links,
            "may_write": self.may_write and self.entry.left_at is None,
            "is_set": bool(outcome and outcome.origin != Outcome.Origin.ATTEMPT),
            "outcome": outcome,
            "query": self.narrowing.query,
        }
        return super().get_context_data(**{**kwargs, **own})

    def act(self, form: Any) -> HttpResponse:
        values = form.cleaned_data
        moved = attempts.set_outcome(
            self.scope,
            self.entry.pk,
            values["status"],
            values["date"],
            seen=form.seen,
            **self.author,
        )
        self.tell("The outcome was set." if moved else "No changes to save.")
        return redirect(self.address("follow-up-line", self.entry.pk))


class FollowAttempts(LinePage):
    """Gives up the outcome that a person set."""

    capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        entry = self.entry
        seen = request.POST.get("seen_status", ""), request.POST.get("seen_origin", "")
        try:
            attempts.follow_attempts(self.scope, entry.pk, seen=seen, **self.author)
        except Refusal as refusal:
            self.tell(refusal.sentence)
        else:
            self.tell("The attempts decide the outcome again.")
        return redirect(self.address("follow-up-line", self.entry.pk))
