"""Whose accounts and roles a person may change, asked by every change of people."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.accounts.models.user import UserQuerySet


@dataclass(frozen=True)
class Authority:
    """Who changes people, and where: in one district, or everywhere (`district` is empty)."""

    actor: User
    district: str = ""

    @property
    def everywhere(self) -> bool:
        return not self.district

    @property
    def roles(self) -> list[Role]:
        """What the actor may give and take: never more than the own role."""
        return [role for role in Role if self.everywhere or not role.is_opi]

    @property
    def people(self) -> UserQuerySet:
        people: UserQuerySet = User.objects.all()
        return people if self.everywhere else people.of_district(self.district)

    def memberships(self, person: User) -> list[Membership]:
        """The person's roles as far as they are the actor's to see."""
        return [
            membership
            for membership in person.memberships.all()
            if self.everywhere or membership.district == self.district
        ]

    def keeps(self, person: User) -> bool:
        """Whether the whole account is the actor's to change: not the own one, and nobody's who
        also works where she has no say.
        """
        if person.pk == self.actor.pk:
            return False
        if self.everywhere:
            return True
        districts = {
            membership.district
            for membership in self.actor.memberships.all()
            if membership.role == Role.DISTRICT_ADMINISTRATOR
        }
        return all(membership.district in districts for membership in person.memberships.all())

    def may_assign(self, person: User | None, role: str, district: str) -> bool:
        if person is not None and person.pk == self.actor.pk:
            return False
        assignable = role in {choice.value for choice in self.roles}
        return assignable and (self.everywhere or district == self.district)


def begin(authority: Authority, person: User | None = None) -> None:
    """Hold the actor and the person, and see that the actor still may: two who close each other at
    once must not both succeed.
    """
    keys = {authority.actor.pk, *([person.pk] if person else [])}
    rows = {
        row.pk: row for row in User.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    }
    actor = rows.get(authority.actor.pk)
    role, district = (
        (Role.OPI_ADMINISTRATOR, "")
        if authority.everywhere
        else (Role.DISTRICT_ADMINISTRATOR, authority.district)
    )
    if (
        actor is None
        or not actor.is_active
        or not actor.memberships.filter(role=role, district=district).exists()
    ):
        raise PermissionDenied
    if person is not None:
        person.refresh_from_db()


def begin_account(authority: Authority, person: User) -> None:
    """The same for a change of the whole account, which must be the actor's to change."""
    begin(authority, person)
    if not authority.keeps(person):
        raise PermissionDenied
