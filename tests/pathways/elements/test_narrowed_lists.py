"""R-DDE-06: lists narrowed by what a district entered for its own elements."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Element, ElementChoice, ElementValue, Pathway, Student
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.listing import names

BASE = "/districts/9012/2025/"


class Club:
    """Abbott's record in Health says FFA, Baker's says DECA, Cole's nothing any more, and Dunn has
    no record. Each record is wrong: 2.50 credits and no concentrator. Nobody sits in a course.
    """

    def __init__(self, client: Client, district: District_) -> None:
        self.client = client
        district.approve(HEALTH, BUSINESS)
        self.element = Element.objects.create(
            district="9012", name="Club", kind="choice", position=1
        )
        self.ffa, self.deca = (
            ElementChoice.objects.create(element=self.element, name=name, position=1)
            for name in ("FFA", "DECA")
        )
        self.students: dict[str, Student] = {}
        for number, last in enumerate(("Abbott", "Baker", "Cole", "Dunn")):
            self.students[last] = district.student(f"99900070{number}", last, "Ann")
            if last != "Dunn":
                wrong = {"in_district_credits": "2.50", "concentrator": False}
                district.record(self.students[last], HEALTH, **wrong)
        for last, text in (("Abbott", "FFA"), ("Baker", "DECA"), ("Cole", "")):
            self.enter(last, HEALTH, text)

    def enter(self, last: str, pathway: str, text: str) -> None:
        ElementValue.objects.create(
            element=self.element,
            student=self.students[last],
            pathway=Pathway.objects.get(name=pathway),
            text=text,
            version=1,
        )

    def shown(self, page: str, part: object = "", **more: object) -> list[str]:
        """Last names on a list, narrowed to a part of the element."""
        element = f"club:{part}" if part else ""
        answer = self.client.get(f"{BASE}{page}", {"element": element, **more})
        assert answer.status_code == 200
        return sorted(set(names(answer.content.decode())))


@pytest.fixture
def club(client: Client, clerk: User, cottonwood: District_) -> Club:
    client.force_login(clerk)
    return Club(client, cottonwood)


LISTS = ("student-list/", "roster-worklist/without-course/", "findings/")


@pytest.mark.parametrize("page", LISTS)
def test_a_list_is_narrowed_to_records_with_a_value(club: Club, page: str) -> None:
    assert club.shown(page, club.ffa.pk) == ["ABBOTT"]
    assert club.shown(page, club.deca.pk) == ["BAKER"]
    assert club.shown(page, "entered") == ["ABBOTT", "BAKER"]
    assert club.shown(page, "blank") == ["COLE"], "a value taken away is blank; no record is none"
    assert len(club.shown(page)) >= 3


@pytest.mark.parametrize("page", LISTS)
def test_a_new_value_shows_at_once(club: Club, page: str) -> None:
    """What a list keeps does not outlive what it was narrowed by."""
    assert club.shown(page, club.ffa.pk) == ["ABBOTT"]
    ElementValue.objects.filter(text="DECA").update(text="FFA")
    assert club.shown(page, club.ffa.pk) == ["ABBOTT", "BAKER"]


@pytest.mark.parametrize("page", LISTS)
def test_an_element_that_is_none_finds_nothing_or_is_passed_over(club: Club, page: str) -> None:
    Element.objects.create(district="0965", name="Band", kind="text", position=1)
    for wrong in ("band:entered", "club:99999", "club:maybe", "x", "club:yes", "club:" + "9" * 30):
        answer = club.client.get(f"{BASE}{page}", {"element": wrong})
        assert answer.status_code == 200, wrong
        assert "Choose from the list" in answer.content.decode(), wrong


def test_the_value_is_the_pathways(club: Club, cottonwood: District_) -> None:
    """What is entered in one record says nothing of the student's other one."""
    cottonwood.record(club.students["Cole"], BUSINESS)
    club.enter("Cole", BUSINESS, "FFA")
    health = Pathway.objects.get(name=HEALTH).pk
    assert club.shown("student-list/", club.ffa.pk) == ["ABBOTT", "COLE"]
    assert club.shown("student-list/", club.ffa.pk, pathway=health) == ["ABBOTT"]


def test_it_stands_where_there_are_elements_and_records_of_the_district(
    club: Club, cottonwood: District_
) -> None:
    """Not at the state, which has none (R-DDE-09), nor where no line has a record."""

    def offered(page: str) -> bool:
        return 'name="element"' in club.client.get(f"{BASE}{page}").content.decode()

    assert all(offered(page) for page in LISTS)
    assert not offered("findings/?at=state") and not offered("roster-worklist/")
    answer = club.client.get(f"{BASE}findings/?at=state&element=club:{club.ffa.pk}")
    assert answer.status_code == 200
    Element.objects.update(is_retired=True)
    assert not any(offered(page) for page in LISTS)


def test_the_student_list_leads_into_the_grid_with_the_same_rows(club: Club) -> None:
    health = Pathway.objects.get(name=HEALTH).pk
    page = f"{BASE}student-list/?pathway={health}&element=club:{club.ffa.pk}"
    (link,) = re.findall(
        r'href="([^"]*cte-roster-entry/\?[^"]*)"', club.client.get(page).content.decode()
    )
    grid = club.client.get(link.replace("&amp;", "&")).content.decode()
    rows = grid.partition("<tbody")[2]
    assert "ABBOTT" in rows and "BAKER" not in rows and "COLE" not in rows
