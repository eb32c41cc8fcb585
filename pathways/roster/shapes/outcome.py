"""Outcomes of leavers: written by the statements of roster rows, but no kind of roster data. No
file brings them, and the follow-up alone says what they become.
"""

from __future__ import annotations

from pathways.models import Outcome, OutcomeChange
from pathways.roster.shape import DATE, INTEGER, ROW_ID, TEXT, Shape

OUTCOME = Shape(
    name="CTE Outcome",
    model=Outcome,
    change=OutcomeChange,
    staged={
        "student_id": ROW_ID,
        "end_year": INTEGER,
        "status": TEXT,
        "date_contacted": DATE,
        "origin": TEXT,
    },
    key=("student_id", "end_year"),
    joins=(
        "LEFT JOIN pathways_outcome stored ON stored.student_id = staged.student_id AND"
        " stored.end_year = staged.end_year"
    ),
    image={
        "student_id": "staged.student_id",
        "end_year": "staged.end_year",
        "status": "COALESCE(staged.status, stored.status)",
        "date_contacted": "COALESCE(staged.date_contacted, stored.date_contacted)",
        "origin": "staged.origin",
    },
    unique=("student_id", "end_year"),
    labels={"status": "Post-program Status", "date_contacted": "Date Contacted"},
)
