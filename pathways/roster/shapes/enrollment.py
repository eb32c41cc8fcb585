"""The shape of enrollments."""

from __future__ import annotations

from pathways.models import Enrollment, EnrollmentChange
from pathways.roster import problems
from pathways.roster.shape import DATE, INTEGER, TEXT, Shape
from pathways.roster.shapes.joins import ENROLLMENTS, TO_CALENDAR, TO_SCHOOL, TO_STUDENT
from pathways.roster.shapes.lower_grades import BELOW, LEAVE_OUT

ENROLLMENT = Shape(
    name="Enrollment",
    model=Enrollment,
    change=EnrollmentChange,
    staged={
        "state_id": TEXT,
        "school_number": TEXT,
        "end_year": INTEGER,
        "calendar_number": TEXT,
        "service_type": TEXT,
        "start_date": DATE,
        "grade": TEXT,
        "end_date": DATE,
        "end_status": TEXT,
    },
    key=("state_id", "school_number", "end_year", "calendar_number", "service_type", "start_date"),
    joins=(
        f"{TO_STUDENT} {TO_SCHOOL} {TO_CALENDAR} LEFT JOIN {ENROLLMENTS} stored ON"
        " stored.student_id = student.id AND stored.calendar_id = calendar.id AND"
        " stored.service_type = staged.service_type AND stored.start_date = staged.start_date"
    ),
    image={
        "student_id": "student.id",
        "calendar_id": "calendar.id",
        "service_type": "staged.service_type",
        "grade": "COALESCE(staged.grade, stored.grade)",
        "start_date": "staged.start_date",
        "end_date": "COALESCE(staged.end_date, stored.end_date)",
        "end_status": "COALESCE(staged.end_status, stored.end_status, '')",
    },
    new_needs=("grade",),
    unique=("student_id", "calendar_id", "service_type", "start_date"),
    problems=(
        (problems.LOWER_GRADE, f"{LEAVE_OUT} AND staged.grade IN {BELOW}"),
        (problems.STUDENT, "student.id IS NULL"),
        (problems.SCHOOL, "school.id IS NULL"),
        (problems.CALENDAR, "calendar.id IS NULL"),
        (problems.ENDS_FIRST, "COALESCE(staged.end_date, stored.end_date) < staged.start_date"),
        (
            problems.STATUS_ALONE,
            "staged.end_status IS NOT NULL AND COALESCE(staged.end_date, stored.end_date) IS NULL",
        ),
        (problems.NEW_NEEDS, "stored.id IS NULL AND staged.grade IS NULL"),
        (
            problems.END_STATUS,
            (
                "staged.end_status <> COALESCE(stored.end_status, '') AND NOT EXISTS (SELECT 1 FROM"
                " pathways_endstatus status WHERE status.code = staged.end_status AND"
                " status.first_year <= staged.end_year AND (status.last_year IS NULL OR"
                " status.last_year >= staged.end_year))"
            ),
        ),
    ),
    labels={"grade": "Grade", "end_date": "End Date", "end_status": "End Status"},
)
