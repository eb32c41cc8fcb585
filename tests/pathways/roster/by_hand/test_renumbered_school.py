"""A school's number changes, or becomes another school's: its School Viewers stay with the school."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from cte_portal.accounts.models import Membership, User
from pathways.models import Calendar, School, SchoolYear
from tests.fixtures.people import sees_school
from tests.fixtures.records import HEALTH, District_
from tests.pathways.roster.by_hand.conftest import Pages

BASE = "/districts/9012/2025/"


@pytest.fixture
def schools(cottonwood: District_) -> tuple[School, School]:
    """The own one, 0001, with Abbott, and the middle school, 0002, with Dunn."""
    own = School.objects.get(district="9012", number="0001")
    middle = School.objects.create(district_id="9012", number="0002", name="Middle School")
    year = SchoolYear.objects.get(pk=2025)
    calendar = Calendar.objects.create(school=middle, school_year=year, number="1")
    cottonwood.approve(HEALTH)
    cottonwood.record(cottonwood.student("999000701", "Abbott", "Ann"), HEALTH)
    dunn = cottonwood.student("999000702", "Dunn", "Ann")
    dunn.enrollments.update(calendar=calendar)
    cottonwood.record(dunn, HEALTH)
    return own, middle


@pytest.fixture
def office(school_viewer: User) -> Client:
    client = Client()
    client.force_login(school_viewer)
    return client


def exchange(pages: Pages, schools: tuple[School, School]) -> None:
    """The own school becomes 0077, and the middle school gets its number."""
    own, middle = schools
    pages.send("roster-row", "schools", own.pk, number="0077")
    pages.send("roster-row", "schools", middle.pk, number="0001")
    middle.refresh_from_db()
    assert middle.number == "0001"


def test_a_school_viewer_stays_with_the_school(
    office: Client, pages: Pages, schools: tuple[School, School], administrator: User
) -> None:
    """Its old number opens nothing, though another school has it; the list of people names the new
    one; an undo takes it back.
    """
    exchange(pages, schools)
    page = office.get(f"{BASE}schools/0077/").content.decode()
    assert "ABBOTT" in page and "DUNN" not in page
    for rest in ("", "file/csv/"):
        assert office.get(f"{BASE}schools/0001/{rest}").status_code == 404
    assert office.get("/", follow=True).redirect_chain[-1][0] == f"{BASE}schools/0077/"
    desk = Client()
    desk.force_login(administrator)
    people = desk.get(f"{BASE}people/").content.decode()
    assert "School Viewer 0077" in people and "School Viewer 0001" not in people
    pages.undo()
    assert office.get(f"{BASE}schools/0001/").status_code == 404
    assert Membership.objects.get(user__username="pbrook").school == "0077"


def test_an_undo_of_the_change_takes_the_number_back(
    office: Client, pages: Pages, schools: tuple[School, School]
) -> None:
    pages.send("roster-row", "schools", schools[0].pk, number="0077")
    assert office.get(f"{BASE}schools/0077/").status_code == 200
    pages.undo()
    assert office.get(f"{BASE}schools/0001/").status_code == 200
    assert Membership.objects.get(user__username="pbrook").school == "0001"


def test_a_role_for_the_school_that_has_the_number_now_is_another_role(
    office: Client,
    pages: Pages,
    schools: tuple[School, School],
    administrator: User,
    school_viewer: User,
) -> None:
    exchange(pages, schools)
    desk = Client()
    desk.force_login(administrator)
    page = f"{BASE}people/{school_viewer.pk}/"
    give = {"do": "give", "role": "school-viewer", "school": "0001"}
    assert desk.post(page, give).status_code == 302
    content = office.get(f"{BASE}schools/0001/").content.decode()
    assert "DUNN" in content and "ABBOTT" not in content
    again = desk.post(page, {**give, "school": "0077"}).content.decode()
    assert "already has that role" in re.sub(r"\s+", " ", again)
    assert school_viewer.memberships.count() == 2


def test_roles_of_before_are_bound_to_the_school_that_has_their_number(
    school_viewer: User, schools: tuple[School, School], elsewhere: District_
) -> None:
    """One whose school is gone is bound to none."""
    School.objects.create(district_id="0965", number="0009", name="Elsewhere School")
    sees_school(school_viewer, "0002")
    Membership.objects.filter(user=school_viewer).update(school_key=None)
    school_viewer.memberships.create(role="school-viewer", district="9012", school="0009")
    import_module("pathways.migrations.0036_keys_of_viewed_schools").bind(apps, None)
    keys = dict(school_viewer.memberships.values_list("school", "school_key"))
    assert keys == {"0001": schools[0].pk, "0002": schools[1].pk, "0009": None}
