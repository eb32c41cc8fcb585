"""The emergency accounts by which OPI could sign in today, and that the last of them stays while
everybody has to use the identity provider.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings

from cte_portal.accounts.models import Membership, Role, SignOnDuty, User
from cte_portal.accounts.models.password import UNUSABLE
from cte_portal.accounts.models.user import UserQuerySet
from cte_portal.refusals import Refusal


def standing() -> UserQuerySet:
    """The emergency accounts of OPI Administrators that have a password and an authenticator app,
    and so could sign in today. None of them closes by disuse.
    """
    apps = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
    people: UserQuerySet = User.objects.filter(
        emergency_account__isnull=False,
        is_active=True,
        memberships__role=Role.OPI_ADMINISTRATOR,
        pk__in=apps.values("user"),
    )
    return people.exclude(password_end__in=["", UNUSABLE])


def required_of_all() -> bool:
    return bool(settings.OIDC_ISSUER) and SignOnDuty.objects.filter(district="").exists()


def hold() -> None:
    """Until the transaction ends nobody else changes duties or emergency accounts: who counts those
    that stand must not miss one that goes at the same moment. Comes before other accounts are held.
    """
    administrators = Membership.objects.filter(role=Role.OPI_ADMINISTRATOR).values("user")
    accounts = User.objects.select_for_update().filter(pk__in=administrators).order_by("pk")
    list(accounts.values_list("pk"))


def hold_for(person: User) -> None:
    """The same, before somebody loses what an emergency account needs. Every OPI Administrator is
    held so, as another one may be named at the same moment.
    """
    if person.memberships.filter(role=Role.OPI_ADMINISTRATOR).exists():
        hold()


def check_stays(person: User) -> None:
    """Raises a Refusal where this is the last one and has to stay."""
    if not required_of_all():
        return
    accounts = set(standing().values_list("pk", flat=True))
    if accounts == {person.pk}:
        raise Refusal(
            f"This is the last emergency account, and everybody must use {settings.OIDC_LABEL}."
            " Name another one first."
        )
