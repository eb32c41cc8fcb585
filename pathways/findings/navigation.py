"""Where the screens of Step Four stand in the navigation, under the guide's paths."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen

DATA_VALIDATION = ("Reporting", "Data Validation")

SCREENS = (
    Screen(
        name="Findings",
        path=DATA_VALIDATION,
        url_name="findings",
        step="Step 4",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "errors",
            "warnings",
            "problems",
            "validate",
            "explain",
            "data validation",
            "fix",
            "corrections",
            "what is wrong",
            "open errors",
            "open warnings",
            "error list",
            "acknowledge a warning",
            "reason for a warning",
        ),
        also=("findings-file", "findings-explain", "finding-explain"),
    ),
    Screen(
        name="Validation Groups",
        path=DATA_VALIDATION,
        url_name="validation-groups",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "assign a validation group",
            "user groups",
            "Data Integrity Tools > Data Validation > Validation Groups",
            "validation group",
            "assign reports",
            "who sees reports",
        ),
    ),
    Screen(
        name="Data Validation Reports",
        path=DATA_VALIDATION,
        url_name="data-validation-reports",
        step="Step 4",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "Validation Report",
            "Run at State",
            "count",
            "print",
            "download",
            "Certification report",
            "reports",
            "run a report",
            "End of Year CTE Count Concentrator & Participant",
            "End of Year CTE Count Single Parent",
            "End of Year CTE Single Parent Indicator Different Between Pathways",
            "End of Year CTE with Incorrect Concentrator Assigned",
            "End of Year CTE Concentrators and Participants Modified in Current Year",
            "rostered to courses with pathways",
            "Data Integrity Tools > Data Validation > Data Validation Report",
        ),
    ),
    Screen(
        name="Validation of all districts",
        path=DATA_VALIDATION,
        url_name="validation-of-all",
        capability=Capability.WORK_STATEWIDE,
        synonyms=(
            "statewide",
            "errors by district",
            "Run at State",
            "run all reports",
            "all districts' errors",
        ),
        scoped=False,
    ),
    Screen(
        name="Students of two districts",
        path=DATA_VALIDATION,
        url_name="shared-students",
        capability=Capability.WORK_STATEWIDE,
        synonyms=(
            "duplicates",
            "duplicate students",
            "reported twice",
            "transfer",
            "student in two districts",
            "concurrent enrollment",
            "overlap",
        ),
        scoped=False,
    ),
)
