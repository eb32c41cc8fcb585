"""Whether it is still the same person: asked anew where a name is put to something, by allauth's
own checks and under its limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from allauth.core.context import request_context
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from cte_portal.accounts.sign_in.adapter import AccountAdapter
from cte_portal.accounts.sign_in.forms import Code, CodeInput, ConfirmForm, SigningCodeForm
from cte_portal.accounts.sign_in.second_factor import app_of
from cte_portal.accounts.sign_in.sign_on import mark

Method = Literal["password", "totp", "sso"]
TOO_MANY = AccountAdapter.error_messages["rate_limited"]


@dataclass(frozen=True)
class Confirmation:
    """`method` is what was asked for; `sentence` says to the person why it was not enough."""

    ok: bool
    method: Method
    sentence: str = ""
    proof: dict[str, Any] | None = None
    """What the identity provider said, as a signature keeps it; None where it was not asked."""


def method_for(user: Any) -> Method:
    """The app's code from who has an authenticator app, the password from everybody else."""
    return "totp" if app_of(user) else "password"


def method_of(request: HttpRequest) -> Method:
    """The same within a session, which may have begun at the identity provider."""
    return "sso" if mark.confirms(request) else method_for(request.user)


def confirm(request: HttpRequest, typed: str, about: str = "") -> Confirmation:
    """Check what the signed-in person typed. A code that was right is spent, so this comes after
    everything else has been checked, and outside of a transaction that may still be taken back.
    What was typed is neither kept nor logged. `about` is what the page shows that is signed.
    """
    if request.method != "POST":
        raise ValueError("allauth's limits count a POST alone.")
    method = method_of(request)
    if method == "sso":
        proved = mark.spend(request, about)
        if proved is None:
            return Confirmation(False, method, unproved_words())
        return Confirmation(True, method, proof=proved)
    with request_context(request):
        if not ratelimit.consume(request, action="reauthenticate", user=request.user):
            return Confirmation(False, method, TOO_MANY)
        form: Any = (
            SigningCodeForm({"code": typed}, user=request.user)
            if method == "totp"
            else ConfirmForm({"password": typed}, user=request.user)
        )
        if not form.is_valid():
            return Confirmation(False, method, next(iter(form.errors.values()))[0])
        if method == "totp":
            form.save()
        else:
            reauthenticate_by_password(request)
    return Confirmation(True, method)


def unproved_words() -> str:
    return f"Confirm with {settings.OIDC_LABEL} first"


class ProofForm(forms.Form):
    """For forms that are signed or need a second look at who sends them: their last field asks for
    the password or the code. When the form is valid, `confirm()` checks it.
    """

    use_required_attribute = False
    purpose = "to sign"
    proof = forms.CharField(strip=False)

    def __init__(self, *arguments: Any, request: HttpRequest, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.request = request
        self.fields["proof"] = field = self.fields.pop("proof")
        if self.method == "sso":
            field.label, field.required = f"Confirm with {settings.OIDC_LABEL}", False
        elif self.method == "totp":
            field.label, field.help_text = (
                f"Code from your authenticator app, {self.purpose}",
                "6 digits",
            )
            field.error_messages["required"] = "Enter the code from your authenticator app"
            field.widget = CodeInput(attrs=Code.attributes)
        else:
            field.label = f"Your password, {self.purpose}"
            field.error_messages["required"] = "Enter your password"
            field.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})

    @cached_property
    def method(self) -> Method:
        return method_of(self.request)

    @property
    def about(self) -> str:
        """What the page shows that is signed with the proof."""
        return ""

    @property
    def proved(self) -> bool:
        """Whether the person has just confirmed at the identity provider."""
        return self.method == "sso" and mark.proof(self.request, self.about)

    def clean_proof(self) -> str:
        if self.method == "sso" and not self.proved:
            raise forms.ValidationError(unproved_words())
        return str(self.cleaned_data["proof"])

    def confirm(self) -> Confirmation:
        """Check the proof of a valid form; what is wrong with it is said at the field."""
        outcome = confirm(self.request, self.cleaned_data["proof"], self.about)
        if not outcome.ok:
            self.add_error("proof", outcome.sentence)
        return outcome
