"""The people who get e-mails about a district's certification."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar

from django.db.models import QuerySet

from certification.models import Certifier
from certification.status.active_certifiers import active_certifiers
from cte_portal.accounts.models import Membership, Role, User
from cte_portal.folding import Folded
from cte_portal.prepared import prepared


class Reader(Protocol):
    """Somebody who is written to."""

    @property
    def pk(self) -> int: ...

    @property
    def email(self) -> str: ...


class ReaderInShort(NamedTuple):
    """Enough of a person to count who would be written to."""

    pk: int
    email: str
    is_certifier: bool


Person = TypeVar("Person", bound=Reader)
OfDistricts = Callable[[Iterable[str]], dict[str, list[Person]]]


def readers(numbers: Iterable[str]) -> dict[str, list[User]]:
    """District → who is written to about its certification: the active certifiers, or, while nobody
    is named, its District Administrators.
    """
    return _first_named(numbers, certifiers_of, administrators_of)


def readers_in_short(
    numbers: Iterable[str], known: dict[Any, Any]
) -> dict[str, list[ReaderInShort]]:
    """The same people in no order; `known` is what the page knows already."""
    people: dict[str, list[ReaderInShort]] = {number: [] for number in numbers}
    for certifier in active_certifiers(known):
        if certifier.district in people:
            person = ReaderInShort(certifier.user, certifier.email, True)
            people[certifier.district].append(person)
    without = {number for number, certifiers in people.items() if not certifiers}
    for district, pk, email in _administrators() if without else ():
        if district in without:
            people[district].append(ReaderInShort(pk, email, False))
    return people


def _first_named(
    numbers: Iterable[str], certifiers: OfDistricts[Person], administrators: OfDistricts[Person]
) -> dict[str, list[Person]]:
    named = certifiers(numbers)
    return named | administrators([number for number, people in named.items() if not people])


@prepared
def _administrators() -> QuerySet[Membership, tuple[Any, ...]]:
    return _open_administrators().order_by().values_list("district", "user", "user__email")


def _open_administrators() -> QuerySet[Membership]:
    return Membership.objects.filter(role=Role.DISTRICT_ADMINISTRATOR, user__is_active=True)


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
    memberships = _open_administrators().select_related("user__emergency_account")
    for membership in memberships.order_by(Folded("user__last_name"), Folded("user__first_name")):
        if membership.district in people:
            people[membership.district].append(membership.user)
    return people
