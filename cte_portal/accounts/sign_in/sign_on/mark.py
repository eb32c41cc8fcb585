"""What a session remembers of the provider: that it began there, how, and what was proved there
since.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone

from cte_portal.accounts.models import (
    EmergencyAccount,
    Membership,
    SignOn,
    SignOnDuty,
    SignOnSession,
    User,
)
from cte_portal.accounts.models.proof import Proof
from cte_portal.accounts.sign_in.second_factor import app_of
from cte_portal.accounts.sign_in.sessions import SIGNED_IN_AT
from cte_portal.accounts.sign_in.sign_on.tokens import Identity

MARK, MUST_BIND, PROOF = "signed_on", "sign_on_must_bind", "sign_on_proof"
PROOF_SECONDS = 300
"""How long a proof waits for the form that it was given for."""


def put(request: HttpRequest, person: User, identity: Identity, token: str) -> None:
    """Before the sign-in goes on; it holds for this person alone."""
    request.session[MARK] = {
        "user": person.pk,
        "strong": identity.strong,
        "session": identity.session,
        "token": token,
        "said": claims_of(identity),
    }


def claims_of(identity: Identity) -> Proof:
    """As it is kept with a sign-in and with a signature."""
    return {
        "issuer": identity.issuer,
        "auth_time": identity.signed_in_at,
        "acr": identity.acr,
        "amr": list(identity.amr),
    }


def of(request: HttpRequest) -> dict[str, Any] | None:
    """The mark of the session, if it began at the provider that is set."""
    mark = request.session.get(MARK) if settings.OIDC_ISSUER else None
    return mark if isinstance(mark, dict) else None


def is_strong(request: HttpRequest) -> bool:
    """Whether the provider asked for a second factor when the session began."""
    mark = of(request)
    return bool(mark and mark["strong"])


def confirms(request: HttpRequest) -> bool:
    """Whether the provider is asked who it is within the session: unless the person's own app
    stands for a second factor that the provider did not ask for.
    """
    kept = of(request)
    return bool(kept and (kept["strong"] or not app_of(request.user)))


def lately(request: HttpRequest) -> bool:
    """Whether the person signed in, or confirmed, a short time ago."""
    records = get_authentication_records(request, request.user)
    moments = [record["at"] for record in records if record.get("reauthenticated")]
    newest = max([request.session.get(SIGNED_IN_AT, 0), *moments])
    return bool(time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def keep_or_drop(request: HttpRequest, person: User) -> bool:
    """At the end of a sign-in: whether it came by the provider, and is this person's. One that
    stopped half way, before somebody else took a password, is not.
    """
    mark = of(request)
    if mark is None or mark["user"] != person.pk:
        request.session.pop(MARK, None)
        return False
    if mark["session"]:
        SignOnSession.objects.create(
            user=person,
            name=mark["session"],
            session_key=request.session.session_key or "",
            began_at=timezone.now(),
        )
    return True


def bound(person: User) -> SignOn | None:
    """The person at the provider that is set."""
    if not settings.OIDC_ISSUER:
        return None
    return SignOn.objects.filter(user_id=person.pk, issuer=settings.OIDC_ISSUER).first()


class WayIn(NamedTuple):
    """How the person may sign in, by OPI's word."""

    emergency: bool
    """By password, for the day when the provider is away."""
    required: bool
    """At the provider alone, because of where she works."""

    @property
    def provider(self) -> bool:
        return bool(settings.OIDC_ISSUER) and not self.emergency

    @property
    def password(self) -> bool:
        return not self.required


def way_in(person: User) -> WayIn:
    """In one statement."""
    if not settings.OIDC_ISSUER:
        return WayIn(emergency=False, required=False)
    named = EmergencyAccount.objects.filter(user=OuterRef("pk"))
    places = Membership.objects.filter(user=person).values("district")
    duties = SignOnDuty.objects.filter(Q(district="") | Q(district__in=places))
    rows = User.objects.filter(pk=person.pk).values_list(Exists(named), Exists(duties))
    emergency, required = rows.first() or (False, False)
    return WayIn(emergency, required and not emergency)


def is_emergency(person: User) -> bool:
    return way_in(person).emergency


def is_required(person: User) -> bool:
    return way_in(person).required


def prove(request: HttpRequest, identity: Identity, *, path: str, about: str) -> None:
    """What the token said is kept with it, for the signature that it is given for."""
    kept = {"path": path, "about": about, "at": time.time(), "said": claims_of(identity)}
    request.session[PROOF] = kept


def proof(request: HttpRequest, about: str) -> bool:
    """Whether the person has just proved, for this page and what stands on it, who she is."""
    kept = request.session.get(PROOF)
    return (
        isinstance(kept, dict)
        and "said" in kept  # a proof from before an upgrade is asked for again
        and kept["path"] == request.path
        and kept["about"] == about
        and time.time() - kept["at"] < PROOF_SECONDS
    )


def spend(request: HttpRequest, about: str) -> dict[str, Any] | None:
    """The same, once: what the provider said, or None where nothing was proved."""
    valid = proof(request, about)
    kept = request.session.pop(PROOF, None)
    return dict(kept["said"]) if valid else None
