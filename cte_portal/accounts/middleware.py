"""Sessions end: 30 minutes after the last request, and 12 hours after sign-in. What was typed is kept for the same person."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

from cte_portal.accounts.models import KeptForm
from cte_portal.accounts.sessions import LAST_SEEN, SIGNED_IN_AT

RESOLUTION = 60  # seconds: the last request is written to the session no more often
MOST_BYTES = 100_000
NEVER_KEPT = ("csrfmiddlewaretoken", "password")


class IdleTimeoutMiddleware:
    """Stands behind the CSRF check, so that only the person's own forms are kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if not request.user.is_authenticated:
            return None
        now = int(time.time())
        session = request.session
        idle = now - session.setdefault(LAST_SEEN, now)
        age = now - session.setdefault(SIGNED_IN_AT, now)
        if idle >= settings.SESSION_IDLE_SECONDS or age >= settings.SESSION_COOKIE_AGE:
            return self._end(request)
        if request.headers.get("HX-Request"):  # a page that asks again by itself is nobody's work
            return None
        if idle >= min(RESOLUTION, settings.SESSION_IDLE_SECONDS // 4):
            session[LAST_SEEN] = now
        return None

    def _end(self, request: HttpRequest) -> HttpResponseBase:
        user_id, back = int(request.user.pk or 0), request.get_full_path() if request.method in ("GET", "HEAD") else request.path
        kept = request.method == "POST" and self._keep(request, user_id)
        auth.logout(request)
        request.session["signed_out"] = "kept" if kept else "idle"
        return redirect_to_login(back, resolve_url(settings.LOGIN_URL))

    def _keep(self, request: HttpRequest, user_id: int) -> bool:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES or request.FILES:
            return False
        fields = {name: values for name, values in request.POST.lists() if not name.startswith(NEVER_KEPT)}
        if not fields or len(request.path) > 200:
            return False
        KeptForm.objects.keep(user_id, request.path, fields)
        return True
