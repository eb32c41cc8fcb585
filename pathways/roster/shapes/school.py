"""The shapes of schools and their calendars."""

from __future__ import annotations

from cte_portal.accounts.models import Membership
from pathways.models import Calendar, CalendarChange, School, SchoolChange
from pathways.roster import problems
from pathways.roster.shape import INTEGER, TEXT, Shape
from pathways.roster.shapes.joins import CALENDARS, TO_SCHOOL

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
    new_needs=("name",),
    unique=("district_id", "number"),
    problems=((problems.NEW_NEEDS, "stored.id IS NULL AND staged.name IS NULL"),),
    labels={"name": "School Name"},
    follow=(
        (
            f"UPDATE {Membership._meta.db_table} SET school = (SELECT school.number FROM"
            " pathways_school school WHERE school.id = school_key) WHERE school_key IN ({rows})"
        ),
    ),
)

CALENDAR = Shape(
    name="Calendar",
    model=Calendar,
    change=CalendarChange,
    staged={"school_number": TEXT, "end_year": INTEGER, "number": TEXT},
    key=("school_number", "end_year", "number"),
    joins=(
        f"{TO_SCHOOL} LEFT JOIN {CALENDARS} stored ON stored.school_id = school.id "
        "AND stored.end_year = staged.end_year AND stored.number = staged.number"
    ),
    image={"school_id": "school.id", "end_year": "staged.end_year", "number": "staged.number"},
    unique=("school_id", "end_year", "number"),
    problems=((problems.SCHOOL, "school.id IS NULL"),),
)
