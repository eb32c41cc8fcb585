"""The worklist as a list that a person works from: narrowed, sorted, with chosen columns, on pages
of 50 or 200, and as a file.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.test import Client

from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.accounts.models import User, ViewEvent
from pathways.models import Course, Roster, School, Section
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.listing import heads, names

PAGE = "/districts/9012/2025/roster-worklist/"
WITH_A_RECORD = f"{PAGE}without-course/"


@pytest.fixture
def desk(client: Client, cottonwood: District_, clerk: User) -> Client:
    """Three students without a record, of grades 12, 9 and 10, and two whose records grew."""
    for number, (last, grade, pathway) in enumerate(
        (("Abbott", "12", HEALTH), ("=Baker", "09", BUSINESS), ("Cole", "10", HEALTH))
    ):
        student = cottonwood.student(f"99900070{number}", last, "Ann")
        student.enrollments.update(grade=grade)
        cottonwood.roster(student, pathway)
    for number, (last, credits) in enumerate((("Dale", 1), ("Ely", 3))):
        student = cottonwood.student(f"99900071{number}", last, "Fay")
        cottonwood.record(student, HEALTH, in_district_credits=Decimal(credits))
    client.force_login(clerk)
    return client


def page(desk: Client, query: str = "", of: str = PAGE) -> str:
    answer = desk.get(of + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_is_sorted_by_each_column_both_ways(desk: Client) -> None:
    assert names(page(desk)) == ["ABBOTT", "=BAKER", "COLE"]
    assert names(page(desk, "?sort=-student")) == ["COLE", "=BAKER", "ABBOTT"]
    assert names(page(desk, "?sort=grade")) == ["=BAKER", "COLE", "ABBOTT"], "9 before 10"
    assert names(page(desk, "?sort=pathway")) == ["=BAKER", "ABBOTT", "COLE"]
    assert names(page(desk, "?sort=-state_id")) == ["COLE", "=BAKER", "ABBOTT"]
    assert names(page(desk, "?sort=-total", WITH_A_RECORD)) == ["ELY", "DALE"]
    assert names(page(desk, "?sort=modified", WITH_A_RECORD)) == ["DALE", "ELY"]
    assert names(page(desk, "?sort=password;drop")) == names(page(desk)), "as listed"
    sorted_page = page(desk, "?sort=-grade&page=1&grade=12")
    assert 'aria-sort="descending"' in sorted_page
    assert re.search(r'href="\?sort=grade&amp;grade=12"', sorted_page), "the filter stays"


def test_it_is_sorted_by_what_courses_and_transcript_say(
    desk: Client, cottonwood: District_
) -> None:
    """Courses as people read them; *not known* before every number; credits as the line counts
    them: of the transcript where it is known, of a course sat in twice once.
    """
    Course.objects.filter(pathway__name=BUSINESS).update(name="ábacus", credits=Decimal("0.75"))
    cole = Roster.objects.get(enrollment__student__last_name="Cole")
    cole.credits_earned = Decimal("1.50")
    cole.save()
    again = Section.objects.create(
        course=cole.section.course, calendar=cole.section.calendar, number="2"
    )
    abbott = Roster.objects.get(enrollment__student__last_name="Abbott")
    Roster.objects.create(section=again, enrollment=abbott.enrollment)
    assert names(page(desk, "?sort=courses"))[0] == "=BAKER"
    assert names(page(desk, "?sort=-courses"))[-1] == "=BAKER"
    assert names(page(desk, "?sort=transcript"))[-1] == "COLE"
    assert names(page(desk, "?sort=-transcript"))[0] == "COLE"
    assert names(page(desk, "?sort=credits")) == ["ABBOTT", "=BAKER", "COLE"]
    html = page(desk, "?sort=-credits")
    assert names(html) == ["COLE", "=BAKER", "ABBOTT"]
    assert re.findall(r'data-label="Credits">([^<]*)<', html) == ["1.50", "0.75", "0.50"]


def test_lists_sort_by_school_too(desk: Client, cottonwood: District_) -> None:
    """By names as people read them: capitals and accents make no difference."""
    School.objects.filter(pk=cottonwood.school.pk).update(name="árbol High")
    assert names(page(desk, "?sort=school&columns=student&columns=school")) == [
        "ABBOTT",
        "=BAKER",
        "COLE",
    ]


def test_a_person_chooses_the_columns(desk: Client) -> None:
    assert heads(page(desk)) == [
        "Choose",
        "Student",
        "State ID",
        "Grade",
        "CTE Pathway",
        "Courses",
        "Transcript",
        "Credits",
        "Open",
    ]
    few = page(desk, "?columns=student&columns=school&columns=nonsense")
    assert heads(few) == ["Choose", "Student", "School", "Open"]
    assert 'value="school" checked' in few and 'value="credits" checked' not in few
    assert heads(page(desk, "?columns=student")) == ["Choose", "Student", "Open"]
    assert heads(page(desk, "?columns=nonsense")) == heads(page(desk))


def test_what_cannot_be_read_finds_nothing_and_says_so(desk: Client, elsewhere: District_) -> None:
    for query in (f"?school={elsewhere.school.pk}", "?grade=99", "?pathway=x"):
        html = page(desk, query)
        assert names(html) == [] and "Choose from the list" in html, query
    html = page(desk, "?since=2025-01-01", WITH_A_RECORD)
    assert names(html) == [] and "Enter the date as MM/DD/YYYY" in html


def test_records_changed_since_a_day(desk: Client, cottonwood: District_) -> None:
    assert "Changed since" not in page(desk), "there is no record yet"
    day = cottonwood.student("999000719", "Late")
    cottonwood.record(day, HEALTH, in_district_credits=Decimal(2)).save()
    everybody = names(page(desk, "", WITH_A_RECORD))
    assert names(page(desk, "?since=01/01/2024", WITH_A_RECORD)) == everybody
    assert names(page(desk, "?since=12/31/2098", WITH_A_RECORD)) == []


def test_two_hundred_on_a_page_and_the_next_ones_are_counted(
    desk: Client, cottonwood: District_
) -> None:
    for number in range(60):
        cottonwood.roster(cottonwood.student(f"9990009{number:02d}", f"Name{number:02d}"), HEALTH)
    assert re.search(r'page=2"\s+rel="next">Next 13</a>', page(desk))
    everybody = page(desk, "?rows=200")
    assert len(names(everybody)) == 63 and 'rel="next"' not in everybody


def test_what_is_shown_goes_out_as_a_file_safe_in_a_spreadsheet(desk: Client, clerk: User) -> None:
    query = "?sort=-student&columns=student&columns=state_id&columns=credits&grade=9"
    html = page(desk, query)
    (address,) = re.findall(r'href="([^"]*/file/csv/[^"]*)"', html)
    answer = desk.get(address.replace("&amp;", "&"))
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert list(csv.reader(io.StringIO(content))) == [
        ["Student", "State ID", "Credits"],
        ["'=BAKER, ANN", "999000701", "0.50"],
    ]
    assert "999000701" not in address and "attachment" in answer["Content-Disposition"]
    book = desk.get(address.replace("&amp;", "&").replace("/csv/", "/xlsx/"))
    with zipfile.ZipFile(io.BytesIO(b"".join(book.streaming_content))) as parts:  # type: ignore[attr-defined]
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"<t[^>]*>([^<]*)</t>", sheet)[-3:] == ["=BAKER, ANN", "999000701", "0.50"]
    assert "<f>" not in sheet
    VIEW_LOG.write()
    views = ViewEvent.objects.filter(user_id=clerk.pk, is_file=True)
    assert [view.page for view in views] == ["roster-worklist-file"]
    assert desk.get(address.replace("&amp;", "&").replace("/csv/", "/pdf/")).status_code == 404


def test_who_may_only_look_is_offered_no_file(desk: Client, client: Client, viewer: User) -> None:
    client.force_login(viewer)
    html = page(client)
    assert names(html) and "/file/" not in html
