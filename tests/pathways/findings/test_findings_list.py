"""The findings as a list that a person works from: narrowed, sorted, its columns, its files, and
the way from one finding to the next of the same list.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import SavedList, User, ViewEvent
from pathways.models import Calendar, Explanation, Participation, Pathway, School, SchoolYear
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.listing import file_of, heads, names
from tests.pathways.desk import text
from tests.pathways.test_query_counts import at_most

PAGE = "/districts/9012/2025/findings/"
LONG_AGO = datetime.date(2016, 8, 29)
CREDITS, START = "CTE-131", "CTE-127"


@pytest.fixture
def desk(client: Client, cottonwood: District_, clerk: User) -> Client:
    """Abbott (12, Business, long ago): a warning; Baker (9, Health, Árbol High) and Cole (10,
    Health): errors.
    """
    for number, (last, grade, pathway) in enumerate(
        (("Abbott", "12", BUSINESS), ("=Baker", "09", HEALTH), ("Cole", "10", HEALTH))
    ):
        student = cottonwood.student(f"99900070{number}", last, "Ann")
        student.enrollments.update(grade=grade)
        wrong = {"start_date": LONG_AGO} if number == 0 else {"in_district_credits": Decimal("2.5")}
        cottonwood.record(student, pathway, **wrong)
    Participation.objects.filter(student__last_name="Abbott").update(modified_date="2020-01-01")
    other = School.objects.create(district_id="9012", number="9002", name="Árbol High")
    calendar = Calendar.objects.create(
        school=other, school_year=SchoolYear.objects.get(pk=2025), number="1"
    )
    baker = Participation.objects.get(student__last_name="=Baker").student
    baker.enrollments.filter(calendar__school_year=2025).update(calendar=calendar)
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
    assert names(page(desk, "?sort=-school")) == ["ABBOTT", "COLE", "=BAKER"]
    assert names(page(desk, "?sort=-level")) == ["ABBOTT", "=BAKER", "COLE"]
    assert names(page(desk, "?sort=rule")) == ["ABBOTT", "=BAKER", "COLE"]
    assert names(page(desk, "?sort=-pathway")) == ["=BAKER", "COLE", "ABBOTT"]
    assert names(page(desk, "?sort=-state_id")) == ["COLE", "=BAKER", "ABBOTT"]
    assert names(page(desk, "?sort=since")) == ["ABBOTT", "=BAKER", "COLE"], "no such sorting"


def test_a_narrowed_list_leads_into_the_grid_of_its_choice(
    desk: Client, client: Client, viewer: User
) -> None:
    health = Pathway.objects.get(name=HEALTH).pk
    words = "Open all records of this choice in CTE Roster Entry"
    here = f"?pathway={health}&grade=10"
    assert words not in page(desk), "the whole district is no choice of the grid"
    assert words not in page(desk, f"{here}&at=state")
    (link,) = re.findall(rf'<a href="([^"]*)">{words}', page(desk, here))
    grid = desk.get(link.replace("&amp;", "&")).content.decode()
    assert "COLE" in grid and "BAKER" not in grid and "ABBOTT" not in grid
    client.force_login(viewer)
    assert words not in page(client, here)


def test_it_is_narrowed_by_school_grade_pathway_rule_level_and_day(
    desk: Client, elsewhere: District_
) -> None:
    health = Pathway.objects.get(name=HEALTH).pk
    school = School.objects.get(name="Árbol High").pk
    today = f"{timezone.localdate():%m/%d/%Y}"
    for query, expected in (
        ("?grade=10", ["COLE"]),
        (f"?school={school}", ["=BAKER"]),
        (f"?pathway={health}", ["=BAKER", "COLE"]),
        (f"?pathway={health}&grade=9", ["=BAKER"]),
        (f"?rule={START}", ["ABBOTT"]),
        ("?level=error", ["=BAKER", "COLE"]),
        (f"?since={today}", ["=BAKER", "COLE"]),
        (f"?since={today}&rule={START}", []),
        (f"?school={elsewhere.school.pk}", []),
        ("?since=x", []),
        ("?level=x", []),
        ("?school=%00&pathway=99999999999&grade=%00&rows=9&sort=x&page=-3", []),
    ):
        assert names(page(desk, query)) == expected, query
    assert "Choose from the list" in page(desk, f"?school={elsewhere.school.pk}")


def test_the_figures_above_stay_those_of_the_district(desk: Client) -> None:
    words = text(page(desk, "?grade=10"))
    assert "Errors 2" in words and "Warnings 1" in words
    none = text(page(desk, "?grade=10&level=warning"))
    assert "No findings match" in none and "No problems found" not in none


def test_the_next_finding_is_that_of_the_same_list(desk: Client) -> None:
    """Sorted by name backwards and narrowed to a pathway: from Cole to Baker, then the end."""
    health = Pathway.objects.get(name=HEALTH).pk
    html = page(desk, f"?pathway={health}&sort=-student&rows=200").replace("&amp;", "&")
    cole = Participation.objects.get(student__last_name="Cole")
    (link,) = re.findall(rf'<a class="btn small" href="([^"]*/{cole.student_id}/[^"]*)"', html)
    assert f"pathway={health}" in link and "sort=-student" in link and "rows=200" in link
    Participation.objects.filter(pk=cole.pk).update(concentrator=True)
    query = link.partition("?")[2].partition("#")[0]
    onward = f"{PAGE}next/{cole.student_id}/{cole.pathway_id}/?{query}"
    baker = Participation.objects.get(student__last_name="=Baker")
    led = desk.get(onward)["Location"]
    assert f"/{baker.student_id}/{baker.pathway_id}/" in led and "sort=-student" in led
    ended = desk.get(f"{PAGE}next/{baker.student_id}/{baker.pathway_id}/?{query}", follow=True)
    assert "That was the end of the list. 1 of its findings is left." in text(ended)
    assert names(ended.content.decode()) == ["=BAKER"], "back in the list as it was narrowed"


def test_all_of_a_rule_are_those_of_the_list(desk: Client, cottonwood: District_) -> None:
    """Who narrowed the list to a grade explains no finding of another grade."""
    student = cottonwood.student("999000709", "Dunn")
    student.enrollments.update(grade="10")
    cottonwood.record(student, BUSINESS, start_date=LONG_AGO)
    address = f"{PAGE}{START}/explain/?by=rule&rule={START}&grade=10"
    html = page(desk, f"?by=rule&rule={START}&grade=10").replace("&amp;", "&")
    assert "Explain it" in html and names(html)[-1:] == ["DUNN"]
    form = desk.get(address).content.decode()
    assert "DUNN" in form and "ABBOTT" not in form
    (seen,) = re.findall(r'name="seen" value="(\w+)"', form)
    desk.post(address, {"reason": "Began abroad.", "seen": seen})
    assert [kept.state_id for kept in Explanation.objects.all()] == ["999000709"]


def test_columns_are_chosen(desk: Client) -> None:
    assert heads(page(desk)) == [
        "Student",
        "CTE Pathway",
        "Level",
        "Rule",
        "Found",
        "What you can do",
    ]
    html = page(desk, "?columns=grade&columns=school&columns=modified&level=warning")
    assert heads(html) == ["Student", "Grade", "School", "Modified", "What you can do"]
    (row,) = re.findall(r"<tr id=.*?</tr>", html, re.DOTALL)
    assert "12" in text(row) and "01/01/2020" in row


def test_what_is_shown_goes_out_as_a_file_and_is_noted(desk: Client, clerk: User) -> None:
    query = "?sort=-student&columns=state_id&columns=level&columns=grade&columns=message&rows=50"
    (address,) = re.findall(r'href="([^"]*/file/csv/[^"]*)"', page(desk, query))
    titles, *rows = file_of(desk.get(address.replace("&amp;", "&")))
    assert titles == ["Student", "State ID", "Grade", "Level", "Found"]
    assert [row[:4] for row in rows] == [
        ["COLE, ANN", "999000702", "10", "Error"],
        ["'=BAKER, ANN", "999000701", "9", "Error"],
        ["ABBOTT, ANN", "999000700", "12", "Warning"],
    ]
    assert "Start Date is more than 6 school years" in rows[2][4]
    assert "(Start Date 08/29/2016)" in rows[2][4]
    assert desk.get(f"{PAGE}file/xlsx/").status_code == 200
    assert desk.get(f"{PAGE}file/pdf/").status_code == 404
    VIEW_LOG.write()
    views = ViewEvent.objects.filter(user_id=clerk.pk, is_file=True)
    assert {view.page for view in views} == {"findings-file"}


def test_who_may_only_look_takes_no_file(client: Client, desk: Client, viewer: User) -> None:
    client.force_login(viewer)
    assert "/file/csv/" not in page(client)
    assert client.get(f"{PAGE}file/csv/").status_code == 403


def test_a_list_is_saved_with_its_narrowing(desk: Client) -> None:
    address = f"{PAGE}?by=rule&level=all&rule={START}&grade=12&at=state&again&name=Abbott"
    desk.post("/districts/9012/2025/saved-lists/", {"address": address, "name": "Seniors"})
    assert SavedList.objects.get().query == f"by=rule&level=all&rule={START}&grade=12&at=state"


def test_it_costs_as_many_statements_for_two_hundred_as_for_three(
    desk: Client, cottonwood: District_
) -> None:
    query = "?rows=200&sort=school&grade=12&columns=school&columns=modified"
    page(desk, query)
    with at_most(19):
        page(desk, query)
    for number in range(60):
        student = cottonwood.student(f"9990009{number:02d}", f"Name{number:02d}")
        student.enrollments.update(grade="12")
        cottonwood.record(student, start_date=LONG_AGO)
    page(desk, query)
    with at_most(19):
        html = page(desk, query)
    assert len(names(html)) == 61
