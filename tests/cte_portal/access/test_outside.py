"""Access where no row of a district is asked for: the routes, the pages of libraries, the districts
of a person, the roles.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.access.capabilities import CAPABILITIES, Capability
from cte_portal.accounts.access.scoped import ScopedView, StatewideView
from cte_portal.accounts.models import Role, User
from pathways.models import (
    Student,
)
from tests.cte_portal.access.access_matrix import DISTRICT, OTHER, PUBLIC_ROUTES, STATEWIDE
from tests.cte_portal.access.test_access import routes
from tests.fixtures.people import person
from tests.fixtures.records import District_
from tests.pathways.desk import text


def test_every_route_is_in_the_table() -> None:
    assert set(routes()) == set(DISTRICT) | set(OTHER) | set(STATEWIDE)


def test_every_page_of_a_district_is_a_scoped_view_with_a_capability() -> None:
    for name, pattern in routes().items():
        view = getattr(pattern.callback, "view_class", None)
        scoped = view is not None and issubclass(view, ScopedView)
        assert scoped == (name in DISTRICT), name
        if scoped:
            assert isinstance(view.capability, Capability), name
        statewide = view is not None and issubclass(view, StatewideView)
        assert statewide == (name in STATEWIDE and not name.startswith("admin:")), name


@pytest.mark.once
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/pathways/district/",
        "/admin/pathways/district/9012/change/",
        "/accounts/sign-in/",
        "/help/",
    ],
)
def test_e_07_libraries_pages_know_no_other_method_either(
    path: str, method: str, client: Client, opi: User
) -> None:
    """L-17"""
    client.force_login(opi)
    answer = client.generic(method, path)
    assert answer.status_code == 405 and answer["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert "with reference" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    ["students__isnull=0", "students__last_name__startswith=A", "approvals__isnull=1", "name=x"],
)
def test_no_list_of_opi_is_asked_by_address(query: str, client: Client, opi: User) -> None:
    """L-17: `students__isnull` read every student of the state and ended in a 500."""
    client.force_login(opi)
    assert client.get(f"/admin/pathways/district/?{query}").status_code == 400


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(OTHER))
def test_pages_outside_a_district_are_public_only_where_said(
    name: str, client: Client, db: None
) -> None:
    path = (
        reverse(name, kwargs={"uidb36": "1", "key": "set-password"})
        if "from_key" in name and "done" not in name
        else (
            reverse(name, args=["x"])
            if name in ("invitation-link", "self-answer-link")
            else "/admin/pathways/district/9012/"
            if name.startswith("admin:")
            else reverse(name)
        )
    )
    answer = client.get(path)
    wants_sign_in = answer.status_code == 302 and answer["Location"].startswith(
        "/accounts/sign-in/"
    )
    assert wants_sign_in == (name not in PUBLIC_ROUTES) or name == "account_logout"


def test_z_07_switching_districts_is_explicit_and_each_action_is_recorded_in_its_own(
    client: Client, cottonwood: District_, elsewhere: District_, kayla: Student
) -> None:
    both = person("both", "Two", "Districts", (Role.DATA_CLERK, "9012"), (Role.VIEWER, "0965"))
    client.force_login(both)
    home = client.get("/districts/9012/2025/")
    assert "/districts/0965/2025/" in home.content.decode()
    assert "District 9012" in text(home) and "Role Data Clerk" in text(home)
    home = client.get("/districts/0965/2025/")
    assert "Role Viewer" in text(home) and "Role Data Clerk" not in text(home)
    stranger = elsewhere.student("999000444")
    assert (
        client.post(f"/districts/0965/2025/cte-concentrator/{stranger.pk}/new/", {}).status_code
        == 403
    ), "viewer there, clerk here"
    assert client.get("/").headers["Location"] == "/districts/0965/2025/", (
        "the one that was open last"
    )


def test_a_person_without_a_role_is_told_so(
    client: Client, nobody: User, cottonwood: District_
) -> None:
    client.force_login(nobody)
    page = client.get("/", follow=True)
    assert page.status_code == 200
    assert "Cottonwood" not in page.content.decode()


def test_roles_have_the_capabilities_of_the_matrix() -> None:
    editors = {
        role
        for role, capabilities in CAPABILITIES.items()
        if Capability.EDIT_RECORDS in capabilities
    }
    assert editors == {Role.DATA_CLERK, Role.DISTRICT_ADMINISTRATOR}
    readers = {
        role
        for role, capabilities in CAPABILITIES.items()
        if Capability.VIEW_RECORDS in capabilities
    }
    assert readers == set(Role) - {Role.OPI_ADMINISTRATOR, Role.SCHOOL_VIEWER}, (
        "who keeps lists and people sees no student, who is of a school sees that school"
    )
    keepers = {
        role for role, capabilities in CAPABILITIES.items() if Capability.KEEP_LISTS in capabilities
    }
    assert keepers == {Role.OPI_ADMINISTRATOR}
