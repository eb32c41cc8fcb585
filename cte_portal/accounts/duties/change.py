"""The pages that change who has to use the identity provider: what follows is shown first, and
whoever changes it proves who is asking.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView
from cte_portal.accounts.duties import duty, emergency
from cte_portal.accounts.duties.duty import Reach
from cte_portal.accounts.models import User
from cte_portal.accounts.people.authority import Authority
from cte_portal.accounts.people.forms import FactorForm
from cte_portal.pages.previewed import PreviewedAction
from cte_portal.pages.typed import paged
from cte_portal.plugs import directory

ON_A_PAGE = 50


def _needs_provider() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404("There is no identity provider.")


class NameForm(FactorForm):
    """Whose account is to be an emergency account."""

    username = forms.CharField(
        label="User name",
        max_length=150,
        help_text="an OPI Administrator with a password and an authenticator app",
        error_messages={"required": "Enter the user name"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["username", "reason", "proof"]

    def clean_username(self) -> User:
        person = User.objects.filter(username__iexact=self.cleaned_data["username"]).first()
        if person is None:
            raise forms.ValidationError("Nobody has this user name")
        return person


class DutyAction(StatewideActionView):
    """Where no provider is set there is nothing to change."""

    capability = Capability.MANAGE_EVERYONE
    form_class = FactorForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _needs_provider()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _needs_provider()
        return super().post(request, *args, **kwargs)

    @property
    def authority(self) -> Authority:
        return Authority(self.person)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def done(self, sentence: str) -> HttpResponse:
        messages.success(self.request, sentence)
        return redirect("sign-on-duties")


class ChangeDuty(PreviewedAction, DutyAction):
    """Of a district, or of everybody."""

    template_name = "accounts/duties/change.html"

    @cached_property
    def reach(self) -> Reach:
        number = self.kwargs.get("district", "")
        if number and number not in dict(directory().districts({number})):
            raise Http404("There is no such district.")
        return Reach(number)

    @cached_property
    def required(self) -> bool:
        """What the page's button brings about."""
        return self.reach.duty is None

    def effects(self) -> list[str]:
        return duty.effects(self.reach, required=self.required)

    def act(self, form: FactorForm) -> HttpResponse | None:
        duty.check(self.reach, required=self.required)
        if not form.confirm().ok:
            return self.form_invalid(form)
        reason = form.cleaned_data["reason"]
        duty.change(self.authority, self.reach, required=self.required, reason=reason)
        label, name = settings.OIDC_LABEL, self.reach.name
        return self.done(
            f"Saved. {label} is required of {name}."
            if self.required
            else f"Saved. {label} is no longer required of {name}."
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page, query = paged(self.request, self.reach.unconnected, ON_A_PAGE)
        return super().get_context_data(
            reach=self.reach, required=self.required, page=page, query=query, **kwargs
        )


class NameEmergencyAccount(DutyAction):
    template_name = "accounts/duties/name.html"
    form_class = NameForm

    def act(self, form: NameForm) -> HttpResponse | None:
        person = form.cleaned_data["username"]
        emergency.check(self.authority, person)
        if not form.confirm().ok:
            return self.form_invalid(form)
        emergency.name(self.authority, person, form.cleaned_data["reason"])
        return self.done(f"Saved. {person.record_name} now has an emergency account.")


class RemoveEmergencyAccount(PreviewedAction, DutyAction):
    template_name = "accounts/duties/remove.html"

    @cached_property
    def named(self) -> User:
        person = emergency.named().filter(pk=self.kwargs["person"]).first()
        if person is None:
            raise Http404("This is not an emergency account.")
        return person

    def effects(self) -> list[str]:
        label, name = settings.OIDC_LABEL, self.named.record_name
        return [
            f"While {label} is away, {name} cannot sign in where {label} is required.",
            f"{name} gets an e-mail.",
        ]

    def act(self, form: FactorForm) -> HttpResponse | None:
        if not self.authority.keeps(self.named):
            raise PermissionDenied
        emergency.check_removal(self.named)
        if not form.confirm().ok:
            return self.form_invalid(form)
        emergency.remove(self.authority, self.named, form.cleaned_data["reason"])
        return self.done(f"Saved. {self.named.record_name} no longer has an emergency account.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = not self.authority.keeps(self.named)
        return super().get_context_data(named=self.named, own=own, **kwargs)
