"""The steps of single sign-on: each begins with a button of the portal's own, and ends at one
address, where the answer of the provider is judged.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import LogoutView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from cte_portal.accounts.models import Invitation, SignInEvent, SignOnSession, User
from cte_portal.accounts.sign_in.letters import portal_address
from cte_portal.accounts.sign_in.own_account import note_sign_in
from cte_portal.accounts.sign_in.sign_on import binding, mark, provider, tokens, trip
from cte_portal.accounts.sign_in.sign_on.mark import MUST_BIND

log = logging.getLogger("cte_portal.sign_on")

LINK = "invitation_link"
Act = SignInEvent.Act
STILL_OPEN = "provider-open"
"""In a session that has ended: the provider's could not be ended with it."""


def problem(
    request: HttpRequest, sentence: str, status: int = 403, *, anew: bool = False
) -> HttpResponse:
    """A page that says what happened and where to go on; `anew` where another account there helps."""
    context = {"sentence": sentence, "anew": anew}
    return render(request, "account/sign_on_problem.html", context, status=status)


def away(request: HttpRequest) -> HttpResponse:
    return problem(request, f"{settings.OIDC_LABEL} does not answer. Try again in a minute.", 503)


def own_path(request: HttpRequest, name: str = "next") -> str:
    """A page of the portal that the form names; else the home page."""
    path = request.POST.get(name, "")
    valid = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path[:2000] if valid else "/"


class SignOnView(View):
    """A step that exists only where a provider is set."""

    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.OIDC_ISSUER:
            raise Http404
        try:
            return super().dispatch(request, *args, **kwargs)
        except provider.Away:
            return away(request)


@method_decorator(login_not_required, name="dispatch")
class Begin(SignOnView):
    def post(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(own_path(request))
        anew = bool(request.POST.get("anew"))
        return trip.begin(request, "sign-in", back=own_path(request), anew=anew)


@method_decorator(login_not_required, name="dispatch")
class Invited(SignOnView):
    """For who holds a one-time link: it waits in the session."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if Invitation.objects.by_secret(request.session.get(LINK, "")) is None:
            return render(request, "accounts/invitation_gone.html", status=410)
        return trip.begin(request, "invitation", anew=True)


@method_decorator(reauthentication_required(app="accounts"), name="dispatch")
class Connect(SignOnView):
    """From *Sign-in and security*: who is signed in is bound."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Back from having confirmed the password."""
        return redirect("mfa_index")

    def post(self, request: HttpRequest) -> HttpResponse:
        return trip.begin(request, "connect", back=reverse("mfa_index"), anew=True)


class Confirm(SignOnView):
    """Before something is signed, or changed for oneself: the provider asks the person again."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"next": request.GET.get("next", "/")[:2000]}
        return render(request, "account/sign_on_confirm.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        about = request.POST.get("digest", "")[:64]
        return trip.begin(request, "confirm", back=own_path(request), about=about, anew=True)


@method_decorator(login_not_required, name="dispatch")
class Answer(SignOnView):
    """The provider sends the browser here. What was asked for stands in the session alone."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        label = settings.OIDC_LABEL
        try:
            where, identity, token = trip.finish(request)
        except trip.Canceled:
            return problem(request, f"You did not sign in with {label}.")
        except trip.NotAwaited:
            return problem(
                request, "This page was open for too long, or was used already. Start again."
            )
        except (tokens.Unfit, provider.Rejected) as error:
            log.warning("an answer of the identity provider was refused: %s", error)
            note_sign_in(request, Act.SIGN_ON_REFUSED, request.user)
            return problem(request, f"{label} did not answer as it should. Start again.")
        try:
            match where.why:
                case "invitation":
                    return self.accept(identity, token)
                case "connect":
                    return self.connect(where, identity)
                case "confirm":
                    return self.confirm(where, identity)
                case _:
                    return self.sign_in(where, identity, token)
        except binding.NotBound as refusal:
            note_sign_in(request, Act.SIGN_ON_REFUSED, request.user)
            return problem(request, refusal.sentence)

    def sign_in(self, where: trip.Trip, identity: tokens.Identity, token: str) -> HttpResponse:
        person = binding.account_of(identity)
        if person is None:
            note_sign_in(self.request, Act.SIGN_ON_REFUSED, None)
            return problem(
                self.request,
                f"No account of the portal is connected to this {settings.OIDC_LABEL} account."
                " Use the link in your invitation, or sign in with your password and connect it"
                " under Sign-in and security.",
                anew=True,
            )
        return self.enter(person, where.back, identity, token)

    def accept(self, identity: tokens.Identity, token: str) -> HttpResponse:
        invitation = Invitation.objects.by_secret(self.request.session.get(LINK, ""))
        try:
            if invitation is None:
                raise Invitation.DoesNotExist
            person = binding.accept(invitation, identity)
        except Invitation.DoesNotExist:
            return render(self.request, "accounts/invitation_gone.html", status=410)
        return self.enter(person, "/", identity, token)

    def enter(self, person: User, back: str, identity: tokens.Identity, token: str) -> HttpResponse:
        """Through allauth's own steps: closed accounts, the second factor, the session's clocks."""
        logout(self.request)
        mark.put(self.request, person, identity, token)
        return perform_login(self.request, Login(user=person, redirect_url=back))

    def connect(self, where: trip.Trip, identity: tokens.Identity) -> HttpResponse:
        person = self.request.user
        if not isinstance(person, User):
            return redirect(settings.LOGIN_URL)
        binding.bind(person.pk, identity)
        self.request.session.pop(MUST_BIND, None)
        messages.success(self.request, f"Your account is connected to {settings.OIDC_LABEL}.")
        return redirect(where.back)

    def confirm(self, where: trip.Trip, identity: tokens.Identity) -> HttpResponse:
        """The same person, asked anew, and as strongly as the session began."""
        person = self.request.user
        if not isinstance(person, User):
            return redirect(settings.LOGIN_URL)
        owner = binding.account_of(identity)
        weaker = mark.is_strong(self.request) and not identity.strong
        if owner != person or weaker or not identity.signed_in_since(where.at):
            log.warning("a proof of the identity provider was refused: user=%s", person.pk)
            note_sign_in(self.request, Act.SIGN_ON_REFUSED, person)
            return problem(
                self.request,
                f"{settings.OIDC_LABEL} did not confirm that it is you. Nothing was signed.",
            )
        note_sign_in(self.request, Act.SIGN_ON_CONFIRMED, person, mark.claims_of(identity))
        record_authentication(self.request, person, method="sign_on", reauthenticated=True)
        mark.prove(self.request, identity, path=where.back, about=where.about)
        return redirect(where.back)


class SignOut(LogoutView):
    """The provider's session ends with the portal's, where it can."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        kept, request = mark.of(self.request), self.request
        response: HttpResponse = super().post(*args, **kwargs)
        if kept is None:
            return response
        try:
            page = provider.endpoints().end_session
        except provider.Away:
            page = ""
        if not page:
            request.session["signed_out"] = STILL_OPEN
            return response
        fields = {
            "id_token_hint": kept["token"],
            "client_id": settings.OIDC_CLIENT_ID,
            "post_logout_redirect_uri": portal_address(request, reverse("account_login")),
        }
        return redirect(f"{page}{'&' if '?' in page else '?'}{urlencode(fields)}")


@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class Ended(SignOnView):
    """The provider itself says that somebody signed out there (OpenID Connect Back-Channel
    Logout).
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            subject, session = tokens.ended(request.POST.get("logout_token", "")[:20_000])
        except tokens.Unfit as error:
            log.warning("a logout token was refused: %s", error)
            return JsonResponse({"error": "invalid_request"}, status=400)
        except provider.Away:
            return JsonResponse({"error": "temporarily_unavailable"}, status=503)
        for person in end_sessions(subject, session):
            note_sign_in(request, Act.SIGN_ON_ENDED, person)
        return HttpResponse()


def end_sessions(subject: str, session: str) -> list[User]:
    """The one session that is named, or all of the person's. One whose key has changed since it
    began is ended with all others.
    """
    people: dict[int, User] = {}
    if session:
        rows = SignOnSession.objects.filter(name=session).select_related("user__sign_on")
        for row in rows:
            sign_on = getattr(row.user, "sign_on", None)
            if sign_on is None or sign_on.issuer != settings.OIDC_ISSUER:
                continue
            if subject and sign_on.subject != subject:
                continue
            people[row.user_id] = row.user
            if not Session.objects.filter(session_key=row.session_key).delete()[0]:
                _end_all(row.user)
            row.delete()
        return list(people.values())
    person = User.objects.filter(
        sign_on__issuer=settings.OIDC_ISSUER, sign_on__subject=subject
    ).first()
    if person is None:
        return []
    _end_all(person)
    return [person]


def _end_all(person: User) -> None:
    person.sessions_ended += 1
    person.save(update_fields=["sessions_ended"])
