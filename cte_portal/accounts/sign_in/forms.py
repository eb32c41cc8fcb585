"""The forms of sign-in, passwords and the second factor in the portal's words
(settings.ACCOUNT_FORMS, MFA_FORMS).
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import PasswordInput
from django.http import HttpRequest

from cte_portal.accounts.models import SignInEvent
from cte_portal.accounts.sign_in import letters, limits, own_account, second_factor
from cte_portal.accounts.sign_in.adapter import AccountAdapter
from cte_portal.accounts.sign_in.keys import Unreadable
from cte_portal.accounts.sign_in.sign_on import mark

log = logging.getLogger("cte_portal.sign_in")

HINT = "15 characters or more. Several words are easier to remember; spaces are allowed."


class PortalWords:
    """Labels, hints and messages for the fields that a form has; no placeholders, no browser
    bubbles.
    """

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


class SignInForm(PortalWords, allauth.LoginForm):
    words = {
        "login": ("User name", "", "Enter your user name"),
        "password": ("Password", "", "Enter your password"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs.update(
            autocapitalize="none", spellcheck="false", autofocus=not self.is_bound
        )

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.user and not self.user.is_active:
            own_account.note_sign_in(context.request, SignInEvent.Act.ACCOUNT_CLOSED, self.user)
            raise get_account_adapter().validation_error("account_inactive")
        if self.user and self.user.dormant:
            own_account.note_sign_in(context.request, SignInEvent.Act.ACCOUNT_CLOSED, self.user)
            raise ValidationError(own_account.dormant_words(self.user))
        if self.user and mark.is_required(self.user) and mark.bound(self.user):
            own_account.note_sign_in(context.request, SignInEvent.Act.SIGN_ON_REFUSED, self.user)
            raise ValidationError(
                f"You sign in with {settings.OIDC_LABEL} here, not with a password. Use the button"
                " above."
            )
        return cleaned


class ConfirmForm(PortalWords, allauth.ReauthenticateForm):
    words = {"password": ("Password", "", "Enter your password")}


class ChangePasswordForm(PortalWords, allauth.ChangePasswordForm):
    words = {
        "oldpassword": ("Current password", "", "Enter your current password"),
        "password1": ("New password", HINT, "Enter a new password"),
        "password2": ("New password again", "", "Enter the new password a second time"),
    }


class ResetPasswordForm(PortalWords, allauth.ResetPasswordForm):
    words = {"email": ("E-mail address", "the one in your account", "Enter your e-mail address")}

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        letters.post_password_links(self.users, letters.portal_address(request, "/").rstrip("/"))
        return str(self.cleaned_data["email"])


class NewPasswordForm(PortalWords, allauth.ResetPasswordKeyForm):
    """The password by a link that was mailed."""

    def save(self) -> None:
        with transaction.atomic():
            super().save()
            own_account.chose_by_mail(self.user)

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
    attributes: dict[str, Any] = {
        "inputmode": "numeric",
        "autocomplete": "one-time-code",
        "spellcheck": "false",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget = CodeInput(attrs=self.attributes)  # type: ignore[attr-defined]


class SpentOnce(Code):
    """A code of the app is accepted once, and none older than it after that; its row is held while
    that is looked at.
    """

    recovery = True
    """Whether a recovery code serves as well."""

    user: Any
    authenticator: Authenticator
    cleaned_data: dict[str, Any]

    def tries(self) -> limits.Tries:
        """Within a session, where nobody but the person counts."""
        return limits.proofs(context.request, self.user)

    def clean_code(self) -> str:
        tries = self.tries()
        if tries.begin() is None:
            self._note(SignInEvent.Act.TOO_MANY_TRIES)
            raise ValidationError(
                AccountAdapter.error_messages["too_many_proofs"], code="too_many_proofs"
            )
        code = str(self.cleaned_data["code"])
        try:
            act = self._act_of(code)
        except Unreadable:
            log.error("no key of MFA_KEYS opens an authenticator: user=%s", self.user.pk)
            raise get_adapter().validation_error("unreadable") from None
        self._note(act)
        if act is SignInEvent.Act.WRONG_CODE:
            raise get_adapter().validation_error("incorrect_code")
        tries.forget()
        return code

    def _note(self, act: SignInEvent.Act) -> None:
        own_account.note_sign_in(context.request, act, self.user)

    def _act_of(self, code: str) -> SignInEvent.Act:
        if self._is_of_app(code):
            return SignInEvent.Act.CODE_ACCEPTED
        if self.recovery and self._is_of_recovery(code):
            return SignInEvent.Act.RECOVERY_CODE_USED
        return SignInEvent.Act.WRONG_CODE

    def _is_of_app(self, code: str) -> bool:
        with transaction.atomic():
            app = second_factor.app_of(self.user, hold=True)
            step = second_factor.time_step(second_factor.secret_of(app), code) if app else None
            if app is None or step is None or second_factor.spent(app, step):
                return False
            second_factor.spend(app, step)
        self.authenticator = app
        app.user = self.user
        return True

    def _is_of_recovery(self, code: str) -> bool:
        with transaction.atomic():
            authenticators = Authenticator.objects.select_for_update().filter(
                user_id=self.user.pk, type=Authenticator.Type.RECOVERY_CODES
            )
            codes = authenticators.first()
            if codes is None or not codes.wrap().validate_code(code):
                return False
        self.authenticator = codes
        codes.user = self.user
        return True


class SignInCodeForm(SpentOnce, mfa.AuthenticateForm):
    words = {"code": ("Code from your app", "or a recovery code", "Enter the code")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = not self.is_bound

    def tries(self) -> limits.Tries:
        return limits.codes(context.request, self.user)

    def clean_code(self) -> str:
        """The account may have been closed since the password was entered."""
        if not self.user.is_active:
            self._note(SignInEvent.Act.ACCOUNT_CLOSED)
            raise get_account_adapter().validation_error("account_inactive")
        return super().clean_code()


class ConfirmCodeForm(SpentOnce, mfa.ReauthenticateForm):
    words = SignInCodeForm.words


class SigningCodeForm(SpentOnce, mfa.ReauthenticateForm):
    """What stands under a signature comes from the app itself."""

    recovery = False


class ActivateForm(Code, ActivateTOTPForm):
    words = {
        "code": ("Code that the app shows now", "6 digits", "Enter the code that the app shows")
    }

    @property
    def secret_in_fours(self) -> str:
        secret = str(self.secret)
        return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
