"""The forms of sign-in, passwords and the second factor in the portal's words (settings.ACCOUNT_FORMS, MFA_FORMS)."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import PasswordInput

from cte_portal.accounts import second_factor

HINT = "15 characters or more. A few words together are easy to keep in mind; spaces count."


class PortalWords:
    """Labels, hints and messages for the fields that a form has; no placeholders, no browser bubbles."""

    use_required_attribute = False
    words: dict[str, tuple[str, str, str]] = {}
    """Field name to label, hint, message when empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint, empty) in self.words.items():
            field = self.fields[name]  # type: ignore[attr-defined]
            field.label, field.help_text = label, hint
            field.error_messages["required"] = empty
            field.widget.attrs.pop("placeholder", None)


class SignInForm(PortalWords, allauth.LoginForm):  # type: ignore[misc]
    words = {
        "login": ("User name", "", "Enter your user name"),
        "password": ("Password", "", "Enter your password"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update(autocapitalize="none", spellcheck="false", autofocus=not self.is_bound)

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.user and self.user.dormant:
            raise ValidationError("This account was not used for 180 days and is closed. Ask your district administrator.")
        return cleaned


class ConfirmForm(PortalWords, allauth.ReauthenticateForm):  # type: ignore[misc]
    words = {"password": ("Password", "", "Enter your password")}


class ChangePasswordForm(PortalWords, allauth.ChangePasswordForm):  # type: ignore[misc]
    words = {
        "oldpassword": ("Password now", "", "Enter the password you have now"),
        "password1": ("New password", HINT, "Enter a new password"),
        "password2": ("New password again", "", "Enter the new password a second time"),
    }


class ResetPasswordForm(PortalWords, allauth.ResetPasswordForm):  # type: ignore[misc]
    words = {"email": ("E-mail address", "the one the portal knows", "Enter your e-mail address")}


class NewPasswordForm(PortalWords, allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    words = {
        "password1": ("New password", HINT, "Enter a new password"),
        "password2": ("New password again", "", "Enter the new password a second time"),
    }


class CodeInput(PasswordInput):
    """Shows the digits while they are typed, and like a password never sends them back."""

    input_type = "text"


class Code(PortalWords):
    """The field for a code of the authenticator app."""

    words = {"code": ("Code from your authenticator app", "6 digits", "Enter the code")}
    attributes: dict[str, Any] = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget = CodeInput(attrs=self.attributes)  # type: ignore[attr-defined]


class SpentOnce(Code):
    """A code of the app is accepted once, and none older than it after that; its row is held while that is looked at."""

    recovery = True
    """Whether a recovery code serves as well."""

    user: Any
    authenticator: Any
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        with transaction.atomic():
            app = second_factor.app_of(self.user, hold=True)
            step = second_factor.time_step(second_factor.secret_of(app), self.cleaned_data["code"]) if app else None
            refused = second_factor.spent(app, step) if app and step else not self.recovery
            if refused:
                self.cleaned_data["code"] = ""  # counts as any wrong try does
            code = str(super().clean_code())  # type: ignore[misc]
            if self.authenticator.type == Authenticator.Type.TOTP:
                second_factor.spend(self.authenticator, step)
            return code


class SignInCodeForm(SpentOnce, mfa.AuthenticateForm):  # type: ignore[misc]
    words = {"code": ("Code from your app", "or a recovery code", "Enter the code")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = not self.is_bound


class ConfirmCodeForm(SpentOnce, mfa.ReauthenticateForm):  # type: ignore[misc]
    words = SignInCodeForm.words


class SigningCodeForm(SpentOnce, mfa.ReauthenticateForm):  # type: ignore[misc]
    """What stands under a signature comes from the app itself."""

    recovery = False


class ActivateForm(Code, ActivateTOTPForm):  # type: ignore[misc]
    words = {"code": ("Code that the app shows now", "6 digits", "Enter the code that the app shows")}

    @property
    def secret_in_fours(self) -> str:
        secret = str(self.secret)
        return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
