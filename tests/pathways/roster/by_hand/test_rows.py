"""Rows added, changed and removed on screen: what is written, what is refused, and the way back."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection

from pathways.models import (
    Calendar,
    Course,
    Enrollment,
    EnrollmentChange,
    Participation,
    Pathway,
    School,
    Section,
    Student,
    StudentChange,
)
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import STUDENT
from tests.fixtures.records import District_, lock_records
from tests.pathways.desk import text
from tests.pathways.roster.by_hand.conftest import Pages

pytestmark = pytest.mark.django_db(databases=["default", "state"])


def test_a_district_starts_by_hand(pages: Pages) -> None:
    """School, calendar, student, enrollment, course, section: to a roster, without a file."""
    pages.send("roster-row-add", "schools", number="0007", name="Moon School")
    school = School.objects.get(number="0007")
    pages.send("roster-row-add", "calendars", school=school.pk, number="001")
    calendar = Calendar.objects.get(school=school)
    assert calendar.school_year_id == 2025
    page = pages.send(
        "roster-row-add",
        "students",
        state_id="999000901",
        last_name="New",
        first_name="Nia",
        birth_date="03/04/2008",
        gender="F",
    )
    assert "The student was added" in page and "NEW, NIA" in page
    student = Student.objects.get(state_id="999000901")
    page = pages.send(
        "roster-row-add",
        "enrollments",
        student=student.pk,
        calendar=calendar.pk,
        service_type="P",
        grade="11",
        start_date="08/21/2024",
    )
    assert "The enrollment was added" in page and "Moon School" in page
    health = Pathway.objects.get(name="Health Professions")
    pages.send(
        "roster-row-add",
        "courses",
        school=school.pk,
        number="CTE9",
        name="Care",
        credits="1.00",
        pathway=health.pk,
    )
    course = Course.objects.get(number="CTE9")
    assert (course.pathway, course.credits) == (health, Decimal("1.00"))
    pages.send("roster-row-add", "sections", course=course.pk, calendar=calendar.pk, number="1")
    section = Section.objects.get(course=course)
    page = pages.send("roster-section", section.pk, add="999000901")
    assert "1 student added" in page and "NEW, NIA" in page
    assert section.rosters.get().enrollment.student == student


def test_a_change_is_kept_with_who_made_it_and_can_be_undone(pages: Pages, kayla: Student) -> None:
    page = pages.send("roster-row", "students", kayla.pk, first_name="Kaylah")
    assert "The student was saved" in page and ">Undo</button>" in page
    history = pages.open("roster-row-history", "students", kayla.pk)
    assert "Kaylah" in history and "MARTIN, CHERYL" in history and "Screen" in history
    page = pages.undo()
    kayla.refresh_from_db()
    assert kayla.first_name == "Kayla" and "Undone: 1 row" in page
    assert list(
        StudentChange.objects.of_row(kayla.pk).values_list("operation", "first_name", "source")
    ) == [
        ("found", "Kayla", "screen"),
        ("update", "Kaylah", "screen"),
        ("update", "Kayla", "undo"),
    ]


def test_the_second_of_two_clerks_is_told(pages: Pages, kayla: Student) -> None:
    address = pages.address("roster-row", "students", kayla.pk)
    first = {"state_id": kayla.state_id, "birth_date": "01/02/2007", "gender": "F", "seen": "0"}
    names = {"last_name": "Anderson", "first_name": "One"}
    assert pages.client.post(address, {**first, **names}).status_code == 302
    answer = pages.client.post(address, {**first, **names, "first_name": "Two"})
    assert "Someone else changed this" in answer.content.decode()
    kayla.refresh_from_db()
    assert kayla.first_name == "One"


def test_a_corrected_state_id_keeps_what_hangs_on_the_student(
    pages: Pages, kayla: Student, cottonwood: District_
) -> None:
    record = cottonwood.record(kayla)
    pages.send("roster-row", "students", kayla.pk, state_id="999000777")
    assert Participation.objects.get(pk=record.pk).student.state_id == "999000777"
    cottonwood.student("999000778", "Other")
    page = pages.send("roster-row", "students", kayla.pk, state_id="999000778")
    assert "This district already has a student with that State ID" in page


def test_the_same_person_is_not_added_twice_by_mistake(pages: Pages, kayla: Student) -> None:
    """R-IMP-09, on screen: nobody is matched by name alone, and nobody is doubled in silence."""
    same = {
        "state_id": "999000902",
        "last_name": "anderson",
        "first_name": "Kayla",
        "birth_date": "01/02/2007",
        "gender": "F",
    }
    page = pages.send("roster-row-add", "students", **same)
    assert f"State ID {kayla.state_id}, has the same name and birth date" in page
    assert not Student.objects.filter(state_id="999000902").exists()
    assert "was added" in pages.send("roster-row-add", "students", **same, is_another="on")
    assert Student.objects.get(state_id="999000902").last_name == "anderson"


def test_erasing_is_done_on_screen(pages: Pages, kayla: Student) -> None:
    """R-IMP-12: a student who returns loses the end date."""
    own = kayla.enrollments.get()
    Enrollment.objects.filter(pk=own.pk).update(end_date="2025-01-10", end_status="300")
    pages.send("roster-row", "enrollments", own.pk, end_date="", end_status="")
    own.refresh_from_db()
    assert (own.end_date, own.end_status) == (None, "")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state_id": "12345"}, "A State ID has 9 digits"),
        ({"birth_date": "2007-01-02"}, "Birth Date must be a real date"),
        ({"last_name": "A\u200bB"}, "hidden character"),
        ({"last_name": ""}, "Enter the last name"),
        ({"state_id": ""}, "Enter the State ID"),
        ({"gender": ""}, "Choose the gender"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    pages: Pages, kayla: Student, fields: dict[str, str], words: str
) -> None:
    page = pages.send("roster-row", "students", kayla.pk, **fields)
    assert words in page
    assert not StudentChange.objects.exists()


def test_what_a_new_enrollment_lacks_is_named_with_the_page_that_has_it(
    pages: Pages, kayla: Student
) -> None:
    page = pages.send("roster-row-add", "enrollments", student=kayla.pk, calendar="", grade="")
    assert "Choose the calendar. One that is not listed is added under Schools and" in page
    assert "Choose the grade" in page and "Enter the start date" in page
    assert "field is required" not in page


def test_an_enrollment_cannot_end_before_it_starts(pages: Pages, kayla: Student) -> None:
    own = kayla.enrollments.get()
    page = pages.send("roster-row", "enrollments", own.pk, end_date="08/01/2024")
    assert "The enrollment ends before it starts" in page


def test_what_others_stand_on_is_not_removed_and_the_rest_comes_back(
    pages: Pages, cottonwood: District_
) -> None:
    student = cottonwood.student("999000555", "Wrong", enrolled=False)
    kept = cottonwood.student("999000556", "Right")
    assert "depend on this" in pages.send("roster-row-remove", "students", kept.pk)
    assert "was removed" in pages.send("roster-row-remove", "students", student.pk)
    assert not Student.objects.filter(pk=student.pk).exists()
    pages.undo()
    again = Student.objects.get(pk=student.pk)
    assert (again.state_id, again.district_id, again.last_name) == ("999000555", "9012", "Wrong")
    history = StudentChange.objects.of_row(student.pk)
    assert [change.operation for change in history] == ["found", "delete", "create"]


def test_a_removed_row_does_not_come_back_over_another(pages: Pages, cottonwood: District_) -> None:
    student = cottonwood.student("999000555", "Wrong", enrolled=False)
    pages.send("roster-row-remove", "students", student.pk)
    cottonwood.student("999000555", "Twin", enrolled=False)
    assert "Not everything could be undone" in pages.undo()
    assert Student.objects.get(state_id="999000555").last_name == "Twin"


def test_an_end_that_takes_a_record_out_says_so(
    pages: Pages, kayla: Student, cottonwood: District_
) -> None:
    """R-IMP-17."""
    cottonwood.record(kayla)
    own = kayla.enrollments.get()
    page = pages.send(
        "roster-row", "enrollments", own.pk, start_date="05/01/2024", end_date="06/01/2024"
    )
    assert "1 CTE record left the collection" in page


def test_an_enrollment_ends_with_a_code_of_the_list(pages: Pages, kayla: Student) -> None:
    """A code that the row already has is kept though OPI no longer lists it."""
    own = kayla.enrollments.get()
    page = pages.send("roster-row", "enrollments", own.pk, end_date="06/06/2025", end_status="999")
    assert "Select an end status from OPI's list" in text(page)
    Enrollment.objects.filter(pk=own.pk).update(end_date="2025-06-06", end_status="999")
    page = pages.send("roster-row", "enrollments", own.pk, grade="11")
    assert "was saved" in page
    own.refresh_from_db()
    assert (own.grade, own.end_status) == ("11", "999")
    pages.send("roster-row", "enrollments", own.pk, end_status="400")
    assert "400 Graduated" in text(pages.open("roster-student", kayla.pk))


def test_a_certified_year_keeps_its_records(
    pages: Pages, kayla: Student, cottonwood: District_
) -> None:
    """R-IMP-18, on screen: a graduate's end is saved, a way out or in is not."""
    cottonwood.record(kayla)
    own = kayla.enrollments.get()
    lock_records()
    pages.send("roster-row", "enrollments", own.pk, end_date="06/06/2025", end_status="400")
    for fields in ({"service_type": "O"}, {"start_date": "05/01/2024", "end_date": "06/01/2024"}):
        page = pages.send("roster-row", "enrollments", own.pk, **fields)
        assert "Would remove a certified record from the collection" in page
    assert "certified record" in pages.send("roster-row-remove", "enrollments", own.pk)
    own.refresh_from_db()
    assert (own.service_type, own.end_date) == ("P", datetime.date(2025, 6, 6))
    assert Participation.objects.in_scope(cottonwood.scope).count() == 1


def test_nothing_is_written_where_one_of_several_edits_is_refused(
    pages: Pages, kayla: Student, cottonwood: District_
) -> None:
    other = cottonwood.student("999000556", "Right")
    edits = [
        (STUDENT, RowEdit({"first_name": "X"}, kayla.pk, 0)),
        (STUDENT, RowEdit({"first_name": "Y"}, other.pk, 5)),
    ]
    with pytest.raises(editing.RowMoved):
        editing.write(cottonwood.scope, edits, by="X")
    kayla.refresh_from_db()
    assert kayla.first_name == "Kayla" and not StudentChange.objects.exists()


def test_many_rows_take_the_statements_of_one(
    cottonwood: District_, django_assert_max_num_queries: object
) -> None:
    students = [cottonwood.student(f"99900{number:04}") for number in range(30)]

    def queries(some: list[Student]) -> int:
        connection.force_debug_cursor = True
        before = len(connection.queries_log)
        edits = [(STUDENT, RowEdit({"middle_name": "Q"}, student.pk, 0)) for student in some]
        editing.write(cottonwood.scope, edits, by="X")
        connection.force_debug_cursor = False
        return len(connection.queries_log) - before

    assert queries(students[:1]) == queries(students[1:])


def test_another_district_has_no_page_here(pages: Pages, elsewhere: District_) -> None:
    foreign = elsewhere.student("999000001", "Foreign")
    enrollment = foreign.enrollments.get()
    for name, arguments in (
        ("roster-student", (foreign.pk,)),
        ("roster-row", ("students", foreign.pk)),
        ("roster-row", ("enrollments", enrollment.pk)),
        ("roster-row-history", ("students", foreign.pk)),
        ("roster-row-remove", ("schools", elsewhere.school.pk)),
        ("roster-row", ("nothing", 1)),
    ):
        assert pages.client.get(pages.address(name, *arguments)).status_code == 404, name
    answer = pages.client.post(
        pages.address("roster-row-add", "enrollments"),
        {
            "student": foreign.pk,
            "calendar": elsewhere.calendars[2025].pk,
            "service_type": "S",
            "grade": "11",
            "start_date": "08/21/2024",
        },
    )
    assert answer.status_code == 200 and answer.context["form"].errors.keys() >= {"calendar"}
    assert not EnrollmentChange.objects.exists()


def test_an_act_of_another_district_is_not_undone(
    pages: Pages, elsewhere: District_, kayla: Student
) -> None:
    foreign = elsewhere.student("999000001", "Foreign")
    edits = [(STUDENT, RowEdit({"first_name": "X"}, foreign.pk, 0))]
    act = editing.write(elsewhere.scope, edits, by="X").batch
    assert pages.client.post(pages.address("roster-take-back", act)).status_code == 404
    foreign.refresh_from_db()
    assert foreign.first_name == "X"
