"""The shape of roster lines: a student in a section."""

from __future__ import annotations

from pathways.models import Roster, RosterChange
from pathways.roster import problems
from pathways.roster.shape import AMOUNT, INTEGER, TEXT, Shape
from pathways.roster.shapes.joins import SECTIONS, TO_CALENDAR, TO_COURSE, TO_SCHOOL, TO_STUDENT
from pathways.roster.shapes.lower_grades import ENROLLED_BELOW, LEAVE_OUT

_SECTION = (
    f"LEFT JOIN {SECTIONS} section ON section.course_id = course.id AND section.calendar_id ="
    " calendar.id AND section.number = staged.section_number"
)
# A student has one line in a section, whatever enrollment it came by; a new one comes by the
# Primary enrollment, else the latest. PostgreSQL expects one row where a place is 1, and would
# compare each line with each enrollment; a third of them where it is less than 2.
_ENROLLMENT = """LEFT JOIN (
    SELECT own.id, own.student_id, own.calendar_id, ROW_NUMBER() OVER (PARTITION BY own.student_id, own.calendar_id ORDER BY
    CASE own.service_type WHEN 'P' THEN 0 WHEN 'S' THEN 1 WHEN 'N' THEN 2 ELSE 3 END, own.start_date DESC, own.id) AS place
    FROM pathways_student known JOIN pathways_enrollment own ON own.student_id = known.id
    WHERE known.district_id = %(district)s
    ) enrollment ON enrollment.student_id = student.id AND enrollment.calendar_id = calendar.id AND enrollment.place < 2"""
# The district's lines of the year are found once: looked up for each row, PostgreSQL reads those of
# all districts.
_ROSTERED = """LEFT JOIN (
    SELECT line.id, line.section_id, line.enrollment_id, line.credits_earned, own.student_id,
    ROW_NUMBER() OVER (PARTITION BY line.section_id, own.student_id ORDER BY line.id) AS place
    FROM pathways_student known JOIN pathways_enrollment own ON own.student_id = known.id
    JOIN pathways_roster line ON line.enrollment_id = own.id JOIN pathways_section taught ON taught.id = line.section_id
    JOIN pathways_calendar within ON within.id = taught.calendar_id
    WHERE known.district_id = %(district)s AND within.end_year = %(year)s
    ) stored ON stored.section_id = section.id AND stored.student_id = student.id AND stored.place < 2"""

ROSTER = Shape(
    name="Roster",
    model=Roster,
    change=RosterChange,
    staged={
        "school_number": TEXT,
        "course_number": TEXT,
        "end_year": INTEGER,
        "calendar_number": TEXT,
        "section_number": TEXT,
        "state_id": TEXT,
        "credits_earned": AMOUNT,
    },
    key=(
        "school_number",
        "course_number",
        "end_year",
        "calendar_number",
        "section_number",
        "state_id",
    ),
    joins=f"{TO_STUDENT} {TO_SCHOOL} {TO_COURSE} {TO_CALENDAR} {_SECTION} {_ENROLLMENT} {_ROSTERED}",
    image={
        "section_id": "section.id",
        "enrollment_id": "COALESCE(stored.enrollment_id, enrollment.id)",
        "credits_earned": "COALESCE(staged.credits_earned, stored.credits_earned)",
    },
    unique=("section_id", "enrollment_id"),
    problems=(
        (
            problems.LOWER_GRADE,
            f"{LEAVE_OUT} AND enrollment.id IS NULL AND staged.state_id IN {ENROLLED_BELOW}",
        ),
        (problems.STUDENT, "student.id IS NULL"),
        (problems.SCHOOL, "school.id IS NULL"),
        (problems.COURSE, "course.id IS NULL"),
        (problems.CALENDAR, "calendar.id IS NULL"),
        (problems.SECTION, "section.id IS NULL"),
        (problems.NOT_ENROLLED, "stored.id IS NULL AND enrollment.id IS NULL"),
    ),
    labels={"credits_earned": "Credits Earned"},
)
