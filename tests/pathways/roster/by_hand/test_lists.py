"""The lists of roster data, rosters by hand, and the page that ends enrollments."""

from __future__ import annotations

import datetime
import re

import pytest
from pytest_django import Settings

from pathways.models import (
    EndStatus,
    Enrollment,
    EnrollmentChange,
    Participation,
    Roster,
    Student,
)
from tests.fixtures.records import HEALTH, District_
from tests.pathways.roster.by_hand.conftest import Pages

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def test_students_are_searched_without_a_name_in_the_address(
    pages: Pages, kayla: Student, cottonwood: District_
) -> None:
    cottonwood.student("999000600", "Zeta", enrolled=False)
    answer = pages.client.post(pages.address("roster-students"), {"q": "zeta"})
    page = answer.content.decode()
    assert "ZETA" in page and "ANDERSON" not in page and "Not enrolled" in page
    assert answer.request["QUERY_STRING"] == ""
    page = pages.client.get(pages.address("roster-students") + "?show=not-enrolled")
    assert "ZETA" in page.content.decode() and "ANDERSON" not in page.content.decode()


def test_a_zero_byte_is_no_error(pages: Pages, kayla: Student, cottonwood: District_) -> None:
    """Which PostgreSQL does not look for."""
    cottonwood.roster(kayla, HEALTH)
    answer = pages.client.post(pages.address("roster-students"), {"q": "ander\x00son"})
    assert "ANDERSON" in answer.content.decode()
    for school in ("\x00", "x", "٠٠٠١"):
        sections = pages.client.get(pages.address("roster-sections"), {"school": school})
        assert sections.status_code == 200 and sections.context["page"].paginator.count == 1


def test_a_student_is_added_to_a_section_and_dropped(
    pages: Pages, kayla: Student, cottonwood: District_
) -> None:
    cottonwood.roster(cottonwood.student("999000600", "Zeta"), HEALTH)
    section = Roster.objects.get().section
    assert "KAYLA" in pages.send("roster-section", section.pk, add=kayla.state_id)
    (grid,) = re.findall(r'href="([^"]*)">Enter credits', pages.open("roster-section", section.pk))
    assert "KAYLA" in pages.client.get(grid).content.decode()
    again = pages.send("roster-section", section.pk, add=kayla.state_id)
    assert "already in this section" in again
    line = Roster.objects.get(enrollment__student=kayla)
    assert "1 dropped" in pages.send("roster-section", section.pk, drop=[line.pk])
    assert Roster.objects.count() == 1
    pages.undo()
    assert Roster.objects.filter(pk=line.pk, enrollment__student=kayla).exists()


def test_a_student_of_another_district_and_an_unknown_one_get_the_same_words(
    pages: Pages, kayla: Student, cottonwood: District_, elsewhere: District_
) -> None:
    """R-IMP-25."""
    elsewhere.student("999000700")
    cottonwood.roster(kayla, HEALTH)
    section = Roster.objects.get().section
    answers = [
        pages.send("roster-section", section.pk, add=number).replace(number, "N")
        for number in ("999000700", "999000701")
    ]
    sentences = {
        answer.count("N is not enrolled in calendar 001 of this school") for answer in answers
    }
    assert len(sentences) == 1 and sentences != {0}
    assert Roster.objects.count() == 1


def open_ones(cottonwood: District_, number: int) -> list[Enrollment]:
    return [
        cottonwood.student(f"999001{place:03}", f"Last{place:03}").enrollments.get()
        for place in range(number)
    ]


def end(pages: Pages, rows: list[Enrollment], **fields: str) -> str:
    """Preview, then confirm what was shown."""
    address = pages.address("roster-end")
    sent = {
        "rows": [row.pk for row in rows],
        "end_date": "06/06/2025",
        "end_status": "400",
        **fields,
    }
    preview = pages.client.post(address, sent)
    if preview.context["following"] is None:
        return preview.content.decode()
    assert "Nothing has been saved yet" in preview.content.decode()
    assert not Enrollment.objects.exclude(end_date=None).exists()
    sent["seen"] = preview.context["following"]["seen"]
    return pages.client.post(address, sent, follow=True).content.decode()


def test_three_of_many_are_ended_and_brought_back(pages: Pages, cottonwood: District_) -> None:
    """R-IMP-02."""
    rows = open_ones(cottonwood, 30)
    before = list(Enrollment.objects.order_by("pk").values())
    page = end(pages, rows[:3])
    assert "3 enrollments ended on 06/06/2025" in page
    assert Enrollment.objects.filter(end_date="2025-06-06", end_status="400").count() == 3
    assert EnrollmentChange.objects.filter(operation="update").count() == 3
    pages.undo()
    assert list(Enrollment.objects.order_by("pk").values()) == before


def test_a_list_is_ended_whole_with_its_other_pages(
    pages: Pages, cottonwood: District_, kayla: Student
) -> None:
    """All that the filter lists, and nobody else."""
    others = open_ones(cottonwood, 103)
    Enrollment.objects.update(grade="12")
    Enrollment.objects.filter(pk=others[-1].pk).update(grade="09")
    address = f"{pages.address('roster-end')}?grade=12"
    sent = {"whole": "on", "end_date": "06/06/2025", "end_status": "400", "number": "103"}
    preview = pages.client.post(address, sent)
    assert "All 103 in this list, including other pages" in preview.content.decode()
    assert "103 enrollments end on 06/06/2025." in preview.content.decode()
    sent["seen"] = preview.context["following"]["seen"]
    kayla.enrollments.update(grade="11")
    again = pages.client.post(address, sent).content.decode()
    assert "102 enrollments end on 06/06/2025." in again, "the list has moved"
    assert not EnrollmentChange.objects.exists()
    kayla.enrollments.update(grade="12")
    assert "103 enrollments ended" in pages.client.post(address, sent, follow=True).content.decode()
    assert list(Enrollment.objects.filter(end_date=None)) == [others[-1]]


def test_a_list_that_others_have_emptied_is_not_ended_whole(
    pages: Pages, cottonwood: District_
) -> None:
    open_ones(cottonwood, 3)
    Enrollment.objects.update(grade="12")
    assert "other pages" not in pages.open("roster-end")
    sent = {"whole": "on", "end_date": "06/06/2025", "end_status": "400", "number": ""}
    page = pages.client.post(f"{pages.address('roster-end')}?grade=09", sent).content.decode()
    assert "This list has no open enrollment any more" in page
    assert "Nothing has been saved yet" not in page and "0 enrollments end" not in page


def test_many_are_ended_with_a_code_of_the_list_alone(pages: Pages, cottonwood: District_) -> None:
    EndStatus.objects.filter(code="140").update(last_year=2024)
    rows = open_ones(cottonwood, 1)
    for code in ("140", "999"):
        assert "Select an end status from OPI" in end(pages, rows, end_status=code)
    assert not EnrollmentChange.objects.exists()


def test_more_than_a_tenth_of_a_school_needs_the_number_typed(
    pages: Pages, cottonwood: District_
) -> None:
    """R-IMP-03: 11 of 100 are held, 10 of 100 are not."""
    rows = open_ones(cottonwood, 100)
    held = end(pages, rows[:11])
    assert "Enter 11 to confirm" in held
    label = held.partition("Number of enrollments")[2].partition("<input")[0]
    assert label
    assert "optional" not in label
    assert "Enter 11 to confirm" in end(pages, rows[:11], number="12")
    assert not EnrollmentChange.objects.exists()
    assert "10 enrollments ended" in end(pages, rows[:10])
    Enrollment.objects.update(end_date=None, end_status="")
    assert "11 enrollments ended" in end(pages, rows[:11], number="11")


def test_how_much_may_end_is_a_setting(
    pages: Pages, cottonwood: District_, settings: Settings
) -> None:
    """R-IMP-03: never fewer than 6."""
    rows = open_ones(cottonwood, 20)
    settings.ROSTER_ENDED_PERCENT = 50
    assert "more than 50% of a school" in end(pages, rows[:11])
    settings.ROSTER_ENDED_PERCENT = 60
    assert "11 enrollments ended" in end(pages, rows[:11])
    Enrollment.objects.update(end_date=None, end_status="")
    settings.ROSTER_ENDED_PERCENT = 0
    assert "5 enrollments ended" in end(pages, rows[:5])


def test_what_leaves_the_collection_is_named_first(
    pages: Pages, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.record(kayla)
    own = kayla.enrollments.get()
    own.start_date = datetime.date(2024, 5, 1)
    own.save()
    sent = {"rows": [own.pk], "end_date": "06/01/2024"}
    page = pages.client.post(pages.address("roster-end"), sent).content.decode()
    assert "1 CTE record leaves the collection of 2024-25" in page
    assert "ANDERSON, KAYLA" in page and HEALTH in page
    assert Participation.objects.in_scope(cottonwood.scope).count() == 1
    late = {"rows": [own.pk], "end_date": "04/01/2024"}
    page = pages.client.post(pages.address("roster-end"), late).content.decode()
    assert "would end before it starts" in page


def test_a_confirmation_of_something_else_is_shown_again(
    pages: Pages, cottonwood: District_
) -> None:
    rows = open_ones(cottonwood, 20)
    address = pages.address("roster-end")
    sent = {"rows": [rows[0].pk], "end_date": "06/06/2025"}
    seen = pages.client.post(address, sent).context["following"]["seen"]
    other = {**sent, "rows": [rows[1].pk], "seen": seen}
    assert "Nothing has been saved yet" in pages.client.post(address, other).content.decode()
    assert not EnrollmentChange.objects.exists()


def test_lists_show_schools_sections_and_a_student(
    pages: Pages, cottonwood: District_, kayla: Student
) -> None:
    cottonwood.roster(kayla, HEALTH)
    assert cottonwood.school.name in pages.open("roster-schools")
    assert HEALTH in pages.open("roster-sections")
    assert "section" in pages.open("roster-student", kayla.pk)
    data = pages.open("roster-data")
    assert "Open schools and calendars" in data and "End enrollments" in data


@pytest.mark.parametrize("key", ["9" * 30, str(2**63), "x", "-1", "1\x00", "0"])
def test_a_key_that_no_row_can_have_is_refused_in_words(
    pages: Pages, cottonwood: District_, kayla: Student, key: str
) -> None:
    """SQLite would end in an error over the largest of them."""
    section = cottonwood.roster(kayla, HEALTH).section
    sent = {"step": "enroll", "start_date": "09/01/2024", "end_date": "05/01/2025"}
    for address in (
        pages.address("roster-end"),
        pages.address("roster-new-year"),
        pages.address("roster-section", section.pk),
    ):
        answer = pages.client.post(address, {**sent, "rows": key, "chosen": key, "drop": key})
        assert answer.status_code == 200, address
    assert section.rosters.count() == 1
    assert not kayla.enrollments.exclude(end_date=None).exists()
