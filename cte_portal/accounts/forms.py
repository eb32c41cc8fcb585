"""The forms of sign-in and passwords in the portal's words (settings.ACCOUNT_FORMS)."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from django.core.exceptions import ValidationError

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
