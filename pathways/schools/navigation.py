"""Where the pages of schools stand in the navigation."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

SCREENS = (
    Screen(
        name="School View",
        path=("Student Information", "State Programs"),
        url_name="schools",
        capability=Capability.VIEW_SCHOOL,
        synonyms=(
            "my school",
            "principal",
            "counselor",
            "one school",
            "students by school",
            "school report",
            "building",
            "CTE students of a school",
            "school summary",
            "School Viewer",
            "one school's clerk",
        ),
        also=("school", "school-file"),
    ),
)
