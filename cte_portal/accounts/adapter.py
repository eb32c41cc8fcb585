"""How allauth behaves here: nobody signs up; people are added."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from cte_portal.accounts.letters import portal_address
from cte_portal.accounts.models import KeptForm
from cte_portal.accounts.sessions import LAST_SEEN, SIGNED_IN_AT


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Ask your district administrator.",
        "enter_current_password": "This is not the password you have now",
        "incorrect_password": "This is not your password",
        "too_many_login_attempts": "Too many wrong tries. Wait 15 minutes, then try again. Your account is not locked.",
        "username_password_mismatch": "User name or password is not right. Check both and try again.",
        "rate_limited": "Too many tries. Wait some minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Start the session's clocks, and remember whether forms of this person wait, so that no page has to ask for nothing."""
        response = super().post_login(request, user, **kwargs)
        request.session[LAST_SEEN] = request.session[SIGNED_IN_AT] = int(time.time())
        if KeptForm.objects.filter(user=user).exists():
            request.session["forms_kept"] = True
        return response

    def get_reset_password_from_key_url(self, key: str) -> str:
        """A letter's link begins with the portal's own address, whatever the request called it."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)
        return portal_address(self.request, path)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Signing in and out explains itself; allauth's notes about it would only be in the way."""
