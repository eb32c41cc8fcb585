"""The rows of students below grade 7, whom CTE does not need."""

from __future__ import annotations

# Less data is the default: of a file with all grades only what CTE needs is loaded.
BELOW = "('IT', 'PR', 'PK', 'TK', 'KG', '01', '02', '03', '04', '05', '06')"
LEAVE_OUT = "%(source)s = 'file' AND %(every_grade)s = 0 AND stored.id IS NULL"
# Each student once: a list too long for memory would be read anew for each row.
ENROLLED_BELOW = (
    f"(SELECT DISTINCT state_id FROM staged_pathways_enrollment WHERE grade IN {BELOW})"
)
ENROLLED_ABOVE = (
    "(SELECT DISTINCT state_id FROM staged_pathways_enrollment WHERE state_id IS NOT NULL AND"
    f" (grade IS NULL OR grade NOT IN {BELOW}))"
)
