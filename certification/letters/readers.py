"""The people who get e-mails about a district's certification."""

from __future__ import annotations

from collections.abc import Iterable

from certification.models import Certifier
from cte_portal.accounts.models import Membership, Role, User
from cte_portal.folding import Folded


def readers(numbers: Iterable[str]) -> dict[str, list[User]]:
    """District → who is written to about its certification: the active certifiers, or, while nobody
    is named, its District Administrators.
    """
    certifiers = certifiers_of(numbers)
    return certifiers | administrators_of(
        number for number, people in certifiers.items() if not people
    )


def certifiers_of(numbers: Iterable[str]) -> dict[str, list[User]]:
    people: dict[str, list[User]] = {number: [] for number in numbers}
    active = Certifier.objects.active().select_related("user__emergency_account")
    for certifier in active.order_by(
        "level", Folded("user__last_name"), Folded("user__first_name")
    ):
        if certifier.district in people:
            people[certifier.district].append(certifier.user)
    return people


def administrators_of(numbers: Iterable[str]) -> dict[str, list[User]]:
    people: dict[str, list[User]] = {number: [] for number in numbers}
    memberships = Membership.objects.filter(
        role=Role.DISTRICT_ADMINISTRATOR, user__is_active=True
    ).select_related("user__emergency_account")
    for membership in memberships.order_by(Folded("user__last_name"), Folded("user__first_name")):
        if membership.district in people:
            people[membership.district].append(membership.user)
    return people
