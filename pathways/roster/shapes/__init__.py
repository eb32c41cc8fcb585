"""The seven kinds of roster rows, each with its shape.

In the SQL, `staged` is the row that came in, `stored` the row that is there; `%(district)s`,
`%(year)s` and `%(year_starts)s` are the scope's. A blank value never erases what is stored.
"""

from __future__ import annotations

from pathways.roster.shapes.course import COURSE, SECTION
from pathways.roster.shapes.enrollment import ENROLLMENT
from pathways.roster.shapes.roster import ROSTER
from pathways.roster.shapes.school import CALENDAR, SCHOOL
from pathways.roster.shapes.student import STUDENT

SHAPES = (SCHOOL, CALENDAR, STUDENT, ENROLLMENT, COURSE, SECTION, ROSTER)
"""In the order in which they are written: what others need comes first."""

BY_NAME = {shape.name: shape for shape in SHAPES}

__all__ = [
    "BY_NAME",
    "CALENDAR",
    "COURSE",
    "ENROLLMENT",
    "ROSTER",
    "SCHOOL",
    "SECTION",
    "SHAPES",
    "STUDENT",
]
