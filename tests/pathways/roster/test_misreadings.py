"""What would be read wrongly without a word: dates with the day first, and course numbers that are
used again.
"""

from __future__ import annotations

import pytest

from pathways.models import Calendar, Course, Pathway, School, Section, Student
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.shapes import COURSE
from tests.pathways.roster.conftest import (
    ALL,
    COURSES,
    STUDENTS,
    Desk,
    counts,
    file_of,
    zipped,
)

pytestmark = pytest.mark.django_db(databases=["default", "state"])

DAY_FIRST = (
    STUDENTS.replace("01/31/2007", "15/06/2007")
    .replace("02/01/2007", "1/05/2007")
    .replace("03/01/2008", "02/03/2008")
)


def test_a_file_with_the_day_first_is_refused_whole(desk: Desk) -> None:
    """R-IMP-23: 15/06 beside 1/05, which would be January 5."""
    batch = desk.send(DAY_FIRST)
    assert "Birth Date is written day/month/year, for example in line 2" in batch.result["refused"]
    assert "2007" not in batch.sentence.replace("01/31/2007", ""), "nobody's date in the queue"
    assert not Student.objects.exists()


@pytest.mark.parametrize("are_apart", [False, True], ids=["one file", "a folder of two"])
def test_one_record_type_with_the_day_first_refuses_the_others_with_it(
    desk: Desk, are_apart: bool
) -> None:
    """R-IMP-23: the EN line is lawful either way; the SD line shows how the export writes days."""
    enrolled = "EN\t0965\t0001\t001\t999000001\t\t\t\t05/09/2024\t\t\t11\tP\n"
    student = "SD\t0965\t999000001\t\tLAST\tFIRST\t\t15/06/2007\tF\n"
    school = "SC\t0965\t0001\tSun High School\t001\n"
    texts = (
        {"en": school + enrolled, "sd": student}
        if are_apart
        else {"all": school + enrolled + student}
    )
    batch = desk.send(zipped(texts))
    assert "Birth Date is written day/month/year" in batch.result["refused"]
    assert not Student.objects.exists() and not School.objects.exists()


def test_one_slip_among_dates_with_the_month_first_is_one_row(desk: Desk) -> None:
    batch = desk.send(STUDENTS.replace("02/01/2007", "15/06/2007"))
    assert counts(batch, "Student")["refused"] == 1
    assert counts(batch, "Student")["new"] == 2


RENAMED = COURSES.replace("Welding 1", "Pottery")


def last_taught_before(desk: Desk) -> Course:
    """A course with a pathway whose only section is of the year before."""
    desk.send(zipped(ALL))
    school = School.objects.get(number="0001")
    before = Calendar.objects.create(school=school, school_year_id=2024, number="001")
    course = Course.objects.create(
        school=school,
        number="CTE7",
        name="Welding 1",
        pathway=Pathway.objects.get(code="05"),
        credits=1,
    )
    Section.objects.create(course=course, calendar=before, number="1")
    return course


def test_a_number_used_for_another_course_keeps_no_pathway_silently(desk: Desk) -> None:
    """R-IMP-14."""
    course = last_taught_before(desk)
    file = "School Number,Course Number,Course Name\n0001,CTE7,Pottery\n"
    batch = desk.send(file)
    assert counts(batch, "Course")["held"] == 1
    assert "May be another course under a number used before" in file_of(batch, "report.csv")
    course.refresh_from_db()
    assert (course.name, course.pathway_id) == ("Welding 1", Pathway.objects.get(code="05").pk)
    edit = RowEdit({"name": "Pottery", "pathway_id": None}, course.pk, 0)
    editing.write(desk.scope, [(COURSE, edit)], by="X")
    assert counts(desk.send(file), "Course")["unchanged"] == 1


def test_the_pathway_is_kept_when_somebody_says_that_the_course_is_the_same(desk: Desk) -> None:
    """R-IMP-14: who changes the name on screen has seen the pathway beside it."""
    course = last_taught_before(desk)
    file = "School Number,Course Number,Course Name\n0001,CTE7,Pottery\n"
    assert counts(desk.send(file), "Course")["held"] == 1
    editing.write(desk.scope, [(COURSE, RowEdit({"name": "Pottery"}, course.pk, 0))], by="X")
    assert counts(desk.send(file), "Course")["unchanged"] == 1
    course.refresh_from_db()
    assert (course.name, course.pathway) == ("Pottery", Pathway.objects.get(code="05"))


def test_a_course_of_this_year_is_renamed(desk: Desk) -> None:
    desk.send(zipped(ALL))
    assert counts(desk.send(RENAMED), "Course")["changed"] == 1
    course = Course.objects.get(number="CTE101")
    assert (course.name, course.pathway is not None) == ("Pottery", True)
