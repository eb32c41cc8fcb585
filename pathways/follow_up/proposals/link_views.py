"""The page on which a caller makes a student's link, and the public page to which it leads: it says
nothing about who is asked.
"""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from allauth.core.internal import ratelimit as limiter
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.sign_in.limits import APP
from cte_portal.editions import Scope
from cte_portal.pages.action import Action
from cte_portal.pages.offered import offer
from cte_portal.refusals import Refusal
from pathways.follow_up.outcomes import FollowUpLocked, NoLongerOnList, NotFollowedUp
from pathways.follow_up.proposals.forms import answers
from pathways.follow_up.proposals.links import make_link, scope_of, take_answer
from pathways.follow_up.workbench.views.pages import LinePage
from pathways.models import AnswerLink

LINK = "answer_link"
LIMIT = "self_answer"
MOST_SECRET = 100


class MakeLink(LinePage):
    """The link is shown once, on the answer to this request, and kept nowhere."""

    capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        line = self.address("follow-up-line", self.entry.pk)
        try:
            secret = make_link(self.scope, self.entry.pk, **self.author)
        except Refusal as refusal:
            self.tell(refusal.sentence)
            return redirect(line)
        path = reverse("self-answer-link", args=[secret])
        address = settings.PORTAL_ADDRESS
        context = {
            "entry": self.entry,
            "line_url": line,
            "link": f"{address}{path}" if address else request.build_absolute_uri(path),
            "expires_at": AnswerLink.objects.get(entry=self.entry).expires_at,
        }
        answer = render(request, "pathways/follow_up/answer_link.html", context)
        answer["Cache-Control"] = "no-store"
        return answer


@method_decorator(login_not_required, name="dispatch")
class OpenLink(View):
    """Takes the secret out of the address, where histories and logs would keep it. What is no link
    begins no session.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        if not _counted(request):
            return ratelimit.respond_429(request)
        if scope_of(secret[:MOST_SECRET]) is None:
            return gone(request)
        request.session[LINK] = secret[:MOST_SECRET]
        response = redirect("self-answer")
        response["Referrer-Policy"] = "no-referrer"
        return response


def _counted(request: HttpRequest) -> bool:
    """Whether this address may try once more."""
    usage = limiter.consume(request, app=APP, action=LIMIT, limit_get=True)
    return usage is not None


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "pathways/follow_up/self_answer_gone.html", status=410)


class SelfAnswerForm(forms.Form):
    use_required_attribute = False
    status = forms.ChoiceField(
        label="What are you doing most of the time this fall?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select what you are doing",
            "invalid_choice": "Select one of the answers",
        },
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "status", answers(scope))


@method_decorator(login_not_required, name="dispatch")
class SelfAnswer(Action):
    form_class = SelfAnswerForm
    template_name = "pathways/follow_up/self_answer.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not _counted(request):
            return ratelimit.respond_429(request)
        self.secret = request.session.get(LINK, "")
        scope = scope_of(self.secret)
        if scope is None:
            return gone(request)
        self.scope = scope
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "scope": self.scope}

    def act(self, form: Any) -> HttpResponse:
        try:
            is_taken = take_answer(self.scope, self.secret, form.cleaned_data["status"])
        except (FollowUpLocked, NoLongerOnList, NotFollowedUp):
            is_taken = False
        if not is_taken:
            return gone(self.request)
        del self.request.session[LINK]
        return render(self.request, "pathways/follow_up/self_answer_thanks.html")
