"""Many people at once, as a file names them: accounts with their roles and invitations, and roles
for accounts that are there.

What adding one person refuses is refused here too (people.py). The statements do not grow with the
people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import transaction

from cte_portal.accounts import deeds
from cte_portal.accounts.models import AuditEvent, Invitation, Membership, User
from cte_portal.accounts.models.user import plain_address
from cte_portal.accounts.people.authority import Authority, begin

Operation = AuditEvent.Operation
AT_ONCE = 500


@dataclass(frozen=True)
class Newcomer:
    """Somebody without an account, and the (role, district) pairs that the account begins with."""

    username: str
    first_name: str
    last_name: str
    email: str
    roles: tuple[tuple[str, str], ...]


def invite(
    authority: Authority,
    newcomers: Sequence[Newcomer],
    memberships: Iterable[tuple[User, str, str]] = (),
    *,
    reason: str = "",
) -> list[Invitation]:
    """Add the newcomers, and give (person, role, district) to people who are there; all of it or
    nothing.

    Returns the newcomers' invitations. Their links are known to nobody: each is made when its
    e-mail is sent (`InvitationQuerySet.renew`). Raises IntegrityError when somebody was quicker
    with a user name, an address or a role.
    """
    memberships = list(memberships)
    assignments = [(role, district) for newcomer in newcomers for role, district in newcomer.roles]
    with transaction.atomic():
        begin(authority)
        if not all(authority.may_assign(None, role, district) for role, district in assignments):
            raise PermissionDenied
        if not all(
            authority.may_assign(person, role, district) for person, role, district in memberships
        ):
            raise PermissionDenied
        people = User.objects.bulk_create(map(_account, newcomers), batch_size=AT_ONCE)
        assigned = [
            (person, *pair)
            for person, newcomer in zip(people, newcomers, strict=True)
            for pair in newcomer.roles
        ] + memberships
        Membership.objects.bulk_create(
            (
                Membership(user=person, role=role, district=district)
                for person, role, district in assigned
            ),
            batch_size=AT_ONCE,
        )
        entries = [
            deeds.of_person(
                person, Operation.ADD, {}, deeds.words(person), district=authority.district
            )
            for person in people
        ] + [
            deeds.of_role(person, Operation.ADD, role, district)
            for person, role, district in assigned
        ]
        AuditEvent.objects.record(entries, by=authority.actor, reason=reason)
        return Invitation.objects.make_unsent(people, authority.actor.record_name)


def _account(newcomer: Newcomer) -> User:
    return User(
        username=newcomer.username,
        first_name=newcomer.first_name,
        last_name=newcomer.last_name,
        email=plain_address(newcomer.email),
        password=make_password(None),
    )
