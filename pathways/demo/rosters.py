"""Roster data of the practice districts, brought in as the rows of a roster file are: staged,
planned and applied by the same ledger, with their history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from cte_portal.editions import Scope
from pathways.demo.districts import ACTIVE, CLERKS, Place
from pathways.ledger.locks import lock_district
from pathways.models import Calendar, Course, Enrollment, Roster, RowChange, Section, Student
from pathways.roster import ledger, staging
from pathways.roster.shape import Shape
from pathways.roster.shapes import (
    CALENDAR,
    COURSE,
    ENROLLMENT,
    ROSTER,
    SCHOOL,
    SECTION,
    STUDENT,
)

Values = Iterable[tuple[Any, ...]]
"""Rows of a kind, each in the order of `Shape.staged`."""


class NotTaken(Exception):
    """A row of practice data that is not new, or that a roster file could not bring."""


def write(place: Place, kinds: Sequence[tuple[Shape, Values]]) -> None:
    """Rows of several kinds, what others need first, all of them new. Raises NotTaken."""
    scope = Scope(place.number, ACTIVE)
    act = ledger.Act(scope, CLERKS[0], None, RowChange.Source.DEMO, every_grade=True)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_district(scope, exclusive=True)
        values = act.values()
        staging.prepare(cursor, ENROLLMENT)  # a student's plan looks at the grades in it
        staged = []
        for shape, rows in kinds:
            staging.prepare(cursor, shape)
            lines = (((0, line), row) for line, row in enumerate(rows, 1))
            staged.append((shape, staging.stage(cursor, shape, lines)))
        for shape, number in staged:
            counts = ledger.plan(cursor, shape, values)
            if counts.get("create", 0) != number:
                raise NotTaken(f"{place.number} {shape.name}: {counts} of {number}")
            ledger.apply(cursor, shape, values)
        staging.clear(cursor, *(shape for shape, _ in staged))


def open_schools(place: Place, end_years: Sequence[int]) -> dict[tuple[str, int], Calendar]:
    """The district's schools with a calendar in each of the years; the calendars by grade and
    year.
    """
    write(
        place,
        [
            (SCHOOL, [(number, name) for number, name, _ in place.schools]),
            (
                CALENDAR,
                [
                    (number, end_year, "001")
                    for number, _, _ in place.schools
                    for end_year in end_years
                ],
            ),
        ],
    )
    stored = Calendar.objects.filter(school__district=place.number).select_related("school")
    calendars = {(row.school.number, row.school_year_id): row for row in stored}
    return {
        (grade, end_year): calendars[number, end_year]
        for number, _, grades in place.schools
        for grade in grades
        for end_year in end_years
    }


def add_students(place: Place, students: Sequence[Student]) -> None:
    """Afterwards each of them has the key of its row."""
    rows = [
        (
            student.state_id,
            student.local_id,
            student.last_name,
            student.first_name,
            student.middle_name or None,
            student.birth_date,
            student.gender,
        )
        for student in students
    ]
    write(place, [(STUDENT, rows)])
    keys = dict(Student.objects.filter(district=place.number).values_list("state_id", "pk"))
    for student in students:
        student.pk = keys[student.state_id]


def enroll(place: Place, enrollments: Iterable[Enrollment]) -> None:
    rows = [
        (
            row.student.state_id,
            row.calendar.school.number,
            row.calendar.school_year_id,
            row.calendar.number,
            row.service_type,
            row.start_date,
            row.grade,
            row.end_date,
            row.end_status or None,
        )
        for row in enrollments
    ]
    write(place, [(ENROLLMENT, rows)])


def teach(
    place: Place, courses: Iterable[Course], sections: Iterable[Section], rosters: Iterable[Roster]
) -> None:
    """Courses, their sections, and who sits in them."""
    write(
        place,
        [
            (
                COURSE,
                [
                    (
                        course.school.number,
                        course.number,
                        course.name,
                        course.pathway_id,
                        course.credits,
                        course.sced_area or None,
                        course.sced_course or None,
                    )
                    for course in courses
                ],
            ),
            (SECTION, [_named(section) for section in sections]),
            (
                ROSTER,
                [
                    (*_named(line.section), line.enrollment.student.state_id, line.credits_earned)
                    for line in rosters
                ],
            ),
        ],
    )


def _named(section: Section) -> tuple[str, str, int, str, str]:
    """A section as files name it."""
    calendar, course = section.calendar, section.course
    school = course.school.number
    return school, course.number, calendar.school_year_id, calendar.number, section.number
