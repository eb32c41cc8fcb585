"""Courses and their pathways, chosen on screen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import User
from pathways.models import Course, CourseChange, Pathway, Student
from tests.fixtures.records import HEALTH, District_
from tests.pathways.roster.conftest import COURSES, Desk

ADDRESS = reverse("roster-courses", args=["9012", 2025])


@pytest.fixture
def course(cottonwood: District_, kayla: Student) -> Course:
    cottonwood.roster(kayla, None, number="MA1")
    return Course.objects.get(number="MA1")


@pytest.fixture
def page_client(client: Client, clerk: User) -> Client:
    client.force_login(clerk)
    return client


def typed(
    course: Course, pathway: str = "", credits: str = "0.50", seen: str | None = None
) -> dict[str, str]:
    state = f"{course.pathway_id or ''}|{course.credits:.2f}" if seen is None else seen
    return {
        f"pathway_{course.pk}": pathway,
        f"credits_{course.pk}": credits,
        f"seen_{course.pk}": state,
    }


def test_a_course_gets_its_pathway_and_its_students_are_on_the_worklist(
    page_client: Client, course: Course
) -> None:
    health = Pathway.objects.get(name=HEALTH)
    answer = page_client.post(ADDRESS, typed(course, str(health.pk), "1.00"), follow=True)
    assert "1 course saved" in answer.content.decode()
    course.refresh_from_db()
    assert (course.pathway, course.credits) == (health, Decimal("1.00"))
    history = CourseChange.objects.of_row(course.pk)
    assert list(history.values_list("operation", "pathway_id", "by")) == [
        ("found", None, ""),
        ("update", health.pk, "MARTIN, CHERYL"),
    ]
    worklist = page_client.get(reverse("roster-worklist", args=["9012", 2025])).content.decode()
    assert "ANDERSON" in worklist
    page_client.post(ADDRESS, typed(course, "", "1.00"))
    course.refresh_from_db()
    assert course.pathway is None, "no pathway is an answer on screen"


def test_nothing_changed_writes_nothing(page_client: Client, course: Course) -> None:
    answer = page_client.post(ADDRESS, typed(course), follow=True)
    assert "No changes to save." in answer.content.decode() and not CourseChange.objects.exists()


def test_two_clerks_on_one_course_do_not_overwrite_each_other(
    page_client: Client, course: Course
) -> None:
    Course.objects.filter(pk=course.pk).update(credits=Decimal("0.75"))
    answer = page_client.post(ADDRESS, typed(course, "", "1.00", seen="|0.50"))
    assert "Someone else changed course MA1" in answer.content.decode()
    course.refresh_from_db()
    assert course.credits == Decimal("0.75")


def test_a_double_click_finds_its_work_done(page_client: Client, course: Course) -> None:
    """Whoever clicked is not told that somebody else was quicker; what was changed beside it
    meanwhile is still asked about.
    """
    sent = typed(course, "", "1.00")
    page_client.post(ADDRESS, sent)
    again = page_client.post(ADDRESS, sent, follow=True).content.decode()
    assert (
        "1 course saved." in again
        and "No changes to save." in again
        and "Someone else" not in again
    )
    assert CourseChange.objects.of_row(course.pk).filter(operation="update").count() == 1
    assert (
        "Someone else changed course MA1"
        in page_client.post(ADDRESS, {**sent, f"credits_{course.pk}": "2.00"}).content.decode()
    )


@pytest.mark.parametrize("amount", ["31", "-1", "1,5", "", "abc", "0.333"])
def test_bad_credits_are_refused_beside_their_field(
    page_client: Client, course: Course, amount: str
) -> None:
    answer = page_client.post(ADDRESS, typed(course, "", amount))
    assert answer.status_code == 200 and "There is a problem" in answer.content.decode()
    assert not CourseChange.objects.exists()


@pytest.mark.parametrize("seen", ["x|y", "|", "9999999999999999999999|1", "1|1|1"])
def test_a_tampered_page_is_refused_in_words(
    page_client: Client, course: Course, seen: str
) -> None:
    answer = page_client.post(ADDRESS, typed(course, "", "1.00", seen=seen))
    assert answer.status_code == 200 and not CourseChange.objects.exists()


def test_another_districts_course_is_not_reached(page_client: Client, elsewhere: District_) -> None:
    foreign = Course.objects.create(school=elsewhere.school, number="X1", name="Foreign", credits=1)
    page_client.post(ADDRESS, typed(foreign, "", "2.00", seen="|1.00"))
    foreign.refresh_from_db()
    assert foreign.credits == Decimal("1.00")
    assert page_client.get(reverse("roster-courses", args=["0965", 2025])).status_code == 404


def test_a_file_does_not_overwrite_what_was_chosen_on_screen(desk: Desk, client: Client) -> None:
    """R-IMP-27: the row is held, and says why."""
    schools = "School Number,School Name,Calendar Number,End Year\n0001,Sun High School,001,2025\n"
    desk.send(schools)
    desk.send(COURSES)
    course = Course.objects.get(number="MA1")
    client.force_login(desk.clerk)
    client.post(reverse("roster-courses", args=["0965", 2025]), typed(course, "", "2.00"))
    batch = desk.send(COURSES)
    course.refresh_from_db()
    assert course.credits == Decimal("2.00")
    assert next(counts for counts in batch.result["objects"])["held"] == 1


def test_the_steps_say_what_is_there_and_what_is_missing(
    page_client: Client, course: Course
) -> None:
    page = page_client.get(reverse("roster-data", args=["9012", 2025])).content.decode()
    assert "1 schools, 1 calendars" not in page and "1 school, 1 calendar" in page
    assert "0 of 1 course" in page and "?type=students" in page
