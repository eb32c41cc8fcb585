"""The shapes of courses and their sections."""

from __future__ import annotations

from pathways.models import Course, CourseChange, Section, SectionChange
from pathways.roster import problems
from pathways.roster.shape import AMOUNT, INTEGER, TEXT, Shape
from pathways.roster.shapes.joins import (
    COURSES,
    SECTIONS,
    TO_CALENDAR,
    TO_COURSE,
    TO_SCHOOL,
)

NOT_ANSWERED, NOT_CTE = 0, -1
"""Stand for an answer without a pathway on its way in, where nothing at all would leave what is
stored.
"""

_PATHWAY = "CAST(staged.pathway_id AS bigint)"

# A course that was last taught in an earlier year and comes back under another name keeps no
# pathway without a word: its students would be in the wrong one.
_TAUGHT = (
    "EXISTS (SELECT 1 FROM pathways_section taught JOIN pathways_calendar within ON within.id ="
    " taught.calendar_id WHERE taught.course_id = stored.id AND within.end_year"
)
_RECYCLED = (
    "(stored.pathway_id IS NOT NULL OR stored.answer <> '') AND UPPER(staged.name) <> UPPER(stored.name) AND"
    f" {_TAUGHT} < %(year)s) AND NOT {_TAUGHT} = %(year)s)"
)

COURSE = Shape(
    name="Course",
    model=Course,
    change=CourseChange,
    staged={
        "school_number": TEXT,
        "number": TEXT,
        "name": TEXT,
        "pathway_id": INTEGER,
        "credits": AMOUNT,
        "sced_area": TEXT,
        "sced_course": TEXT,
    },
    key=("school_number", "number"),
    joins=(
        f"{TO_SCHOOL} LEFT JOIN {COURSES} stored ON stored.school_id = school.id AND"
        " stored.number = staged.number"
    ),
    image={
        "school_id": "school.id",
        "number": "staged.number",
        "name": "COALESCE(staged.name, stored.name)",
        "pathway_id": (
            f"CASE WHEN {_PATHWAY} <= {NOT_ANSWERED} THEN NULL ELSE COALESCE({_PATHWAY},"
            " stored.pathway_id) END"
        ),
        "answer": (
            f"CASE WHEN {_PATHWAY} IS NULL THEN COALESCE(stored.answer, '') WHEN {_PATHWAY} ="
            f" {NOT_CTE} THEN 'not-cte' ELSE '' END"
        ),
        "credits": "COALESCE(staged.credits, stored.credits, 0)",
        "sced_area": "COALESCE(staged.sced_area, stored.sced_area, '')",
        "sced_course": "COALESCE(staged.sced_course, stored.sced_course, '')",
    },
    new_needs=("name",),
    unique=("school_id", "number"),
    problems=(
        (problems.SCHOOL, "school.id IS NULL"),
        (problems.NEW_NEEDS, "stored.id IS NULL AND staged.name IS NULL"),
        (problems.RECYCLED, _RECYCLED),
    ),
    labels={
        "name": "Course Name",
        "pathway_id": "CTE Pathway",
        "answer": "CTE",
        "credits": "Credits",
        "sced_area": "SCED Subject Area",
        "sced_course": "SCED Course Identifier",
    },
)

SECTION = Shape(
    name="Section",
    model=Section,
    change=SectionChange,
    staged={
        "school_number": TEXT,
        "course_number": TEXT,
        "end_year": INTEGER,
        "calendar_number": TEXT,
        "number": TEXT,
    },
    key=("school_number", "course_number", "end_year", "calendar_number", "number"),
    joins=(
        f"{TO_SCHOOL} {TO_COURSE} {TO_CALENDAR} LEFT JOIN {SECTIONS} stored ON stored.course_id ="
        " course.id AND stored.calendar_id = calendar.id AND stored.number = staged.number"
    ),
    image={"course_id": "course.id", "calendar_id": "calendar.id", "number": "staged.number"},
    unique=("course_id", "calendar_id", "number"),
    problems=(
        (problems.SCHOOL, "school.id IS NULL"),
        (problems.COURSE, "course.id IS NULL"),
        (problems.CALENDAR, "calendar.id IS NULL"),
    ),
)
