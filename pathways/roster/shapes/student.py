"""The shape of students."""

from __future__ import annotations

from pathways.models import Student, StudentChange
from pathways.roster import problems
from pathways.roster.shape import DATE, TEXT, Shape
from pathways.roster.shapes.lower_grades import ENROLLED_ABOVE, ENROLLED_BELOW, LEAVE_OUT

_NEW_NEEDS = ("last_name", "first_name", "birth_date", "gender")
_NAMELESS = " OR ".join(f"staged.{name} IS NULL" for name in _NEW_NEEDS)

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
    new_needs=_NEW_NEEDS,
    problems=(
        (
            problems.LOWER_GRADE,
            (
                f"{LEAVE_OUT} AND staged.state_id IN {ENROLLED_BELOW} AND staged.state_id NOT IN"
                f" {ENROLLED_ABOVE}"
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
