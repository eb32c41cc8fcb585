"""The CTE screens in the navigation, under the guide's paths."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.navigation import BATCH_QUEUE, STATEWIDE_QUEUE
from cte_portal.frame import Screen
from pathways.elements import navigation as elements
from pathways.follow_up import navigation as follow_up
from pathways.lists.follow_up.navigation import LISTS
from pathways.records import navigation as records
from pathways.resync import navigation as resync
from pathways.roster import navigation

CTE_CONCENTRATOR = ("Student Information", "State Programs", "CTE Concentrator")
DATA_VALIDATION = ("Reporting", "Data Validation")
MT_STATE_REPORTING = ("Reporting", "MT State Reporting")

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
            "move credits",
            "wrong pathway",
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
            "cte-record-elements",
            "cte-record-history",
            "cte-record-move",
        ),
    ),
    *records.LISTS,
    *elements.SCREENS,
    *navigation.SCREENS,
    *follow_up.SCREENS,
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
            "OneRoster",
            "student demographics",
            "student enrollments",
        ),
        also=(
            "mt-data-upload-columns",
            "mt-data-upload-undo",
            "roster-columns",
            "roster-sources",
            "roster-source",
            "roster-mapping",
            "roster-undo",
        ),
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
    *resync.SCREENS,
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
            ("End statuses", "endstatus", ("exit codes", "graduate", "dropout", "transfer"), ()),
            *LISTS,
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
    *follow_up.REQUESTS,
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
