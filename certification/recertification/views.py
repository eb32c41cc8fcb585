"""A recertification's page for both sides, and OPI's list of requests (montana 6.3, O-14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property

from certification.collections.chosen import collection_of
from certification.models import Recertification, SealedCopy
from certification.recertification import ending
from certification.recertification import recertification as actions
from certification.recertification.asking_views import CertificationView
from certification.recertification.deciding import is_own
from certification.recertification.forms import AnswerForm, CloseForm, MessageForm
from certification.review.since import Since
from certification.status.status import event_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.refusals import Refusal
from pathways.models import District
from pathways.rules import by_id

MOST_SHOWN = 50
ENDED_SHOWN = 50


class OneRecertification(CertificationView):
    """The request, what both sides have written, and what each may do. Each button sends `do`, and
    has its form here, if it has one.
    """

    template_name = "certification/recertification/recertification.html"
    FORMS: ClassVar[dict[str, type[forms.Form]]] = {
        "message": MessageForm,
        "approve": AnswerForm,
        "deny": AnswerForm,
        "close": CloseForm,
    }

    @cached_property
    def recertification(self) -> Recertification:
        """As the page shows it: when it was asked for, or after something was done."""
        return self.stored()

    def stored(self) -> Recertification:
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

    @property
    def data(self) -> str:
        return collection_of(self.recertification.event).data

    def typed_before(self) -> QueryDict | None:
        return self.kept_form(*self.FORMS) if self.recertification.is_open else None

    @property
    def do(self) -> str:
        """The button that was pressed, now or before the person was signed out."""
        data = self.request.POST if self.request.method == "POST" else self.typed_before()
        return str(data.get("do", "")) if data else ""

    @property
    def denies(self) -> bool:
        return self.request.POST.get("do") == "deny"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        act, allowed = self.button()
        if not allowed:
            raise PermissionDenied
        return super().post(request, *args, **kwargs) if act else self.to(self.recertification)

    def button(self) -> tuple[Callable[[Any], HttpResponse | None] | None, bool]:
        """The action of the button that was pressed, and whether the person may press it. A button
        that there is not leads both sides back to the page.
        """
        takes_part = self.is_opi or self.is_certifier
        buttons: dict[str, tuple[Callable[[Any], HttpResponse | None], bool]] = {
            "message": (self.message, takes_part),
            "approve": (self.answer, self.is_opi),
            "deny": (self.answer, self.is_opi),
            "undo": (self.undo, self.is_opi),
            "withdraw": (self.withdraw, self.is_certifier),
            "abandon": (self.abandon, self.may_abandon),
            "close": (self.close, self.is_opi),
        }
        return buttons.get(self.do, (None, takes_part))

    def get_form_class(self) -> type[forms.Form]:
        return self.FORMS.get(self.do, forms.Form)

    def get_form_kwargs(self) -> dict[str, Any]:
        arguments = super().get_form_kwargs()
        return {**arguments, "denies": True} if self.denies else arguments

    def act(self, form: Any) -> HttpResponse:
        act, _ = self.button()
        try:
            response = act(form) if act else None
        finally:
            self.recertification = self.stored()
        return response or self.to(self.recertification)

    @cached_property
    def message_beside(self) -> MessageForm | None:
        """A message typed beside the answer goes with it."""
        has_message = self.request.POST.get("text", "").strip()
        is_answer = self.request.POST.get("do") in ("approve", "deny")
        return MessageForm(self.request.POST) if is_answer and has_message else None

    def message(self, form: MessageForm) -> HttpResponse | None:
        self.say(form)
        if answer := self.request.POST.get("answer", ""):  # not given yet: it stays in its field
            answer_form = AnswerForm(initial={"answer": answer})
            return self.render_to_response(self.get_context_data(form=answer_form))
        return None

    def say(self, form: MessageForm) -> None:
        actions.say(
            self.scope,
            self.recertification.pk,
            by=self.person,
            from_opi=self.is_opi,
            text=form.cleaned_data["text"],
        )

    def answer(self, form: AnswerForm) -> HttpResponse | None:
        if self.message_beside and not self.message_beside.is_valid():
            return self.form_invalid(form)
        if why_not := is_own(self.recertification, self.person):
            raise Refusal(why_not)
        if self.message_beside:
            self.say(self.message_beside)
        decide = actions.deny if self.denies else actions.approve
        decide(
            self.scope, self.recertification.pk, by=self.person, answer=form.cleaned_data["answer"]
        )
        messages.success(
            self.request,
            (
                "Denied. The certification stays in effect."
                if self.denies
                else f"Approved. The {self.data} are open for corrections."
            ),
        )
        return None

    def undo(self, form: forms.Form) -> None:
        actions.undo(self.scope, self.recertification.pk, by=self.person)
        messages.success(self.request, "Answer withdrawn. The request is open again.")

    def withdraw(self, form: forms.Form) -> None:
        actions.withdraw(self.scope, self.recertification.pk, by=self.person)
        messages.success(self.request, "Withdrawn. The certification stays in effect.")

    def abandon(self, form: forms.Form) -> None:
        ending.abandon(self.scope, self.recertification.pk, by=self.person)
        messages.success(
            self.request,
            f"Recertification withdrawn. The {self.data} are locked again, and the certification"
            " stays in effect.",
        )

    def close(self, form: CloseForm) -> None:
        ending.close(
            self.scope,
            self.recertification.pk,
            by=self.person,
            reason=form.cleaned_data["reason"],
        )
        messages.success(
            self.request,
            f"Closed. The {self.data} are locked again, and what was certified before stays official.",
        )

    @property
    def may_abandon(self) -> bool:
        """A correction that OPI has requested is given up by OPI alone."""
        is_districts = self.recertification.origin == Recertification.Origin.DISTRICT
        return self.is_opi or (is_districts and self.is_certifier)

    def forms_of(self, form: forms.BaseForm) -> dict[str, forms.BaseForm]:
        """The page's three forms, the one that was sent among them."""
        waiting = (
            QueryDict() if self.request.method == "POST" else self.typed_before() or QueryDict()
        )
        sent = waiting or self.request.POST
        return {
            "message_form": (
                form
                if isinstance(form, MessageForm)
                else self.message_beside or MessageForm(initial={"text": waiting.get("text", "")})
            ),
            "answer_form": (
                form
                if isinstance(form, AnswerForm)
                else AnswerForm(initial={"answer": sent.get("answer", "")})
            ),
            "close_form": form if isinstance(form, CloseForm) else CloseForm(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        page_forms = self.forms_of(context["form"])
        recertification, is_opi, is_certifier = (
            self.recertification,
            self.is_opi,
            self.is_certifier,
        )
        waits = recertification.status == Recertification.Status.ASKED
        reopened = recertification.status == Recertification.Status.APPROVED
        copy = SealedCopy.objects.filter(round=recertification.sealed_round).first()
        since = Since(copy, self.scope) if copy and (waits or reopened) else None
        own = is_own(recertification, self.person)
        return {
            **context,
            **page_forms,
            "form": next(
                (form for form in (context["form"], *page_forms.values()) if form.errors), None
            ),
            "recertification": recertification,
            "findings": [
                (finding["rule"], by_id(finding["rule"]).problem, finding["count"])
                for finding in recertification.findings
            ],
            "district_event": event_of(self.scope, recertification.event_id),
            "event": recertification.event,
            "collection": collection_of(recertification.event),
            "copy": copy,
            "thread": recertification.messages.all(),
            "since": since,
            "records": since.records[:MOST_SHOWN] if since else [],
            "may_answer": is_opi and waits and not own,
            "own": own if is_opi and waits else "",
            "may_close": is_opi and reopened and not is_certifier,
            "may_write": recertification.is_open and (is_opi or is_certifier),
            "may_withdraw": is_certifier and waits,
            "may_abandon": reopened and self.may_abandon,
            "may_undo": is_opi and not (own or actions.cannot_undo(recertification)),
            "is_opi": is_opi,
        }


class RecertificationInbox(StatewideView):
    """The requests that wait for OPI's answer, those in progress, and those that have ended."""

    capability = Capability.WORK_STATEWIDE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = dict(District.objects.values_list("number", "name"))
        requests = Recertification.objects
        ended = requests.exclude(status__in=Recertification.OPEN)
        now = timezone.now()

        def with_names(rows: QuerySet[Recertification]) -> list[tuple[Recertification, str]]:
            return [(row, names.get(row.district, "")) for row in rows]

        context = {
            "waiting": [
                (recertification, name, (now - recertification.asked_at).days)
                for recertification, name in with_names(
                    requests.waiting().select_related("event").order_by("asked_at")
                )
            ],
            "running": with_names(
                requests.in_progress().select_related("event").order_by("asked_at")
            ),
            "ended": with_names(
                ended.select_related("event", "opened_round").order_by("-asked_at")[:ENDED_SHOWN]
            ),
        }
        return render(request, "certification/recertification/inbox.html", context)
