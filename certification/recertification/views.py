"""Recertification on both sides: the request and its thread under the district, OPI's inbox
(montana 6.3, ux R-13, O-14).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property

from certification.models import Certifier, Recertification, SealedCopy
from certification.recertification import recertification
from certification.recertification.deciding import is_own
from certification.recertification.forms import (
    AnswerForm,
    AskForm,
    CloseForm,
    DemandForm,
    MessageForm,
)
from certification.recertification.reopening import cannot_reopen
from certification.review.since import Since
from certification.status.status import DistrictEvent, event_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView, StatewideView
from cte_portal.refusals import Refusal
from pathways.findings.findings import findings
from pathways.models import District
from pathways.rules import by_id

MOST_SHOWN = 50
ENDED_SHOWN = 50


class CertificationView(ScopedView):
    """A page about the district's certification, for its certifiers and for OPI."""

    capability = Capability.VIEW_RECORDS

    @property
    def is_opi(self) -> bool:
        return self.can(Capability.WORK_STATEWIDE)

    @property
    def is_certifier(self) -> bool:
        return Certifier.objects.of_district(self.scope.district).are(self.person)

    def event(self) -> DistrictEvent:
        one = event_of(self.scope, self.kwargs["event"])
        if one is None:
            raise Http404("This page does not exist.")
        return one

    def to(self, request: Recertification) -> HttpResponse:
        return redirect("recertification", self.scope.district, self.scope.end_year, request.pk)


class AskingView(CertificationView, ActionView):
    """A page that asks to correct what is certified, where that is possible now."""

    keeps = ""

    @cached_property
    def one(self) -> DistrictEvent:
        return self.event()

    @property
    def may_ask(self) -> bool:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.demand_right()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.demand_right()
        return super().post(request, *args, **kwargs)

    def demand_right(self) -> None:
        if self.one and not self.may_ask:  # an event that is not there answers 404 to everybody
            raise PermissionDenied

    def typed_before(self) -> QueryDict | None:
        return None if cannot_reopen(self.one) else super().typed_before()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            one=self.one, event=self.one.event, why_not=cannot_reopen(self.one), **kwargs
        )


class NewRecertification(AskingView):
    """A certifier asks; who has asked already is led to the request."""

    form_class = AskForm
    template_name = "certification/recertification/new.html"

    @property
    def may_ask(self) -> bool:
        return self.is_certifier

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.demand_right()
        waiting = Recertification.objects.of(self.one.event, self.scope.district).open().first()
        return self.to(waiting) if waiting else super().get(request, *args, **kwargs)

    def act(self, form: AskForm) -> HttpResponse:
        made = recertification.ask(
            self.scope, self.one.event.pk, by=self.person, **form.cleaned_data
        )
        messages.success(
            self.request,
            "Your request was sent to OPI. The certification stays in effect until OPI answers.",
        )
        return self.to(made)


class DemandRecertification(AskingView):
    """OPI reopens a certification and says what has to be corrected."""

    form_class = DemandForm
    template_name = "certification/recertification/demand.html"

    @property
    def may_ask(self) -> bool:
        return self.is_opi

    @cached_property
    def counted(self) -> list[dict[str, Any]]:
        """What is found at the state, by rule."""
        by_rule = findings(self.scope.at_state()).by_rule
        return [
            {"rule": one.rule.id, "title": one.rule.problem, "count": one.total} for one in by_rule
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        rules = [
            (one["rule"], f"{one['rule']} {one['title']}: {one['count']:,}") for one in self.counted
        ]
        return {**super().get_form_kwargs(), "rules": rules}

    def act(self, form: DemandForm) -> HttpResponse:
        chosen = set(form.cleaned_data.get("findings", ()))
        attached = [one for one in self.counted if one["rule"] in chosen]
        made = recertification.demand(
            self.scope,
            self.one.event.pk,
            by=self.person,
            reason=form.cleaned_data["reason"],
            findings=attached,
        )
        messages.success(
            self.request, "The certification is reopened. Every certifier gets an e-mail."
        )
        return self.to(made)


class OneRecertification(CertificationView):
    """The request, what both sides have written, and what each may do. The buttons send `do`."""

    keeps = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.found()
        kept = self.kept_form("message", "approve", "deny", "close") if found.is_open else None
        if kept is None:
            return self.show(found)
        done = str(kept.get("do", ""))
        return self.show(
            found,
            message=MessageForm(
                kept if done == "message" else None, initial={"text": kept.get("text", "")}
            ),
            answer=AnswerForm(
                kept if done in ("approve", "deny") else None,
                initial={"answer": kept.get("answer", "")},
            ),
            closing=CloseForm(kept) if done == "close" else None,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found, do = self.found(), request.POST.get("do", "")
        act = {
            "message": self.message,
            "approve": self.answer,
            "deny": self.answer,
            "undo": self.undo,
            "withdraw": self.withdraw,
            "abandon": self.abandon,
            "close": self.close,
        }.get(do)
        if act is None:
            if not (self.is_opi or self.is_certifier):
                raise PermissionDenied
            return self.to(found)
        try:
            return act(found)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return self.to(found)

    def found(self) -> Recertification:
        mine = Recertification.objects.filter(
            district=self.scope.district, event__end_year=self.scope.end_year
        )
        found = (
            mine.select_related("event", "sealed_round", "opened_round")
            .filter(pk=self.kwargs["recertification"])
            .first()
        )
        if found is None or event_of(self.scope, found.event_id) is None:
            raise Http404("This page does not exist.")
        return found

    def message(self, found: Recertification) -> HttpResponse:
        self.only(self.is_opi or self.is_certifier)
        form = MessageForm(self.request.POST)
        if not form.is_valid():
            return self.show(found, message=form)
        recertification.say(
            self.scope,
            found.pk,
            by=self.person,
            from_opi=self.is_opi,
            text=form.cleaned_data["text"],
        )
        if typed := self.request.POST.get(
            "answer", ""
        ):  # an answer that is not given yet stays in its field
            return self.show(found, answer=AnswerForm(initial={"answer": typed}))
        return self.to(found)

    def answer(self, found: Recertification) -> HttpResponse:
        self.only(self.is_opi)
        denies = self.request.POST["do"] == "deny"
        form, message = AnswerForm(self.request.POST, denies=denies), MessageForm(self.request.POST)
        written = bool(self.request.POST.get("text", "").strip())
        if not form.is_valid() or (written and not message.is_valid()):
            return self.show(found, answer=form, message=message if written else None)
        if why_not := is_own(found, self.person):
            raise Refusal(why_not)
        if written:  # a message typed beside the answer goes with it
            recertification.say(
                self.scope,
                found.pk,
                by=self.person,
                from_opi=True,
                text=message.cleaned_data["text"],
            )
        decide = recertification.deny if denies else recertification.approve
        decide(self.scope, found.pk, by=self.person, answer=form.cleaned_data["answer"])
        messages.success(
            self.request,
            (
                "Denied. The certification stays in effect."
                if denies
                else "Approved. The records are open for corrections."
            ),
        )
        return self.to(found)

    def undo(self, found: Recertification) -> HttpResponse:
        self.only(self.is_opi)
        recertification.undo(self.scope, found.pk, by=self.person)
        messages.success(self.request, "Answer withdrawn. The request is open again.")
        return self.to(found)

    def withdraw(self, found: Recertification) -> HttpResponse:
        self.only(self.is_certifier)
        recertification.withdraw(self.scope, found.pk, by=self.person)
        messages.success(self.request, "Withdrawn. The certification stays in effect.")
        return self.to(found)

    def abandon(self, found: Recertification) -> HttpResponse:
        self.only(self.may_abandon(found))
        recertification.abandon(self.scope, found.pk, by=self.person)
        messages.success(
            self.request,
            "Recertification withdrawn. The records are locked again, and the certification stays"
            " in effect.",
        )
        return self.to(found)

    def close(self, found: Recertification) -> HttpResponse:
        self.only(self.is_opi)
        form = CloseForm(self.request.POST)
        if not form.is_valid():
            return self.show(found, closing=form)
        recertification.close(
            self.scope, found.pk, by=self.person, reason=form.cleaned_data["reason"]
        )
        messages.success(
            self.request,
            "Closed. The records are locked again, and what was certified before stays official.",
        )
        return self.to(found)

    def only(self, may: bool) -> None:
        if not may:
            raise PermissionDenied

    def may_abandon(self, found: Recertification) -> bool:
        """What OPI has requested, OPI alone lets go."""
        return self.is_opi or (
            found.origin == Recertification.Origin.DISTRICT and self.is_certifier
        )

    def show(
        self,
        found: Recertification,
        *,
        message: forms.Form | None = None,
        answer: forms.Form | None = None,
        closing: forms.Form | None = None,
    ) -> HttpResponse:
        one, is_opi, is_certifier = (
            event_of(self.scope, found.event_id),
            self.is_opi,
            self.is_certifier,
        )
        waits, reopened = (
            found.status == Recertification.Status.ASKED,
            found.status == Recertification.Status.APPROVED,
        )
        copy = SealedCopy.objects.filter(round=found.sealed_round).first()
        since = Since(copy, self.scope) if copy and (waits or reopened) else None
        told = {
            "found": found,
            "findings": [
                (one["rule"], by_id(one["rule"]).problem, one["count"]) for one in found.findings
            ],
            "one": one,
            "event": found.event,
            "copy": copy,
            "thread": found.messages.all(),  # type: ignore[attr-defined]
            "since": since,
            "records": since.records[:MOST_SHOWN] if since else [],
            "may_answer": is_opi and waits and not is_own(found, self.person),
            "own": is_own(found, self.person) if is_opi and waits else "",
            "may_close": is_opi and reopened and not is_certifier,
            "may_write": found.is_open and (is_opi or is_certifier),
            "may_withdraw": is_certifier and waits,
            "may_abandon": reopened and self.may_abandon(found),
            "may_undo": (
                is_opi and not (is_own(found, self.person) or recertification.cannot_undo(found))
            ),
            "answer_form": answer or AnswerForm(),
            "message_form": message or MessageForm(),
            "close_form": closing or CloseForm(),
            "form": next((one for one in (answer, message, closing) if one and one.errors), None),
            "is_opi": is_opi,
        }
        return render(self.request, "certification/recertification/recertification.html", told)


class RecertificationInbox(StatewideView):
    """What waits for OPI's answer, what is being corrected, and what was answered."""

    capability = Capability.WORK_STATEWIDE
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = dict(District.objects.values_list("number", "name"))
        every = Recertification.objects.select_related("event").order_by("asked_at")
        ended = every.exclude(status__in=Recertification.OPEN).order_by("-asked_at")[:ENDED_SHOWN]
        now = timezone.now()
        told = {
            "waiting": [
                (one, names.get(one.district, ""), (now - one.asked_at).days)
                for one in every.waiting()
            ],  # type: ignore[attr-defined]
            "running": [(one, names.get(one.district, "")) for one in every.in_progress()],  # type: ignore[attr-defined]
            "ended": [(one, names.get(one.district, "")) for one in ended],
        }
        return render(request, "certification/recertification/inbox.html", told)
