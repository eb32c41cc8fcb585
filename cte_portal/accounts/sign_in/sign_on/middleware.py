"""Whoever has to sign in at the provider, and came by password, connects the account first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from cte_portal.accounts.access.scoped import page_of
from cte_portal.accounts.sign_in.sign_on.mark import MUST_BIND

OPEN = (
    "mfa_index",
    "sign-on-connect",
    "sign-on-answer",
    "account_reauthenticate",
    "account_logout",
    "stay-signed-in",
    "mfa_reauthenticate",
    "mfa_activate_totp",
)
"""Pages that lead there, or away."""


class SignOnMiddleware:
    """Costs no statement: the session remembers it from the sign-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.OIDC_ISSUER or not request.user.is_authenticated:
            return None
        if not request.session.get(MUST_BIND):
            return None
        if not getattr(view, "login_required", True) or page_of(request) in OPEN:
            return None
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(resolve_url("mfa_index"))
        return redirect("mfa_index")
