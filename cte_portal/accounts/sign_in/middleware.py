"""What stands before every page: sessions end 30 minutes after the last request and 12 hours after
sign-in, and who needs a second factor sets it up first. What was typed is kept for the same
person.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from cte_portal.accounts.access.reach import person_of
from cte_portal.accounts.access.scoped import kept_of, page_of
from cte_portal.accounts.models import KeptForm, SignInEvent, User
from cte_portal.accounts.sign_in import devices
from cte_portal.accounts.sign_in.own_account import note_sign_in
from cte_portal.accounts.sign_in.second_factor import app_of
from cte_portal.accounts.sign_in.sessions import ENDED_FOR, LAST_SEEN, SIGNED_IN_AT
from cte_portal.accounts.sign_in.sign_on import mark
from cte_portal.ui.errors import csrf_failure

RESOLUTION = 60  # seconds: the last request is written to the session no more often
MOST_BYTES = 100_000
MOST_OF_ADDRESS = 2000
NEVER_KEPT = ("csrfmiddlewaretoken", "password", "proof", "code")
NOT_TYPED = {
    "do",
    "drop",
    "membership",
    "seen",
    "version",
}  # what buttons and pages send by themselves
WITHOUT_SECOND_FACTOR = (
    "mfa_activate_totp",
    "account_reauthenticate",
    "account_logout",
    "stay-signed-in",
    "sign-on-answer",
)


class IdleTimeoutMiddleware:
    """Stands behind the CSRF check, so that only the person's own forms are kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not request.user.is_authenticated:
            user_id = request.session.get(ENDED_FOR)
            if user_id and request.method == "POST" and keep_typed(request, user_id):
                request.session["signed_out"] = "kept"
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
        user_id, back = int(request.user.pk or 0), request.get_full_path()
        if len(back) > MOST_OF_ADDRESS:
            back = request.path
        kept = request.method == "POST" and keep_typed(request, user_id)
        note_sign_in(request, SignInEvent.Act.SESSION_ENDED, person_of(request))
        auth.logout(request)
        request.session["signed_out"] = "kept" if kept else "idle"
        # What asks by itself (news, another window) may be the request that ends a session. A form
        # that is sent after it is kept all the same.
        request.session[ENDED_FOR] = user_id
        return redirect_to_login(back, resolve_url(settings.LOGIN_URL))


class SecondFactorMiddleware:
    """Where everybody needs a second factor, who has none sets it up before anything else. Stands
    behind the messages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if (
            not settings.REQUIRE_MFA
            or not request.user.is_authenticated
            or not getattr(view, "login_required", True)
        ):
            return None
        if page_of(request) in WITHOUT_SECOND_FACTOR or mark.is_strong(request):
            return None
        if app_of(request.user):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(resolve_url("mfa_activate_totp"))
        if request.method not in ("GET", "HEAD"):
            messages.warning(request, self._told(request))
        return redirect("mfa_activate_totp")

    def _told(self, request: HttpRequest) -> str:
        if not keep_typed(request, int(request.user.pk or 0)):
            return "Nothing was saved. Set up your authenticator app first, then try again."
        request.session["forms_kept"] = True
        return (
            "Nothing was saved. What you typed is kept: set up your authenticator app first, then"
            " open the page again."
        )


def sent_with_an_old_token(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form whose token is not that of today's sign-in, as of a window that stayed open while the
    person signed in again in another one: nothing is done, and where its page keeps what is typed,
    it is there again. The browser says that the form is the portal's own; from elsewhere nothing is
    kept. Nor is it on a desk that several people share: the window may be that of another one, who
    would not have sent it.
    """
    is_own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    person = request.user
    if (
        is_own
        and isinstance(person, User)
        and not devices.is_shared(request, person.username)
        and keep_typed(request, person.pk)
    ):
        request.session["forms_kept"] = True
        return redirect(request.get_full_path())
    return csrf_failure(request, reason)


def keep_typed(request: HttpRequest, user_id: int) -> bool:
    """Keep the form that was sent, but for secrets, until its page is opened again: of pages alone
    that show it again.
    """
    beginning = kept_of(request)
    if (
        beginning is None
        or int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES
        or request.FILES
        or len(request.path) > 200
    ):
        return False
    fields = {
        _storable(name): [_storable(value) for value in values]
        for name, values in request.POST.lists()
        if name.startswith(beginning) and not name.startswith(NEVER_KEPT)
    }
    if not any(
        value.strip()
        for name, values in fields.items()
        if name not in NOT_TYPED
        for value in values
    ):
        return False
    KeptForm.objects.keep(user_id, request.path, fields)
    return True


def _storable(text: str) -> str:
    """PostgreSQL keeps no zero byte in JSON: a mark stands in its place."""
    return text.replace("\x00", "\ufffd")
