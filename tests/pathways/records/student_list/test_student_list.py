"""Student List: who is on it, in which order, and what goes out as a file."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import User, ViewEvent
from pathways.models import Calendar, Participation, Pathway, School, SchoolYear
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.listing import file_of, heads, names
from tests.pathways.test_query_counts import at_most

PAGE = "/districts/9012/2025/student-list/"


@pytest.fixture
def desk(client: Client, cottonwood: District_, clerk: User) -> Client:
    """Abbott (12) has two records, Baker (9, another school) sits in a course, Cole (10) has none."""
    students = {}
    for number, (last, grade) in enumerate((("Abbott", "12"), ("=Baker", "09"), ("Cole", "10"))):
        students[last] = cottonwood.student(f"99900070{number}", last, "Ann")
        students[last].enrollments.update(grade=grade)
    cottonwood.record(students["Abbott"], HEALTH, concentrator=True)
    cottonwood.record(students["Abbott"], BUSINESS)
    Participation.objects.filter(pathway__name=BUSINESS).update(modified_date="2020-01-01")
    cottonwood.roster(students["=Baker"], HEALTH)
    other = School.objects.create(district_id="9012", number="9002", name="Árbol High")
    calendar = Calendar.objects.create(
        school=other, school_year=SchoolYear.objects.get(pk=2025), number="1"
    )
    students["=Baker"].enrollments.filter(calendar__school_year=2025).update(calendar=calendar)
    client.force_login(clerk)
    return client


def page(desk: Client, query: str = "") -> str:
    answer = desk.get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_sorted_by_each_column_both_ways(desk: Client) -> None:
    assert names(page(desk)) == ["ABBOTT", "=BAKER", "COLE"]
    assert names(page(desk, "?sort=-student")) == ["COLE", "=BAKER", "ABBOTT"]
    assert names(page(desk, "?sort=grade")) == ["=BAKER", "COLE", "ABBOTT"], "9 before 10"
    assert names(page(desk, "?sort=school")) == ["=BAKER", "ABBOTT", "COLE"], "Á with A"
    assert names(page(desk, "?sort=-records")) == ["ABBOTT", "=BAKER", "COLE"]
    assert names(page(desk, "?sort=modified")) == ["=BAKER", "COLE", "ABBOTT"]
    assert names(page(desk, "?sort=-state_id")) == ["COLE", "=BAKER", "ABBOTT"]


def test_it_is_narrowed_by_school_grade_pathway_record_and_day(
    desk: Client, elsewhere: District_
) -> None:
    health = Pathway.objects.get(name=HEALTH).pk
    business = Pathway.objects.get(name=BUSINESS).pk
    school = School.objects.get(name="Árbol High").pk
    today = f"{timezone.localdate():%m/%d/%Y}"
    for query, expected in (
        ("?grade=10", ["COLE"]),
        (f"?school={school}", ["=BAKER"]),
        ("?without_record=on", ["=BAKER", "COLE"]),
        (f"?pathway={health}", ["ABBOTT", "=BAKER"]),
        (f"?pathway={health}&without_record=on", ["=BAKER"]),
        (f"?pathway={business}", ["ABBOTT"]),
        (f"?since={today}", ["ABBOTT"]),
        (f"?since={today}&pathway={business}", []),
        (f"?school={elsewhere.school.pk}", []),
        ("?since=x", []),
        ("?school=%00&pathway=99999999999&grade=%00&rows=9&sort=x&page=-3", []),
    ):
        assert names(page(desk, query)) == expected, query
    assert "Choose from the list" in page(desk, f"?school={elsewhere.school.pk}")


def test_a_row_says_pathways_and_leads_to_the_student(desk: Client) -> None:
    html = page(desk)
    (row,) = re.findall(r"<tr>(?:(?!<tr>).)*ABBOTT.*?</tr>", html, re.DOTALL)
    assert "Business Management, Health Professions" in row and "/cte-concentrator/" in row
    assert heads(html)[-1] == "Concentrator in" and "Modified" not in heads(html)
    assert heads(page(desk, "?columns=student&columns=modified")) == ["Student", "Modified"]


def test_it_costs_as_many_statements_for_two_hundred_as_for_three(
    desk: Client, cottonwood: District_
) -> None:
    page(desk)
    with at_most(22):
        page(desk, "?rows=200&sort=school&grade=12")
    for number in range(60):
        student = cottonwood.student(f"9990009{number:02d}", f"Name{number:02d}")
        if number % 2:
            cottonwood.record(student)
    with at_most(22):
        html = page(desk, "?rows=200&sort=school&grade=12")
    assert len(names(html)) == 61
    assert re.search(r"rel=\"next\">Next 13</a>", page(desk))


def test_what_is_shown_goes_out_as_a_file_and_is_noted(desk: Client, clerk: User) -> None:
    query = "?sort=-student&columns=student&columns=state_id&columns=pathways&rows=50"
    (address,) = re.findall(r'href="([^"]*/file/csv/[^"]*)"', page(desk, query))
    assert file_of(desk.get(address.replace("&amp;", "&"))) == [
        ["Student", "State ID", "CTE Pathways"],
        ["COLE, ANN", "999000702", ""],
        ["'=BAKER, ANN", "999000701", ""],
        ["ABBOTT, ANN", "999000700", "Business Management, Health Professions"],
    ]
    assert desk.get(f"{PAGE}file/pdf/").status_code == 404
    VIEW_LOG.write()
    views = ViewEvent.objects.filter(user_id=clerk.pk, is_file=True)
    assert [view.page for view in views] == ["student-list-file"]


def test_who_may_only_look_takes_no_file(client: Client, desk: Client, viewer: User) -> None:
    client.force_login(viewer)
    assert names(page(client)) and "/file/" not in page(client)
    assert client.get(f"{PAGE}file/csv/").status_code == 403


def test_a_narrowed_list_leads_into_the_grid_for_exactly_these_students(
    desk: Client, viewer: User
) -> None:
    def grid_of(query: str) -> str:
        link = re.search(r'href="([^"]*/cte-roster-entry/\?[^"]*)"', page(desk, query))
        return html.unescape(link[1]) if link else ""

    health = Pathway.objects.get(name=HEALTH).pk
    address = grid_of(f"?pathway={health}&grade=12")
    assert address.endswith(f"?pathway={health}&grade=12")
    grid = desk.get(address).content.decode()
    assert "ABBOTT" in grid and "BAKER" not in grid and "Grade 12 only" in grid
    assert "BAKER" in desk.get(grid_of("?grade=9")).content.decode()
    for query in ("", "?since=01/01/2025&grade=12", "?without_record=on&grade=9", "?grade=x"):
        assert grid_of(query) == "", "nothing that the grid would show otherwise"
    desk.force_login(viewer)
    assert grid_of("?grade=12") == "", "who enters nothing is not led there"
