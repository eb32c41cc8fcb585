"""Where the signed-in person works, for the frame of the page (Plug.standing)."""

from __future__ import annotations

from django.http import HttpRequest

from cte_portal.accounts.access.capabilities import capabilities_of
from cte_portal.accounts.access.reach import (
    active_end_year,
    known_of,
    reachable_districts,
    roles_in,
    school_years,
)
from cte_portal.accounts.access.scoped import LAST_SCOPE
from cte_portal.accounts.models import Role
from cte_portal.editions import Scope
from cte_portal.frame import Standing
from cte_portal.plugs import plugs


def standing(request: HttpRequest) -> Standing:
    """Of a page under a district, that district; of OPI's pages none; of any other page, the one
    that was open last or the only one there is.
    """
    districts = reachable_districts(request)
    years = school_years(request)
    scope: Scope | None = getattr(request, "scope", None)
    statewide = getattr(request, "statewide", False)
    if scope is None and not statewide:
        district, end_year = request.session.get(LAST_SCOPE) or ("", 0)
        if district in {number for number, _ in districts} and end_year in {
            year for year, _ in years
        }:
            scope = Scope(district, end_year)
        elif len(districts) == 1 and (active := active_end_year(request)):
            scope = Scope(districts[0][0], active)
    roles = roles_in(request, scope.district if scope else "")
    offices = _offices(request, scope)
    return Standing(
        scope=scope,
        roles=tuple(str(role.label) for role in roles if not (offices and role is Role.VIEWER))
        + offices,
        person=request.user,
        districts=tuple(districts),
        school_years=tuple(years),
        can=capabilities_of(roles).__contains__,
        can_in=lambda number, capability: capability in capabilities_of(roles_in(request, number)),
        statewide=any(role.is_opi for role in roles) and scope is None,
        known=known_of(request),
    )


def _offices(request: HttpRequest, scope: Scope | None) -> tuple[str, ...]:
    """What the person is in the district beside a user group, Primary certifier perhaps: who holds
    an office and may only look is no mere viewer.
    """
    if scope is None or not request.user.is_authenticated:
        return ()
    offices: dict[str, tuple[str, ...]] = request.__dict__.setdefault(
        "offices", {}
    )  # a page asks where the person stands more than once
    if scope.district not in offices:
        offices[scope.district] = tuple(
            office
            for plug in plugs()
            for office_of in plug.offices
            if (office := office_of(scope.district, request.user))
        )
    return offices[scope.district]
