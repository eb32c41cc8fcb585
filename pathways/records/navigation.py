"""Where lists of students stand in the navigation, and *Views and Downloads*: beside the people of
the district.
"""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

VIEWS = (
    Screen(
        name="Views and Downloads",
        path=("System Settings", "User Management"),
        url_name="district-view-events",
        capability=Capability.SEE_VIEW_EVENTS,
        synonyms=(
            "who looked at a student",
            "access log",
            "read log",
            "privacy",
            "downloads",
            "FERPA",
            "disclosure",
        ),
    ),
)

LISTS = (
    Screen(
        name="Student List",
        path=("Student Information", "State Programs"),
        url_name="student-list",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "all students",
            "students by school",
            "students by grade",
            "students by pathway",
            "no record yet",
            "export students",
            "spreadsheet",
            "concentrators",
        ),
        also=("student-list-file",),
        listed=False,
    ),
)
