"""The seven kinds of roster rows, each with its shape.

In the SQL, `staged` is the row that came in, `stored` the row that is there; `%(district)s`,
`%(year)s` and `%(year_starts)s` are the scope's. A blank value never erases what is stored.
"""

from __future__ import annotations

from pathways.models import (
    Calendar,
    CalendarChange,
    Course,
    CourseChange,
    Enrollment,
    EnrollmentChange,
    Roster,
    RosterChange,
    School,
    SchoolChange,
    Section,
    SectionChange,
    Student,
    StudentChange,
)
from pathways.roster import problems
from pathways.roster.shape import AMOUNT, DATE, INTEGER, TEXT, Shape

_SCHOOL = (
    "LEFT JOIN pathways_school school ON school.district_id = %(district)s AND school.number ="
    " staged.school_number"
)
_CALENDAR = (
    "LEFT JOIN pathways_calendar calendar ON calendar.school_id = school.id "
    "AND calendar.end_year = staged.end_year AND calendar.number = staged.calendar_number"
)
_COURSE = (
    "LEFT JOIN pathways_course course ON course.school_id = school.id AND course.number ="
    " staged.course_number"
)
_STUDENT = (
    "LEFT JOIN pathways_student student ON student.district_id = %(district)s AND student.state_id"
    " = staged.state_id"
)

# Less data is the default: of a file with all grades only what CTE needs is loaded.
_BELOW = "('IT', 'PR', 'PK', 'TK', 'KG', '01', '02', '03', '04', '05', '06')"
_LEAVE_OUT = "%(source)s = 'file' AND %(every_grade)s = 0 AND stored.id IS NULL"
_ENROLLED_BELOW = f"(SELECT state_id FROM staged_pathways_enrollment WHERE grade IN {_BELOW})"
_ENROLLED_ABOVE = (
    "(SELECT state_id FROM staged_pathways_enrollment WHERE state_id IS NOT NULL AND"
    f" (grade IS NULL OR grade NOT IN {_BELOW}))"
)

_NAMELESS = " OR ".join(
    f"staged.{name} IS NULL" for name in ("last_name", "first_name", "birth_date", "gender")
)

SCHOOL = Shape(
    name="School",
    model=School,
    change=SchoolChange,
    staged={"number": TEXT, "name": TEXT},
    key=("number",),
    joins=(
        "LEFT JOIN pathways_school stored ON stored.district_id = %(district)s AND stored.number ="
        " staged.number"
    ),
    image={
        "district_id": "CAST(%(district)s AS varchar(4))",
        "number": "staged.number",
        "name": "COALESCE(staged.name, stored.name)",
    },
    unique=("district_id", "number"),
    problems=((problems.NEW_NEEDS, "stored.id IS NULL AND staged.name IS NULL"),),
    labels={"name": "School Name"},
)

CALENDAR = Shape(
    name="Calendar",
    model=Calendar,
    change=CalendarChange,
    staged={"school_number": TEXT, "end_year": INTEGER, "number": TEXT},
    key=("school_number", "end_year", "number"),
    joins=(
        f"{_SCHOOL} LEFT JOIN pathways_calendar stored ON stored.school_id = school.id "
        "AND stored.end_year = staged.end_year AND stored.number = staged.number"
    ),
    image={"school_id": "school.id", "end_year": "staged.end_year", "number": "staged.number"},
    unique=("school_id", "end_year", "number"),
    problems=((problems.SCHOOL, "school.id IS NULL"),),
)

STUDENT = Shape(
    name="Student",
    model=Student,
    change=StudentChange,
    staged={
        "state_id": TEXT,
        "local_id": TEXT,
        "last_name": TEXT,
        "first_name": TEXT,
        "middle_name": TEXT,
        "birth_date": DATE,
        "gender": TEXT,
    },
    key=("state_id",),
    joins=(
        "LEFT JOIN pathways_student stored ON stored.district_id = %(district)s AND stored.state_id"
        " = staged.state_id"
    ),
    image={
        "district_id": "CAST(%(district)s AS varchar(4))",
        "state_id": "staged.state_id",
        "local_id": "COALESCE(staged.local_id, stored.local_id, '')",
        "last_name": "COALESCE(staged.last_name, stored.last_name)",
        "first_name": "COALESCE(staged.first_name, stored.first_name)",
        "middle_name": "COALESCE(staged.middle_name, stored.middle_name, '')",
        "birth_date": "COALESCE(staged.birth_date, stored.birth_date)",
        "gender": "COALESCE(staged.gender, stored.gender)",
    },
    unique=("district_id", "state_id"),
    problems=(
        (
            problems.LOWER_GRADE,
            (
                f"{_LEAVE_OUT} AND staged.state_id IN {_ENROLLED_BELOW} AND staged.state_id NOT IN"
                f" {_ENROLLED_ABOVE}"
            ),
        ),
        (
            problems.NEW_NEEDS,
            f"stored.id IS NULL AND ({_NAMELESS})",
        ),
        (
            problems.MIX_UP,
            (
                "staged.birth_date <> stored.birth_date AND UPPER(staged.last_name) <>"
                " UPPER(stored.last_name)"
            ),
        ),
    ),
    labels={
        "local_id": "Local ID",
        "last_name": "Last Name",
        "first_name": "First Name",
        "middle_name": "Middle Name",
        "birth_date": "Birth Date",
        "gender": "Gender",
    },
)

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
        f"{_STUDENT} {_SCHOOL} {_CALENDAR} LEFT JOIN pathways_enrollment stored ON"
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
    unique=("student_id", "calendar_id", "service_type", "start_date"),
    problems=(
        (problems.LOWER_GRADE, f"{_LEAVE_OUT} AND staged.grade IN {_BELOW}"),
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

# A course that was last taught in an earlier year and comes back under another name keeps no
# pathway without a word: its students would be in the wrong one.
_TAUGHT = (
    "EXISTS (SELECT 1 FROM pathways_section taught JOIN pathways_calendar within ON within.id ="
    " taught.calendar_id WHERE taught.course_id = stored.id AND within.end_year"
)
_RECYCLED = (
    "stored.pathway_id IS NOT NULL AND UPPER(staged.name) <> UPPER(stored.name) AND"
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
    },
    key=("school_number", "number"),
    joins=(
        f"{_SCHOOL} LEFT JOIN pathways_course stored ON stored.school_id = school.id AND"
        " stored.number = staged.number"
    ),
    image={
        "school_id": "school.id",
        "number": "staged.number",
        "name": "COALESCE(staged.name, stored.name)",
        "pathway_id": "NULLIF(COALESCE(CAST(staged.pathway_id AS bigint), stored.pathway_id), 0)",
        "credits": "COALESCE(staged.credits, stored.credits, 0)",
    },
    unique=("school_id", "number"),
    problems=(
        (problems.SCHOOL, "school.id IS NULL"),
        (problems.NEW_NEEDS, "stored.id IS NULL AND staged.name IS NULL"),
        (problems.RECYCLED, _RECYCLED),
    ),
    labels={"name": "Course Name", "pathway_id": "CTE Pathway", "credits": "Credits"},
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
        f"{_SCHOOL} {_COURSE} {_CALENDAR} LEFT JOIN pathways_section stored ON stored.course_id ="
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

_SECTION = (
    "LEFT JOIN pathways_section section ON section.course_id = course.id AND section.calendar_id ="
    " calendar.id AND section.number = staged.section_number"
)
# A student has one line in a section, whatever enrollment it came by; a new one comes by the
# Primary enrollment, else the latest.
_ENROLLMENT = """LEFT JOIN pathways_enrollment enrollment ON enrollment.id = (
    SELECT candidate.id FROM pathways_enrollment candidate
    WHERE candidate.student_id = student.id AND candidate.calendar_id = calendar.id
    ORDER BY CASE candidate.service_type WHEN 'P' THEN 0 WHEN 'S' THEN 1 WHEN 'N' THEN 2 ELSE 3 END, candidate.start_date DESC, candidate.id
    LIMIT 1)"""
_ROSTERED = """LEFT JOIN pathways_roster stored ON stored.id = (
    SELECT line.id FROM pathways_roster line JOIN pathways_enrollment own ON own.id = line.enrollment_id
    WHERE line.section_id = section.id AND own.student_id = student.id ORDER BY line.id LIMIT 1)"""

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
    joins=f"{_STUDENT} {_SCHOOL} {_COURSE} {_CALENDAR} {_SECTION} {_ENROLLMENT} {_ROSTERED}",
    image={
        "section_id": "section.id",
        "enrollment_id": "COALESCE(stored.enrollment_id, enrollment.id)",
        "credits_earned": "COALESCE(staged.credits_earned, stored.credits_earned)",
    },
    unique=("section_id", "enrollment_id"),
    problems=(
        (
            problems.LOWER_GRADE,
            f"{_LEAVE_OUT} AND enrollment.id IS NULL AND staged.state_id IN {_ENROLLED_BELOW}",
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

SHAPES = (SCHOOL, CALENDAR, STUDENT, ENROLLMENT, COURSE, SECTION, ROSTER)
"""In the order in which they are written: what others need comes first."""

BY_NAME = {shape.name: shape for shape in SHAPES}
