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
from certification.recertification import recertification as actions
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
        district_event = event_of(self.scope, self.kwargs["event"])
        if district_event is None:
            raise Http404("This page does not exist.")
        return district_event

    def to(self, request: Recertification) -> HttpResponse:
        return redirect("recertification", self.scope.district, self.scope.end_year, request.pk)


class AskingView(CertificationView, ActionView):
    """A page that asks to correct what is certified, where that is possible now."""

    keeps = ""

    @cached_property
    def district_event(self) -> DistrictEvent:
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
        if (
            self.district_event and not self.may_ask
        ):  # an event that is not there answers 404 to everybody
            raise PermissionDenied

    def typed_before(self) -> QueryDict | None:
        return None if cannot_reopen(self.district_event) else super().typed_before()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            district_event=self.district_event,
            event=self.district_event.event,
            why_not=cannot_reopen(self.district_event),
            **kwargs,
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
        open_request = (
            Recertification.objects.of(self.district_event.event, self.scope.district)
            .open()
            .first()
        )
        return self.to(open_request) if open_request else super().get(request, *args, **kwargs)

    def act(self, form: AskForm) -> HttpResponse:
        request = actions.ask(
            self.scope, self.district_event.event.pk, by=self.person, **form.cleaned_data
        )
        messages.success(
            self.request,
            "Your request was sent to OPI. The certification stays in effect until OPI answers.",
        )
        return self.to(request)


class DemandRecertification(AskingView):
    """OPI reopens a certification and says what has to be corrected."""

    form_class = DemandForm
    template_name = "certification/recertification/demand.html"

    @property
    def may_ask(self) -> bool:
        return self.is_opi

    @cached_property
    def findings_at_state(self) -> list[dict[str, Any]]:
        """What is found at the state, by rule."""
        groups = findings(self.scope.at_state()).by_rule
        return [
            {"rule": group.rule.id, "title": group.rule.problem, "count": group.total}
            for group in groups
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        rules = [
            (finding["rule"], f"{finding['rule']} {finding['title']}: {finding['count']:,}")
            for finding in self.findings_at_state
        ]
        return {**super().get_form_kwargs(), "rules": rules}

    def act(self, form: DemandForm) -> HttpResponse:
        rule_ids = set(form.cleaned_data.get("findings", ()))
        attached = [finding for finding in self.findings_at_state if finding["rule"] in rule_ids]
        request = actions.demand(
            self.scope,
            self.district_event.event.pk,
            by=self.person,
            reason=form.cleaned_data["reason"],
            findings=attached,
        )
        messages.success(
            self.request, "The certification is reopened. Every certifier gets an e-mail."
        )
        return self.to(request)


class OneRecertification(CertificationView):
    """The request, what both sides have written, and what each may do. The buttons send `do`."""

    keeps = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        recertification = self.recertification()
        data = (
            self.kept_form("message", "approve", "deny", "close")
            if recertification.is_open
            else None
        )
        if data is None:
            return self.show(recertification)
        do = str(data.get("do", ""))
        return self.show(
            recertification,
            message=MessageForm(
                data if do == "message" else None, initial={"text": data.get("text", "")}
            ),
            answer=AnswerForm(
                data if do in ("approve", "deny") else None,
                initial={"answer": data.get("answer", "")},
            ),
            closing=CloseForm(data) if do == "close" else None,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        recertification, do = self.recertification(), request.POST.get("do", "")
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
            return self.to(recertification)
        try:
            return act(recertification)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return self.to(recertification)

    def recertification(self) -> Recertification:
        requests = Recertification.objects.filter(
            district=self.scope.district, event__end_year=self.scope.end_year
        )
        recertification = (
            requests.select_related("event", "sealed_round", "opened_round")
            .filter(pk=self.kwargs["recertification"])
            .first()
        )
        if recertification is None or event_of(self.scope, recertification.event_id) is None:
            raise Http404("This page does not exist.")
        return recertification

    def message(self, recertification: Recertification) -> HttpResponse:
        self.only(self.is_opi or self.is_certifier)
        form = MessageForm(self.request.POST)
        if not form.is_valid():
            return self.show(recertification, message=form)
        actions.say(
            self.scope,
            recertification.pk,
            by=self.person,
            from_opi=self.is_opi,
            text=form.cleaned_data["text"],
        )
        if answer_text := self.request.POST.get(
            "answer", ""
        ):  # an answer that is not given yet stays in its field
            return self.show(recertification, answer=AnswerForm(initial={"answer": answer_text}))
        return self.to(recertification)

    def answer(self, recertification: Recertification) -> HttpResponse:
        self.only(self.is_opi)
        denies = self.request.POST["do"] == "deny"
        form, message = AnswerForm(self.request.POST, denies=denies), MessageForm(self.request.POST)
        has_message = bool(self.request.POST.get("text", "").strip())
        if not form.is_valid() or (has_message and not message.is_valid()):
            return self.show(recertification, answer=form, message=message if has_message else None)
        if why_not := is_own(recertification, self.person):
            raise Refusal(why_not)
        if has_message:  # a message typed beside the answer goes with it
            actions.say(
                self.scope,
                recertification.pk,
                by=self.person,
                from_opi=True,
                text=message.cleaned_data["text"],
            )
        decide = actions.deny if denies else actions.approve
        decide(self.scope, recertification.pk, by=self.person, answer=form.cleaned_data["answer"])
        messages.success(
            self.request,
            (
                "Denied. The certification stays in effect."
                if denies
                else "Approved. The records are open for corrections."
            ),
        )
        return self.to(recertification)

    def undo(self, recertification: Recertification) -> HttpResponse:
        self.only(self.is_opi)
        actions.undo(self.scope, recertification.pk, by=self.person)
        messages.success(self.request, "Answer withdrawn. The request is open again.")
        return self.to(recertification)

    def withdraw(self, recertification: Recertification) -> HttpResponse:
        self.only(self.is_certifier)
        actions.withdraw(self.scope, recertification.pk, by=self.person)
        messages.success(self.request, "Withdrawn. The certification stays in effect.")
        return self.to(recertification)

    def abandon(self, recertification: Recertification) -> HttpResponse:
        self.only(self.may_abandon(recertification))
        actions.abandon(self.scope, recertification.pk, by=self.person)
        messages.success(
            self.request,
            "Recertification withdrawn. The records are locked again, and the certification stays"
            " in effect.",
        )
        return self.to(recertification)

    def close(self, recertification: Recertification) -> HttpResponse:
        self.only(self.is_opi)
        form = CloseForm(self.request.POST)
        if not form.is_valid():
            return self.show(recertification, closing=form)
        actions.close(
            self.scope, recertification.pk, by=self.person, reason=form.cleaned_data["reason"]
        )
        messages.success(
            self.request,
            "Closed. The records are locked again, and what was certified before stays official.",
        )
        return self.to(recertification)

    def only(self, may: bool) -> None:
        if not may:
            raise PermissionDenied

    def may_abandon(self, recertification: Recertification) -> bool:
        """What OPI has requested, OPI alone lets go."""
        return self.is_opi or (
            recertification.origin == Recertification.Origin.DISTRICT and self.is_certifier
        )

    def show(
        self,
        recertification: Recertification,
        *,
        message: forms.Form | None = None,
        answer: forms.Form | None = None,
        closing: forms.Form | None = None,
    ) -> HttpResponse:
        district_event, is_opi, is_certifier = (
            event_of(self.scope, recertification.event_id),
            self.is_opi,
            self.is_certifier,
        )
        waits, reopened = (
            recertification.status == Recertification.Status.ASKED,
            recertification.status == Recertification.Status.APPROVED,
        )
        copy = SealedCopy.objects.filter(round=recertification.sealed_round).first()
        since = Since(copy, self.scope) if copy and (waits or reopened) else None
        context = {
            "recertification": recertification,
            "findings": [
                (finding["rule"], by_id(finding["rule"]).problem, finding["count"])
                for finding in recertification.findings
            ],
            "district_event": district_event,
            "event": recertification.event,
            "copy": copy,
            "thread": recertification.messages.all(),  # type: ignore[attr-defined]
            "since": since,
            "records": since.records[:MOST_SHOWN] if since else [],
            "may_answer": is_opi and waits and not is_own(recertification, self.person),
            "own": is_own(recertification, self.person) if is_opi and waits else "",
            "may_close": is_opi and reopened and not is_certifier,
            "may_write": recertification.is_open and (is_opi or is_certifier),
            "may_withdraw": is_certifier and waits,
            "may_abandon": reopened and self.may_abandon(recertification),
            "may_undo": (
                is_opi
                and not (
                    is_own(recertification, self.person) or actions.cannot_undo(recertification)
                )
            ),
            "answer_form": answer or AnswerForm(),
            "message_form": message or MessageForm(),
            "close_form": closing or CloseForm(),
            "form": next(
                (form for form in (answer, message, closing) if form and form.errors), None
            ),
            "is_opi": is_opi,
        }
        return render(self.request, "certification/recertification/recertification.html", context)


class RecertificationInbox(StatewideView):
    """What waits for OPI's answer, what is being corrected, and what was answered."""

    capability = Capability.WORK_STATEWIDE
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = dict(District.objects.values_list("number", "name"))
        every = Recertification.objects.select_related("event").order_by("asked_at")
        ended = every.exclude(status__in=Recertification.OPEN).order_by("-asked_at")[:ENDED_SHOWN]
        now = timezone.now()
        context = {
            "waiting": [
                (
                    recertification,
                    names.get(recertification.district, ""),
                    (now - recertification.asked_at).days,
                )
                for recertification in every.waiting()
            ],  # type: ignore[attr-defined]
            "running": [
                (recertification, names.get(recertification.district, ""))
                for recertification in every.in_progress()
            ],  # type: ignore[attr-defined]
            "ended": [
                (recertification, names.get(recertification.district, ""))
                for recertification in ended
            ],
        }
        return render(request, "certification/recertification/inbox.html", context)
