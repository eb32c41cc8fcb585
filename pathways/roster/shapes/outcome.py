"""Outcomes of leavers: written by the statements of roster rows, but no kind of roster data. No file
brings them, and the follow-up alone says what they become.
"""

from __future__ import annotations

from pathways.models import Outcome, OutcomeChange
from pathways.roster.shape import DATE, INTEGER, TEXT, Shape
from pathways.roster.shapes.joins import TO_STUDENT

OUTCOME = Shape(
    name="CTE Outcome",
    model=Outcome,
    change=OutcomeChange,
    staged={
        "state_id": TEXT,
        "end_year": INTEGER,
        "status": TEXT,
        "date_contacted": DATE,
        "origin": TEXT,
    },
    key=("state_id", "end_year"),
    joins=(
        f"{TO_STUDENT} LEFT JOIN pathways_outcome stored ON stored.student_id = student.id AND"
        " stored.end_year = staged.end_year"
    ),
    image={
        "student_id": "student.id",
        "end_year": "staged.end_year",
        "status": "COALESCE(staged.status, stored.status)",
        "date_contacted": "COALESCE(staged.date_contacted, stored.date_contacted)",
        "origin": "staged.origin",
    },
    unique=("student_id", "end_year"),
    labels={"status": "Post-program Status", "date_contacted": "Date Contacted"},
)
