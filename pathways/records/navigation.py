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
            "who downloaded",
            "audit of views",
            "who opened a record",
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
            "sort students",
            "all students",
            "students by school",
            "students by grade",
            "students by pathway",
            "no record yet",
            "export students",
            "spreadsheet",
            "concentrators",
            "roster of students",
            "filter students",
            "list by grade",
            "search students",
            "ad hoc",
            "Ad Hoc Reporting > Filter Designer",
            "saved filter",
            "csv",
            "saved lists",
            "grade 9, 10, 11, 12",
            "xlsx",
            "local ID",
        ),
        also=("student-list-file",),
        listed=False,
    ),
)
