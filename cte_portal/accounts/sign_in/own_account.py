"""What people do to their own accounts, and the account that opens again by a mailed link."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone

from cte_portal.accounts import deeds
from cte_portal.accounts.models import AuditEvent, Role, SignInEvent, User
from cte_portal.accounts.models.proof import Proof
from cte_portal.accounts.sign_in.letters import post
from cte_portal.plugs import only, plugs

Operation = AuditEvent.Operation


def note(person: User, before: dict[str, str], after: dict[str, str]) -> None:
    """What a person did to the own account."""
    AuditEvent.objects.record([deeds.of_person(person, Operation.CHANGE, before, after)], by=person)


def note_sign_in(
    request: HttpRequest, act: SignInEvent.Act, person: object, proof: Proof | None = None
) -> None:
    """A sign-in, a try or a sign-out, with the network address that it came from and what an
    identity provider said of it.
    """
    account = person if isinstance(person, User) else None
    SignInEvent.objects.note(act, account, get_adapter().get_client_ip(request), proof)


def opens_by_mail(person: User) -> bool:
    """Whether a link to the person's address opens the account that nobody used: a certifier needs
    no second person for it.
    """
    districts_of = only(plug.certifies_in for plug in plugs())
    return bool(person.email and person.email == person.confirmed_email and districts_of(person))


def dormant_words(person: User) -> str:
    cure = (
        "Choose a new password with “Forgot your password?”"
        if opens_by_mail(person)
        else "Ask your district administrator"
    )
    return f"This account has not been used for 180 days and is closed. {cure} to open it again."


def chose_by_mail(person: User) -> None:
    """The person has chosen a password by a mailed link. An account that closed by itself opens
    again, and others hear of it.
    """
    note(person, {}, {"Password": "chosen with a link sent by e-mail"})
    if not person.dormant or not opens_by_mail(person):
        return
    since = timezone.localtime(person.unused_since)
    person.opened_at = timezone.now()
    person.save(update_fields=["opened_at"])
    note(
        person,
        {"Account": "closed, unused for 180 days"},
        {"Account": "reopened with a link sent by e-mail"},
    )
    districts_of = only(plug.certifies_in for plug in plugs())
    context = {
        "whose": f"{person.full_name} ({person.username})",
        "since": f"{since:%m/%d/%Y}",
        "districts": ", ".join(districts_of(person)),
    }
    administrators = User.objects.filter(
        memberships__role=Role.DISTRICT_ADMINISTRATOR,
        memberships__district__in=districts_of(person),
        is_active=True,
    ).exclude(email="")
    for recipient in [person, *administrators.exclude(pk=person.pk).distinct()]:
        key = f"reopened:{person.pk}:{person.opened_at:%Y%m%d%H%M%S}"
        post(
            "reopened",
            "CTE Portal: an account was reopened",
            to=recipient,
            key=key,
            context=context,
        )
