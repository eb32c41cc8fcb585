"""The CTE screens in the navigation, under the guide's paths."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.navigation import BATCH_QUEUE, STATEWIDE_QUEUE
from cte_portal.frame import Screen, Standing
from pathways.roster.worklist import Worklist

CTE_CONCENTRATOR = ("Student Information", "State Programs", "CTE Concentrator")
DATA_VALIDATION = ("Reporting", "Data Validation")
MT_STATE_REPORTING = ("Reporting", "MT State Reporting")
DATA_INTERCHANGE = ("System Settings", "Data Interchange Administration")
"""The status of a step that writes records, once they are certified."""


def open_on_the_worklist(standing: Standing) -> int:
    """Students in CTE courses without the record; in other years than the active one nothing is
    left to do.
    """
    scope = standing.scope
    return (
        Worklist(scope).known_balance(standing.known).open
        if scope and (scope.end_year, True) in standing.school_years
        else 0
    )


SCREENS = (
    Screen(
        name="CTE Concentrator",
        path=CTE_CONCENTRATOR[:-1],
        url_name="cte-concentrator",
        step="Step 2",
        capability=Capability.VIEW_RECORDS,
        key="Alt+s",
        synonyms=(
            "CTE Participant Summary",
            "CTE Participant Detail",
            "pathway",
            "credits",
            "single parent",
            "find a student",
            "Student Information > General > CTE",
            "Program Participation",
            "history",
            "restore",
            "deleted records",
            "undo",
            "print a record",
            "concentrators",
            "participants",
            "enter data",
        ),
        also=(
            "cte-student",
            "cte-record",
            "cte-record-new",
            "cte-record-delete",
            "cte-record-history",
        ),
    ),
    Screen(
        name="Roster worklist",
        path=CTE_CONCENTRATOR[:-1],
        url_name="roster-worklist",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "CTE Students Rostered to Courses with Pathways",
            "missing records",
            "no record",
            "courses",
            "sections",
            "transcript",
            "rosters",
        ),
        also=("roster-worklist-of",),
        open=open_on_the_worklist,
    ),
    Screen(
        name="Roster Data",
        path=CTE_CONCENTRATOR[:-1],
        url_name="roster-data",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "students",
            "enrollments",
            "schools",
            "calendars",
            "courses",
            "sections",
            "start a district",
            "load students",
            "add a student",
            "end enrollments",
            "withdraw a student",
            "State ID",
            "drop a student from a class",
            "Course > Course Information",
        ),
        also=(
            "roster-courses",
            "roster-schools",
            "roster-students",
            "roster-student",
            "roster-sections",
            "roster-section",
            "roster-end",
            "roster-row",
            "roster-row-add",
            "roster-row-history",
            "roster-row-remove",
        ),
    ),
    Screen(
        name="MT Data Upload",
        path=MT_STATE_REPORTING,
        url_name="mt-data-upload",
        step="Step 2B",
        capability=Capability.SEE_BATCHES,
        synonyms=(
            "upload a file",
            "import",
            "tsv",
            "Validate and Test File",
            "template",
            "spreadsheet",
            "Excel",
            "MT State Reporting > MT Data Upload",
            "roster files",
            "AIM files",
            "student demographics",
            "student enrollments",
        ),
        also=("mt-data-upload-columns", "mt-data-upload-undo", "roster-columns", "roster-undo"),
    ),
    Screen(
        name="MT Extracts",
        path=MT_STATE_REPORTING,
        url_name="mt-extracts",
        capability=Capability.SEE_BATCHES,
        synonyms=(
            "export",
            "download records",
            "extract",
            "spreadsheet",
            "Excel",
            "State Format",
            "MT State Reporting > MT Extracts",
        ),
    ),
    BATCH_QUEUE,
    STATEWIDE_QUEUE,
    Screen(
        name="Resync State Data - Batch",
        path=DATA_INTERCHANGE,
        url_name="resync",
        step="Step 3",
        capability=Capability.SEE_BATCHES,
        synonyms=(
            "sync",
            "send to the state",
            "submit data",
            "Send Resync",
            "System Administration > Data Utilities > Resync State Data",
        ),
        also=("district-and-state",),
    ),
    Screen(
        name="Resync all districts",
        path=DATA_INTERCHANGE,
        url_name="resync-all",
        capability=Capability.WORK_STATEWIDE,
        synonyms=("sync", "statewide", "Send Resync"),
        scoped=False,
    ),
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
        ),
        also=("findings-explain", "finding-explain"),
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
            "incorrect concentrator",
            "single parent",
            "modified in current year",
            "print",
            "download",
        ),
    ),
    Screen(
        name="Validation of all districts",
        path=DATA_VALIDATION,
        url_name="validation-of-all",
        capability=Capability.WORK_STATEWIDE,
        synonyms=("statewide", "errors by district", "Run at State"),
        scoped=False,
    ),
    Screen(
        name="Students of two districts",
        path=DATA_VALIDATION,
        url_name="shared-students",
        capability=Capability.WORK_STATEWIDE,
        synonyms=("duplicates", "duplicate students", "reported twice", "transfer"),
        scoped=False,
    ),
    Screen(
        name="Record changes",
        path=("Run the portal",),
        url_name="record-changes",
        capability=Capability.WORK_STATEWIDE,
        synonyms=("audit", "history", "who changed", "log"),
        scoped=False,
    ),
    Screen(
        "Set up the collection",
        (),
        "admin:index",
        capability=Capability.SEE_LISTS,
        synonyms=("opi", "admin site"),
        scoped=False,
    ),
    *(
        Screen(
            name=name,
            path=("Set up the collection",),
            url_name=f"admin:pathways_{model}_changelist",
            capability=Capability.SEE_LISTS,
            synonyms=synonyms,
            scoped=False,
            also=(
                *(f"admin:pathways_{model}_{page}" for page in ("add", "change", "delete")),
                *also,
            ),
        )
        for name, model, synonyms, also in (
            ("School years", "schoolyear", ("current year", "active year", "calendar"), ()),
            ("Districts", "district", ("school system", "district number"), ("districts-import",)),
            ("Pathways", "pathway", ("pathway list", "codes", "retire a pathway"), ()),
            (
                "Rule severities",
                "ruleseverity",
                ("error or warning", "weigh a rule", "business rules"),
                (),
            ),
        )
    ),
    Screen(
        name="Add districts from a file",
        path=("Set up the collection",),
        url_name="districts-import",
        capability=Capability.KEEP_LISTS,
        synonyms=(
            "import districts",
            "csv",
            "spreadsheet",
            "first administrators",
            "District Administrator",
            "invite people",
            "invitations",
            "add people from a file",
        ),
        scoped=False,
        listed=False,
    ),
    Screen(
        name="Pathway approvals",
        path=("Set up the collection",),
        url_name="approvals",
        capability=Capability.SEE_LISTS,
        synonyms=("approved pathways", "which district may offer"),
        scoped=False,
        also=(
            "approvals-of-pathway",
            "approvals-of-district",
            "approvals-copy",
            "approvals-import",
        ),
    ),
)

GUIDE = (
    Screen(
        name="CTE Lingo",
        path=("OPI guide",),
        url_name="cte-lingo",
        synonyms=("definitions", "glossary", "what is a concentrator", "help"),
        scoped=False,
    ),
    Screen(
        name="Help",
        path=("OPI guide",),
        url_name="help",
        synonyms=(
            "support",
            "contact",
            "phone",
            "shortcuts",
            "keyboard",
            "print",
            "how to",
            "training",
        ),
        scoped=False,
        listed=False,
    ),
    Screen(
        name="Rules",
        path=("OPI guide",),
        url_name="rules",
        synonyms=(
            "errors",
            "warnings",
            "validation",
            "business rules",
            "error messages",
            "edit checks",
        ),
        scoped=False,
    ),
)
