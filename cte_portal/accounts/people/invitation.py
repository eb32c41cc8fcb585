"""The one-time link: it leads to a page where a person signs in at the identity provider, or
chooses a password.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from cte_portal.accounts.models import Invitation
from cte_portal.accounts.people import people
from cte_portal.accounts.sign_in.forms import HINT
from cte_portal.accounts.sign_in.sign_on import mark
from cte_portal.pages.action import Action
from cte_portal.refusals import Refusal

LINK = "invitation_link"


@require_safe
@login_not_required
def open_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the secret out of the address, where histories and logs would keep it. What is no link
    begins no session.
    """
    if Invitation.objects.by_secret(secret[:100]) is None:
        return render(request, "accounts/invitation_gone.html", status=410)
    request.session[LINK] = secret[:100]
    response = redirect("invitation")
    response["Referrer-Policy"] = "no-referrer"
    return response


class ChoosePasswordForm(forms.Form):
    use_required_attribute = False

    password1 = forms.CharField(
        label="New password",
        help_text=HINT,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a new password"},
    )
    password2 = forms.CharField(
        label="New password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter the new password a second time"},
    )

    def __init__(self, *arguments: Any, person: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.person = person

    def clean_password1(self) -> str:
        password = str(self.cleaned_data["password1"])
        validate_password(password, self.person)
        return password

    def clean_password2(self) -> str:
        again = str(self.cleaned_data["password2"])
        if "password1" in self.cleaned_data and again != self.cleaned_data["password1"]:
            raise forms.ValidationError(
                "The two passwords do not match. Enter the same password twice"
            )
        return again


@method_decorator(login_not_required, name="dispatch")
class Accept(Action):
    form_class = ChoosePasswordForm
    template_name = "accounts/invitation.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not ratelimit.consume(
            request, action="reset_password_from_key"
        ):
            return ratelimit.respond_429(request)
        self.invitation = Invitation.objects.by_secret(request.session.get(LINK, ""))
        if self.invitation is None:
            return render(request, "accounts/invitation_gone.html", status=410)
        return super().dispatch(request, *args, **kwargs)

    @property
    def person(self) -> Any:
        return self.invitation.user if self.invitation else None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "person": self.person}

    def act(self, form: ChoosePasswordForm) -> HttpResponse:
        assert self.invitation is not None  # noqa: S101 - dispatch answers without one
        if not mark.way_in(self.person).password:
            raise Refusal(f"You sign in with {settings.OIDC_LABEL} here, not with a password.")
        try:
            person = people.accept(self.invitation, form.cleaned_data["password1"])
        except Invitation.DoesNotExist:
            return render(self.request, "accounts/invitation_gone.html", status=410)
        logout(self.request)
        return perform_login(self.request, Login(user=person, redirect_url="/"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        way = mark.way_in(self.person)
        return super().get_context_data(person=self.person, way=way, **kwargs)
