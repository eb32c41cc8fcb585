"""The change of the school year: what it needs, where it stands, and what is carried over."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import User
from pathways.models import (
    Calendar,
    Course,
    Enrollment,
    EnrollmentChange,
    Pathway,
    School,
    SchoolYear,
    Section,
    Student,
)
from tests.fixtures.records import HEALTH, District_
from tests.pathways.roster.by_hand.conftest import Pages

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def last_years(cottonwood: District_, state_id: str, grade: str = "11", **ended: str) -> Student:
    student = cottonwood.student(state_id, f"Last{state_id[-3:]}", enrolled=False)
    cottonwood.enroll(student, 2024, grade=grade, **ended)
    return student


@pytest.fixture
def fresh(cottonwood: District_) -> District_:
    """A district of 2023-24 on the first day of 2024-25."""
    Calendar.objects.filter(school_year=2025).delete()
    course = Course.objects.create(
        school=cottonwood.school,
        number="H1",
        name="Health",
        credits=1,
        pathway=Pathway.objects.get(name=HEALTH),
    )
    Course.objects.create(school=cottonwood.school, number="X1", name="Unknown", credits=1)
    Section.objects.create(course=course, calendar=cottonwood.calendars[2024], number="1")
    return cottonwood


def shown(page: str) -> str:
    return " ".join(page.split())


def test_the_page_says_what_the_year_needs(pages: Pages, fresh: District_) -> None:
    last_years(fresh, "999000801")
    page = shown(pages.open("roster-new-year"))
    assert "1 school without a calendar." in page
    assert "1 student not enrolled again." in page
    assert "1 CTE course without a section. 1 course without an answer." in page
    assert "LAST801" in page
    assert "New school year" in pages.open("roster-data")


def test_calendars_sections_and_students_are_carried_over_and_taken_back(
    pages: Pages, fresh: District_
) -> None:
    student = last_years(fresh, "999000801")
    page = pages.send("roster-new-year", step="calendars")
    assert "1 calendar added." in page
    assert Calendar.objects.get(school_year=2025).number == "001"
    assert "1 section added." in pages.send("roster-new-year", step="sections")
    assert Section.objects.filter(calendar__school_year=2025, number="1").count() == 1
    sent = {"step": "enroll", "chosen": [student.pk], "start_date": "08/21/2024"}
    assert "1 enrollment added." in pages.send("roster-new-year", **sent)
    row = student.enrollments.get(calendar__school_year=2025)
    assert (row.grade, row.service_type, f"{row.start_date}") == ("12", "P", "2024-08-21")
    assert EnrollmentChange.objects.filter(row=row.pk, operation="create").count() == 1
    page = shown(pages.open("roster-new-year"))
    assert "not enrolled again" not in page and "Carry over" not in page
    assert "Undone: 1 row" in pages.undo()
    assert not student.enrollments.filter(calendar__school_year=2025).exists()


def test_who_left_is_not_offered(pages: Pages, fresh: District_) -> None:
    for number, code in enumerate(("400", "310", "110"), 1):
        last_years(fresh, f"99900081{number}", end_date="2024-06-06", end_status=code)
    stays = last_years(fresh, "999000820", end_date="2024-06-06")
    page = pages.client.get(pages.address("roster-new-year"))
    offered = [student.pk for student, *_ in page.context["lines"]]
    assert offered == [stays.pk]


def test_home_leads_to_it_while_nobody_is_enrolled(pages: Pages, fresh: District_) -> None:
    last_years(fresh, "999000801")
    home = pages.client.get(reverse("district-home", args=["9012", 2025])).content.decode()
    assert pages.address("roster-new-year") in home and "Open new school year" in home


def test_nobody_is_enrolled_twice_and_nothing_is_added_twice(
    pages: Pages, fresh: District_
) -> None:
    student = last_years(fresh, "999000801")
    sent = {"step": "enroll", "chosen": [student.pk], "start_date": "08/21/2024"}
    assert "Add the calendars first" in pages.send("roster-new-year", **sent)
    for _ in range(2):
        page = pages.send("roster-new-year", step="calendars")
    assert "Nothing to add" in page and Calendar.objects.filter(school_year=2025).count() == 1
    pages.send("roster-new-year", **sent)
    page = pages.send("roster-new-year", **{**sent, "start_date": "08/22/2024"})
    assert "Someone else has enrolled one of these students" in page
    assert student.enrollments.filter(calendar__school_year=2025).count() == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"chosen": []}, "Select at least one student"),
        ({"chosen": ["x"]}, "Enter the start date"),
        ({"start_date": "08/21/2020"}, "The start date must be from"),
        ({"start_date": "13/13/2024"}, "must be a real date"),
        ({"school": "99999"}, "Select a valid choice"),
        ({"step": "all"}, "There is a problem"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(
    pages: Pages, fresh: District_, sent: dict[str, object], sentence: str
) -> None:
    student = last_years(fresh, "999000801")
    whole = {"step": "enroll", "chosen": [student.pk], "start_date": "08/21/2024"}
    if sentence == "Enter the start date":
        whole["start_date"] = ""
    assert sentence in pages.send("roster-new-year", **{**whole, **sent})
    assert not Enrollment.objects.filter(calendar__school_year=2025).exists()


def test_another_districts_students_and_schools_are_not_reached(
    pages: Pages, fresh: District_, elsewhere: District_
) -> None:
    pages.send("roster-new-year", step="calendars")
    stranger = last_years(elsewhere, "999000802")
    sent = {"step": "enroll", "start_date": "08/21/2024"}
    pages.send("roster-new-year", **sent, chosen=[stranger.pk])
    own = last_years(fresh, "999000801")
    pages.send("roster-new-year", **sent, chosen=[own.pk], school=elsewhere.school.pk)
    assert not Enrollment.objects.filter(calendar__school_year=2025).exists()


def test_students_go_on_to_another_school(pages: Pages, fresh: District_) -> None:
    """From a school that ends with grade 8 to the high school."""
    pages.send("roster-new-year", step="calendars")
    high = School.objects.create(district=fresh.district, number="0009", name="Upper School")
    Calendar.objects.create(school=high, school_year_id=2025, number="002")
    student = last_years(fresh, "999000801", "08")
    pages.send(
        "roster-new-year",
        step="enroll",
        chosen=[student.pk],
        start_date="08/21/2024",
        school=high.pk,
    )
    row = student.enrollments.get(calendar__school_year=2025)
    assert (row.grade, row.calendar.school, row.calendar.number) == ("09", high, "002")


def test_other_years_are_for_reading_and_a_first_year_has_no_such_page(
    pages: Pages, fresh: District_, client: Client, clerk: User
) -> None:
    client.force_login(clerk)
    address = reverse("roster-new-year", args=["9012", 2026])
    assert "Carry over" not in client.get(address).content.decode()
    assert client.post(address, {"step": "calendars"}).status_code == 403
    first = SchoolYear.objects.order_by("end_year").first()
    assert first
    early = reverse("roster-new-year", args=["9012", first.end_year])
    assert client.get(early).status_code == 404
