"""Who has sent a request, and how far that person reaches: roles, districts, and school years, each
asked once a request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from cte_portal.accounts.access.capabilities import CAPABILITIES, Capability
from cte_portal.accounts.models import Membership, Role, User
from cte_portal.plugs import directory
from cte_portal.prepared import prepared

Answer = TypeVar("Answer")

PAGE = "page"
"""The method and the URL name, among what a page knows."""


def person_of(request: HttpRequest) -> User:
    """The signed-in person. The portal's pages open for nobody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def once_a_request(request: HttpRequest, name: str, ask: Callable[[], Answer]) -> Answer:
    """The answer that the request keeps under a name; `ask` is called where it keeps none yet."""
    answers = request.__dict__
    if name not in answers:
        answers[name] = ask()
    answer: Answer = answers[name]
    return answer


def known_of(request: HttpRequest) -> dict[Any, Any]:
    """What the page has computed so far and its frame need not compute again, with which page it
    is.
    """

    def of_page() -> dict[Any, Any]:
        match = request.resolver_match
        return {PAGE: (request.method, match.view_name if match else "")}

    return once_a_request(request, "known", of_page)


def memberships(request: HttpRequest) -> list[Membership]:
    """The signed-in person's roles; asked once a request."""
    return once_a_request(
        request, "portal_memberships", lambda: _memberships_of(person_of(request).pk)
    )


@prepared
def _memberships_of(person: int) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person)


def reachable_districts(request: HttpRequest) -> list[tuple[str, str]]:
    """(number, name) of the districts the person may enter: the own ones, or all for who sees
    records everywhere.
    """

    def districts() -> list[tuple[str, str]]:
        everywhere = can_statewide(request, Capability.VIEW_RECORDS)
        numbers = (
            None
            if everywhere
            else {membership.district for membership in memberships(request)} - {""}
        )
        return directory().districts(numbers) if everywhere or numbers else []

    return once_a_request(request, "portal_districts", districts)


def school_years(request: HttpRequest) -> list[tuple[int, bool]]:
    """(end year, whether it is the active one), newest first; asked once a request."""
    return once_a_request(request, "portal_school_years", lambda: directory().school_years())


def active_end_year(request: HttpRequest) -> int | None:
    return next((end_year for end_year, active in school_years(request) if active), None)


def roles_in(request: HttpRequest, district: str) -> list[Role]:
    """The person's roles that hold in a district, strongest first."""
    values = {
        membership.role
        for membership in memberships(request)
        if membership.district == district or Role(membership.role).is_opi
    }
    return [role for role in Role if role.value in values]


def schools_in(request: HttpRequest, district: str) -> dict[int | None, str]:
    """Number by key of the schools of the district that the person sees as their School Viewer. A
    school that is gone has None as its key.
    """
    return {
        membership.school_key: membership.school
        for membership in memberships(request)
        if membership.district == district and membership.school
    }


def can_statewide(request: HttpRequest, capability: Capability) -> bool:
    """Whether a role that holds in every district gives the capability."""
    return any(capability in CAPABILITIES[role] for role in roles_in(request, "") if role.is_opi)
