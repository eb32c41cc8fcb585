"""Sign-in and security: what a person sees and changes of the own second factor. The views are
allauth's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStage
from allauth.account.views import LoginView, PasswordChangeView, PasswordResetFromKeyView
from allauth.mfa.base.views import IndexView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from cte_portal.accounts.models import SignInEvent, User
from cte_portal.accounts.sign_in import devices, own_account, second_factor
from cte_portal.accounts.sign_in.keys import Unreadable
from cte_portal.accounts.sign_in.sign_on import mark
from cte_portal.accounts.sign_in.sign_on.standing import check_stays, hold_for
from cte_portal.refusals import Refusal

SIGN_INS_SHOWN = 10
NONE, APP = {"Second factor": "none"}, {"Second factor": "authenticator app"}


def readable(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Codes that no key opens are shown to nobody: the page before says that none is left."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Unreadable:
            return redirect("mfa_index")

    return page


def proved(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """allauth asks nothing of who has neither password nor app; the identity provider does."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if mark.confirms(request) and not mark.lately(request):
            address = reverse("sign-on-confirm")
            return redirect(f"{address}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return page


class SignIn(LoginView):
    """Whoever comes back here before the code begins anew, maybe as somebody else."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        clear_login(request)


class Security(IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = SignInEvent.objects.filter(user_id=self.request.user.pk).newest_first()
        return super().get_context_data(
            required=settings.REQUIRE_MFA,
            sign_ins=events[:SIGN_INS_SHOWN],
            sign_on=mark.bound(self.request.user),
            emergency=mark.is_emergency(self.request.user),
            **kwargs,
        )


class ChangePassword(PasswordChangeView):
    """Who has no password, and signs in at the identity provider, has none to change."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and not request.user.has_usable_password():
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)


class NewPassword(PasswordResetFromKeyView):
    """Choose a new password by a link that was mailed. It ends the wait after wrong tries: the
    device counts as the person's own.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        devices.remember(self.request, response, self.reset_user.username)
        return response


class Activate(ActivateTOTPView):
    """Set up the app. What it showed here is spent, and sessions from before, which knew the
    password alone, are over.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if second_factor.app_of(request.user):
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(required=settings.REQUIRE_MFA, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            person = User.objects.select_for_update().get(pk=self.request.user.pk)
            if second_factor.app_of(person):
                return redirect("mfa_index")
            response: HttpResponse = super().form_valid(form)
            app = second_factor.app_of(person)
            if app:
                second_factor.spend(
                    app, second_factor.time_step(form.secret, form.cleaned_data["code"])
                )
            own_account.note(person, NONE, APP)
            person.sessions_ended += 1
            person.save(update_fields=["sessions_ended"])
        update_session_auth_hash(self.request, person)
        return response


class Deactivate(DeactivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        """The app of the last emergency account stays, whoever takes it off."""
        person = self.request.user
        assert isinstance(person, User)  # noqa: S101 - the page is of who is signed in
        try:
            with transaction.atomic():
                hold_for(person)
                check_stays(person)
                response: HttpResponse = super().form_valid(form)
                own_account.note(person, APP, NONE)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return response


class NewRecoveryCodes(GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            own_account.note(self.request.user, {}, {"Recovery codes": "replaced"})
        return response
