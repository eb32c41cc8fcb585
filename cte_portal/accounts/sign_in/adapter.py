"""How allauth behaves here: nobody signs up; people are added."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from cte_portal.accounts.models import KeptForm, SignInEvent, User
from cte_portal.accounts.sign_in import devices, keys, limits, second_factor
from cte_portal.accounts.sign_in.letters import tell_of_change, tell_of_emergency, tell_of_tries
from cte_portal.accounts.sign_in.own_account import dormant_words, note_sign_in
from cte_portal.accounts.sign_in.sessions import ENDED_FOR, LAST_SEEN, SIGNED_IN_AT
from cte_portal.accounts.sign_in.sign_on import mark

Act = SignInEvent.Act
STEP_BY_PROVIDER = "cte_portal.accounts.sign_in.sign_on.stage.SecondStep"

OWN_CHANGES = {
    **dict.fromkeys(
        (f"account/email/password_{word}" for word in ("changed", "set", "reset")),
        "Your password was changed.",
    ),
    "mfa/email/totp_activated": (
        "An authenticator app was set up. From now on, you enter its code after your password."
    ),
    "mfa/email/totp_deactivated": (
        "The authenticator app was removed. You now sign in with your password alone."
    ),
    "mfa/email/recovery_codes_generated": (
        "New recovery codes were created. The old ones no longer work."
    ),
}
"""What people do to their own accounts, by the name that allauth has for it."""


def _account_of(credentials: dict[str, Any]) -> User | None:
    """Whose account the user name opens, as signing in looks for it."""
    return User.objects.filter(username__iexact=credentials.get("username", "")).first()


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Ask your district administrator.",
        "enter_current_password": "This is not your current password",
        "incorrect_password": "This is not your password",
        "too_many_login_attempts": (
            "Too many failed attempts from here. Wait 15 minutes, or choose a new password with "
            "“Forgot your password?”. Your account is not locked."
        ),
        "too_many_proofs": "Too many failed attempts. Wait 15 minutes, then try again.",
        "username_password_mismatch": (
            "The user name or password is incorrect. Check both and try again."
        ),
        "rate_limited": "Too many attempts. Wait a few minutes, then try again.",
    }

    def get_login_stages(self) -> list[str]:
        """Who proved a second factor at the identity provider is not asked for another."""
        own = {"allauth.mfa.stages.AuthenticateStage": STEP_BY_PROVIDER}
        return [own.get(stage, stage) for stage in super().get_login_stages()]

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """For every way in: an account that closed by itself stays closed, and says so."""
        if user.is_active and user.dormant:
            note_sign_in(request, Act.ACCOUNT_CLOSED, user)
            return render(
                request, "account/account_inactive.html", {"sentence": dormant_words(user)}
            )
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        note_sign_in(request, Act.ACCOUNT_CLOSED, user)
        return render(request, "account/account_inactive.html")

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Start the session's clocks, and remember whether forms of this person wait, so that no
        page has to ask for nothing.
        """
        response = super().post_login(request, user, **kwargs)
        request.session[LAST_SEEN] = request.session[SIGNED_IN_AT] = int(time.time())
        request.session.pop(ENDED_FOR, None)
        if KeptForm.objects.filter(user=user).exists():
            request.session["forms_kept"] = True
        devices.remember(request, response, user.username)
        act = self._act(request, user)
        signed_on = mark.of(request) if act is Act.SIGNED_ON else None
        note_sign_in(request, act, user, (signed_on or {}).get("said"))
        if user.confirmed_email != user.email:
            user.confirmed_email = user.email
            user.save(update_fields=["confirmed_email"])
        return response

    def _act(self, request: HttpRequest, user: Any) -> SignInEvent.Act:
        """How the person came in, and what follows where she should have come otherwise."""
        if mark.keep_or_drop(request, user):
            return Act.SIGNED_ON
        way_in = mark.way_in(user)
        if way_in.emergency:
            tell_of_emergency(user)
            return Act.EMERGENCY
        if way_in.required:
            request.session[mark.MUST_BIND] = True
        return Act.SIGNED_IN

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before a password is looked at: whether there were too many wrong ones."""
        self._passwords = limits.passwords(request, credentials.get("username", ""))
        usages = self._passwords.begin()
        if usages is None:
            note_sign_in(request, Act.TOO_MANY_TRIES, _account_of(credentials))
            raise self.validation_error("too_many_login_attempts")
        (self._login_failed_rl_usage,) = (
            usages  # what allauth gives back when the password was right
        )

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """The person is told of it, once the tries are used up or come from everywhere."""
        note_sign_in(request, Act.WRONG_PASSWORD, _account_of(credentials))
        username = credentials.get("username", "")
        everywhere = limits.noticed(request, username)
        if everywhere.begin() is None or self._passwords.exhausted:
            tell_of_tries(username)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has signed in just now need not say so again."""
        fresh = (
            time.time() - self.request.session.get(SIGNED_IN_AT, 0)
            < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        )
        return not fresh and bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """One way for each person: at the identity provider where the session began there, by
        code where there is an authenticator app, else by password.
        """
        if mark.confirms(self.request):
            address = reverse("sign-on-confirm")
            return [{"id": "sign_on", "description": settings.OIDC_LABEL, "url": address}]
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] == "mfa_reauthenticate"] or methods

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Counted by itself: strangers, who can try to sign in, cannot keep a person from
        signing.
        """
        tries = limits.proofs(self.request, user)
        if tries.begin() is None:
            note_sign_in(self.request, Act.TOO_MANY_TRIES, user)
            raise self.validation_error("too_many_proofs")
        right = bool(user.is_active and user.check_password(password))
        if right:
            tries.forget()
        note_sign_in(self.request, Act.PASSWORD_CONFIRMED if right else Act.WRONG_PASSWORD, user)
        return right

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            note_sign_in(request, Act.SIGNED_OUT, request.user)
        super().logout(request)

    def send_notification_mail(
        self, template_prefix: str, user: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Queued with the change that it tells of: no page waits for a mail server."""
        tell_of_change(user, OWN_CHANGES.get(template_prefix, "Your sign-in was changed."))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Signing in and out explains itself; allauth's notes about it would only be in the way."""


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": (
            "This portal requires a second factor for everyone, so it cannot be removed. "
            "For a new phone, ask an administrator to reset it."
        ),
        "cannot_generate_recovery_codes": (
            "Recovery codes come with an authenticator app. Set one up first"
        ),
        "incorrect_code": "This code is incorrect or was already used. Enter the next one",
        "unreadable": (
            "The portal cannot check this code. Ask an administrator to reset your authenticator"
            " app"
        ),
    }

    def encrypt(self, text: str) -> str:
        return keys.close(text)

    def decrypt(self, encrypted_text: str) -> str:
        return keys.opened(encrypted_text)

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def build_totp_svg(self, url: str) -> str:
        return second_factor.picture(url)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not settings.REQUIRE_MFA
