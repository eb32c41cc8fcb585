"""The pages of requests: asking, one request for both sides, and OPI's list of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, StatewideView
from pathways.follow_up.list_requests import asking, deciding
from pathways.follow_up.list_requests.forms import AdditionForm, DecisionForm, RemovalForm
from pathways.follow_up.population import students_of
from pathways.follow_up.workbench.views.pages import LinePage
from pathways.models import District, FollowUpEntry, ListRequest, Student

ENDED_SHOWN = 50
SENT = "Your request was sent to OPI. The list stays as it is until OPI answers."


class Asking(ActionView):
    """What the pages have in common that send a request."""

    capability = Capability.EDIT_RECORDS
    template_name = "pathways/follow_up/request_new.html"
    keeps = ""

    def to(self, request: ListRequest) -> HttpResponse:
        messages.success(self.request, SENT)
        return redirect("follow-up-request", self.scope.district, self.scope.end_year, request.pk)


class AskToAdd(Asking):
    form_class = AdditionForm

    def act(self, form: Any) -> HttpResponse:
        state_id, reason = form.cleaned_data["state_id"], form.cleaned_data["reason"]
        return self.to(asking.ask_to_add(self.scope, state_id, reason, by=self.person))


class AskToRemove(LinePage, Asking):
    capability = Capability.EDIT_RECORDS
    form_class = RemovalForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entry=self.entry, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        reason = form.cleaned_data["reason"]
        return self.to(asking.ask_to_remove(self.scope, self.entry.pk, reason, by=self.person))


class OneListRequest(ActionView):
    """What was asked, what OPI answered, and what each side may do: each button sends `do`."""

    capability = Capability.VIEW_RECORDS
    template_name = "pathways/follow_up/request.html"
    keeps = ""

    def stored(self) -> ListRequest:
        requests = ListRequest.objects.in_scope(self.scope)
        request = requests.filter(pk=self.kwargs["list_request"]).first()
        if request is None:
            raise Http404("There is no such request.")
        return request

    @cached_property
    def student_shown(self) -> int:
        """0 once the student is no longer stored."""
        state_id = self.stored().state_id
        return students_of(self.scope, {state_id}).get(state_id) or 0

    @property
    def is_opi(self) -> bool:
        return self.can(Capability.WORK_STATEWIDE)

    @property
    def do(self) -> str:
        return str(self.request.POST.get("do", ""))

    def button(self) -> tuple[Callable[..., None] | None, str, bool]:
        """What the button does that was pressed, what is said then, and whether the person may."""
        may_withdraw = self.can(Capability.EDIT_RECORDS)
        buttons: dict[str, tuple[Callable[..., None], str, bool]] = {
            "approve": (deciding.approve, "Approved. The list has been changed.", self.is_opi),
            "deny": (deciding.deny, "Denied. The list stays as it is.", self.is_opi),
            "reopen": (
                deciding.reopen,
                "The answer was taken back. The request waits again.",
                self.is_opi,
            ),
            "withdraw": (deciding.withdraw, "The request was withdrawn.", may_withdraw),
        }
        return buttons.get(self.do, (None, "", self.is_opi or may_withdraw))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        act, _, may = self.button()
        if not may:
            raise PermissionDenied
        self.stored()
        return super().post(request, *args, **kwargs) if act else self.here()

    def get_form_class(self) -> type[forms.Form]:
        answers = self.request.method != "POST" or self.do in {"approve", "deny"}
        return DecisionForm if answers else forms.Form

    def get_form_kwargs(self) -> dict[str, Any]:
        arguments = super().get_form_kwargs()
        return {**arguments, "denies": True} if self.do == "deny" else arguments

    def act(self, form: Any) -> HttpResponse:
        act, sentence, _ = self.button()
        words = {"answer": form.cleaned_data["answer"]} if "answer" in form.fields else {}
        if act:
            act(self.scope, self.kwargs["list_request"], by=self.person, **words)
            messages.success(self.request, sentence)
        return self.here()

    def here(self) -> HttpResponse:
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        request, scope, form = self.stored(), self.scope, context["form"]
        row = self.student_shown or None
        lines = FollowUpEntry.objects.in_scope(scope).filter(student=row).select_related("school")
        waits = request.status == ListRequest.Status.WAITING
        is_own = request.by_id == self.person.pk
        return {
            **context,
            "answer_form": form if isinstance(form, DecisionForm) else DecisionForm(),
            "list_request": request,
            "student": Student.objects.filter(pk=row or 0).first(),
            "line": lines.first(),
            "is_opi": self.is_opi,
            "may_answer": self.is_opi and waits and not is_own,
            "own": deciding.OWN if self.is_opi and waits and is_own else "",
            "may_withdraw": self.can(Capability.EDIT_RECORDS) and waits,
            "may_reopen": self.is_opi and not deciding.cannot_reopen(request, self.person),
        }


class ListRequestInbox(StatewideView):
    """The requests that wait for OPI's answer, and those that have ended; no student stands here."""

    capability = Capability.WORK_STATEWIDE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = dict(District.objects.values_list("number", "name"))
        requests, now = ListRequest.objects.all(), timezone.now()
        waiting = requests.waiting().order_by("at", "pk")
        ended = requests.exclude(status=ListRequest.Status.WAITING).order_by("-at", "-pk")
        context = {
            "waiting": [(row, names.get(row.district, ""), (now - row.at).days) for row in waiting],
            "ended": [(row, names.get(row.district, "")) for row in ended[:ENDED_SHOWN]],
        }
        return render(request, "pathways/follow_up/requests.html", context)
