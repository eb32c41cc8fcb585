"""Courses and their pathways, chosen on screen."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cte_portal.accounts.models import User
from pathways.lists.publish import publish
from pathways.models import Calendar, Course, CourseChange, Pathway, Section, Student
from tests.fixtures.records import HEALTH, District_
from tests.fixtures.resync import send
from tests.pathways.roster.conftest import COURSES, SCHOOLS, Desk, counts

ADDRESS = reverse("roster-courses", args=["9012", 2025])
STEPS = reverse("roster-data", args=["9012", 2025])


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
    state = f"{course.choice}|{course.credits:.2f}" if seen is None else seen
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


def test_not_cte_is_an_answer_of_its_own_and_a_pathway_takes_its_place(
    page_client: Client, course: Course
) -> None:
    page_client.post(ADDRESS, typed(course, "not-cte"))
    course.refresh_from_db()
    assert (course.pathway, course.get_answer_display()) == (None, "Not CTE")
    waiting = page_client.get(ADDRESS, {"show": "undecided"}).content.decode()
    assert "No course matches" in waiting, "what is answered no longer waits"
    assert "MA1" in page_client.get(ADDRESS, {"show": "not-cte"}).content.decode()
    assert "1 of 1 course answered, 0 with a pathway" in page_client.get(STEPS).content.decode()
    health = Pathway.objects.get(name=HEALTH)
    page_client.post(ADDRESS, typed(course, str(health.pk)))
    course.refresh_from_db()
    assert (course.pathway, course.answer) == (health, "")
    page_client.post(ADDRESS, typed(course, ""))
    course.refresh_from_db()
    assert course.choice == "", "an answer can be taken back"
    answers = CourseChange.objects.of_row(course.pk).values_list("answer", "pathway_id")
    assert list(answers) == [("", None), ("not-cte", None), ("", health.pk), ("", None)]


def test_no_course_has_a_pathway_and_is_not_cte(course: Course) -> None:
    course.answer, course.pathway = Course.Answer.NOT_CTE, Pathway.objects.get(name=HEALTH)
    with pytest.raises(IntegrityError), transaction.atomic():
        course.save()


def board(cottonwood: District_, **areas: str) -> dict[str, Course]:
    """Courses without an answer, by their number, with their SCED subject areas."""
    return {
        number: Course.objects.create(
            school=cottonwood.school,
            number=number,
            name=f"Name {number}",
            sced_area=area,
            credits=1,
        )
        for number, area in areas.items()
    }


def test_the_sced_subject_proposes_and_several_courses_are_answered_at_once(
    page_client: Client, cottonwood: District_
) -> None:
    courses = board(cottonwood, A1="14", B1="02", C1="13", D1="05")
    page = page_client.get(ADDRESS).content.decode()
    for words in (
        "Proposed: Health Professions, SCED 14, Health Care Sciences",
        "Proposed: Not CTE, SCED 02, Mathematics",
        "Proposed: Advanced Manufacturing or Welding &amp; Fabrication, SCED 13, Manufacturing",
    ):
        assert words in page
    assert page.count("Proposed:") == 3, "Fine arts may be either"
    assert page.index("Name A1") < page.index("Name C1") < page.index("Name B1"), "CTE first"
    sent = {
        key: value
        for course in courses.values()
        for key, value in typed(course, "", "1.00").items()
    }
    chosen = [str(courses[number].pk) for number in ("A1", "B1", "C1")]
    together = {**sent, "do": "together", "chosen": chosen}
    assert "Choose an answer for the chosen" in page_client.post(ADDRESS, together).content.decode()
    nobody = {**sent, "do": "together", "together": "proposed"}
    assert "Choose at least one course" in page_client.post(ADDRESS, nobody).content.decode()
    assert not CourseChange.objects.exists()
    answer = page_client.post(ADDRESS, {**together, "together": "proposed"}, follow=True)
    assert "2 courses saved" in answer.content.decode(), "C1 has no single proposal"
    kept = dict(Course.objects.values_list("number", "pathway__name"))
    assert kept == {"A1": HEALTH, "B1": None, "C1": None, "D1": None}
    assert Course.objects.get(number="B1").answer == "not-cte"
    page_client.post(
        ADDRESS, {**sent, "do": "together", "chosen": chosen[2:], "together": "not-cte"}
    )
    answered = Course.objects.exclude(answer="").order_by("number").values_list("number", flat=True)
    assert list(answered) == ["B1", "C1"], "D1 was not chosen"


def test_what_was_answered_for_a_like_course_is_offered(
    page_client: Client, cottonwood: District_
) -> None:
    """Last year's choice, where this year's course has another number."""
    old, new = board(cottonwood, OLD="14", NEW="02").values()
    Course.objects.filter(pk=old.pk).update(name="Drafting", pathway=Pathway.objects.get(code="17"))
    Course.objects.filter(pk=new.pk).update(name="DRAFTING")
    page = page_client.get(ADDRESS).content.decode()
    assert "Proposed: Welding &amp; Fabrication, as for OLD Drafting" in page
    third = board(cottonwood, THIRD="")["THIRD"]
    Course.objects.filter(pk=third.pk).update(name="Drafting", answer="not-cte")
    page = page_client.get(ADDRESS).content.decode()
    assert "as for" not in page and "Proposed: Not CTE, SCED 02" in page, "the two do not agree"


def test_another_districts_answers_propose_nothing(
    page_client: Client, cottonwood: District_, elsewhere: District_
) -> None:
    board(cottonwood, A1="")
    foreign = Course(school=elsewhere.school, number="X1", name="Name A1", credits=1)
    foreign.pathway = Pathway.objects.get(name=HEALTH)
    foreign.save()
    assert "Proposed:" not in page_client.get(ADDRESS).content.decode()


@pytest.mark.parametrize("chosen", ["x", "-1", "99999999999999999999999"])
def test_a_tampered_tick_changes_nothing(page_client: Client, course: Course, chosen: str) -> None:
    sent = {**typed(course), "do": "together", "chosen": chosen, "together": "not-cte"}
    assert "No changes to save." in page_client.post(ADDRESS, sent, follow=True).content.decode()


def test_a_course_of_a_page_of_its_own_is_not_cte_or_has_a_pathway(
    page_client: Client, course: Course
) -> None:
    address = reverse("roster-row", args=["9012", 2025, "courses", course.pk])
    health = Pathway.objects.get(name=HEALTH)
    sent = {"number": "MA1", "name": "Algebra", "credits": "0.50", "seen": "0", "not_cte": "on"}
    both = page_client.post(address, {**sent, "pathway": str(health.pk)}).content.decode()
    assert "A course with a pathway is a CTE course" in both
    page_client.post(address, sent)
    course.refresh_from_db()
    assert (course.name, course.answer) == ("Algebra", "not-cte")
    assert "checked" in page_client.get(address).content.decode()


AIM_COURSES = (
    "CU\t0965\t0001\t001\tCTE101\tWelding 1\t{area}\t{course}\t09\t12\t1.00\tG\t\t\t\t\t\n"
)


@pytest.mark.parametrize(
    ("area", "course", "kept"),
    [
        ("13", "207", "13-207"),
        ("2", "52", "02-052"),
        ("13 - Manufacturing", "13207", "13"),
        ("", "", ""),
    ],
)
def test_the_course_file_of_aim_brings_the_sced_code(
    desk: Desk, area: str, course: str, kept: str
) -> None:
    desk.send(SCHOOLS)
    desk.send(AIM_COURSES.format(area=area, course=course))
    welding = Course.objects.get(number="CTE101")
    assert welding.sced == kept
    desk.send(AIM_COURSES.format(area="", course=""))
    welding.refresh_from_db()
    assert welding.sced == kept, "a blank cell erases nothing"


def test_the_portals_own_file_says_not_cte_and_a_file_without_the_column_keeps_it(
    desk: Desk,
) -> None:
    desk.send(SCHOOLS)
    desk.send(COURSES.replace("Algebra,1.00,", "Algebra,1.00,not CTE"))
    algebra = Course.objects.get(number="MA1")
    assert (algebra.answer, algebra.pathway) == ("not-cte", None)
    desk.send("School Number,Course Number,Course Name\n0001,MA1,Algebra 1\n")
    desk.send(COURSES)
    algebra.refresh_from_db()
    assert (algebra.name, algebra.answer) == ("Algebra", "not-cte"), "a blank cell is no answer"
    desk.send(COURSES.replace("Algebra,1.00,", "Algebra,1.00,05"))
    algebra.refresh_from_db()
    assert (algebra.answer, algebra.pathway.code) == ("", "05")  # type: ignore[union-attr]


def test_a_number_used_before_brings_no_not_cte_to_another_course(desk: Desk) -> None:
    """R-IMP-14: as with a pathway, the answer of an earlier year's course is not its successor's."""
    desk.send(SCHOOLS)
    desk.send(COURSES.replace("Algebra,1.00,", "Algebra,1.00,Not CTE"))
    algebra = Course.objects.get(number="MA1")
    year = Calendar.objects.get(school=algebra.school)
    before = Calendar.objects.create(school=algebra.school, school_year_id=2024, number="001")
    assert year.school_year_id == 2025
    Section.objects.create(course=algebra, calendar=before, number="1")
    batch = desk.send(COURSES.replace("Algebra", "Robotics"))
    algebra.refresh_from_db()
    assert algebra.name == "Algebra" and counts(batch, "Course")["held"] == 1


def test_answers_and_sced_codes_are_sent_to_opi(
    page_client: Client, cottonwood: District_, state_edition: Callable[[], None]
) -> None:
    course = board(cottonwood, A1="14")["A1"]
    page_client.post(ADDRESS, typed(course, "not-cte", "1.00"))
    publish()
    send(cottonwood.scope, ("School", "Course"))
    at_opi = Course.objects.using("state").get(pk=course.pk)
    assert (at_opi.answer, at_opi.sced_area) == ("not-cte", "14")


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
