"""Emergency accounts: OPI Administrators who keep a password for the day when the identity provider
is away. Nobody names their own account.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cte_portal.accounts import deeds
from cte_portal.accounts.models import (
    AuditEvent,
    EmergencyAccount,
    Role,
    SignOn,
    User,
)
from cte_portal.accounts.models.user import UserQuerySet
from cte_portal.accounts.people.authority import Authority, begin_account
from cte_portal.accounts.sign_in.letters import tell_of_change
from cte_portal.accounts.sign_in.second_factor import app_of
from cte_portal.accounts.sign_in.sign_on.standing import hold, required_of_all, standing
from cte_portal.refusals import Refusal

FEWEST = 2
"""How many must stand while everybody has to use the provider."""


def named() -> UserQuerySet:
    """Whose accounts are named, by name."""
    people: UserQuerySet = User.objects.filter(emergency_account__isnull=False)
    return people.select_related("emergency_account").listed()


def check(authority: Authority, person: User) -> None:
    """Raises a Refusal where the account cannot be one."""
    label = settings.OIDC_LABEL
    if not authority.keeps(person):
        raise Refusal("Another OPI Administrator names your account.")
    if not person.memberships.filter(role=Role.OPI_ADMINISTRATOR).exists():
        raise Refusal("Only the account of an OPI Administrator can be an emergency account.")
    if not person.is_active or person.dormant:
        raise Refusal("This account is closed. Open it first.")
    if not person.has_usable_password():
        raise Refusal("This account has no password, so it could not sign in.")
    if app_of(person) is None:
        raise Refusal(
            "This account has no authenticator app. The person sets it up under Sign-in and"
            " security first."
        )
    if SignOn.objects.filter(user=person).exists():
        raise Refusal(
            f"This account is connected to {label}. Disconnect it on the person's page first."
        )
    if EmergencyAccount.objects.filter(user=person).exists():
        raise Refusal("This account is an emergency account already.")


def name(authority: Authority, person: User, reason: str) -> None:
    with transaction.atomic():
        hold()
        begin_account(authority, person)
        check(authority, person)
        EmergencyAccount.objects.create(user=person, since=timezone.now())
        _record(authority, person, "no", "yes", reason)
        tell_of_change(
            person,
            "made your CTE Portal account an emergency account. It signs in with its password, also"
            f" while {settings.OIDC_LABEL} is away, and each use is e-mailed to OPI's"
            " administrators.",
            by=authority.actor,
        )


def check_removal(person: User) -> None:
    """Raises a Refusal where too few would be left."""
    if required_of_all() and standing().exclude(pk=person.pk).count() < FEWEST:
        raise Refusal(
            f"Everybody must use {settings.OIDC_LABEL}, so two emergency accounts must stay. Name"
            " another one first."
        )


def remove(authority: Authority, person: User, reason: str) -> None:
    """The account is like others again. Raises PermissionDenied for one's own."""
    with transaction.atomic():
        hold()
        begin_account(authority, person)
        check_removal(person)
        if not EmergencyAccount.objects.filter(user=person).delete()[0]:
            raise PermissionDenied
        _record(authority, person, "yes", "no", reason)
        tell_of_change(
            person,
            "removed your CTE Portal account from the emergency accounts.",
            by=authority.actor,
        )


def _record(authority: Authority, person: User, before: str, after: str, reason: str) -> None:
    deed = deeds.of_person(
        person,
        AuditEvent.Operation.CHANGE,
        {"Emergency account": before},
        {"Emergency account": after},
    )
    AuditEvent.objects.record([deed], by=authority.actor, reason=reason)
