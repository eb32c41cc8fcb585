"""The CTE screens in the navigation, under the guide's paths."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.navigation import BATCH_QUEUE, STATEWIDE_QUEUE
from cte_portal.frame import Screen
from pathways.elements import navigation as elements
from pathways.findings import navigation as findings
from pathways.follow_up import navigation as follow_up
from pathways.lists.follow_up.navigation import LISTS
from pathways.records import navigation as records
from pathways.resync import navigation as resync
from pathways.roster import navigation
from pathways.schools import navigation as schools
from pathways.uploads import navigation as uploads

CTE_CONCENTRATOR = ("Student Information", "State Programs", "CTE Concentrator")

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
            "CTE tab",
            "Program Participation > CTE",
            "Student Information > Program Participation",
            "edit a record",
            "new pathway",
            "save",
            "total credits",
            "dual enrollment",
            "work based learning",
            "start date",
            "two credits",
        ),
        also=(
            "cte-student",
            "cte-record",
            "cte-record-new",
            "cte-record-delete",
            "cte-record-elements",
            "cte-record-history",
            "cte-record-move",
            "student-years",
        ),
    ),
    *records.LISTS,
    *schools.SCREENS,
    *elements.SCREENS,
    *navigation.SCREENS,
    *follow_up.SCREENS,
    *uploads.SCREENS,
    BATCH_QUEUE,
    STATEWIDE_QUEUE,
    *resync.SCREENS,
    *findings.SCREENS,
    Screen(
        name="Record changes",
        path=("Run the portal",),
        url_name="record-changes",
        capability=Capability.WORK_STATEWIDE,
        synonyms=(
            "audit",
            "history",
            "who changed",
            "log",
            "Modified By",
            "Modified Date",
            "who typed this",
        ),
        scoped=False,
    ),
    Screen(
        "Set up the collection",
        (),
        "admin:index",
        capability=Capability.SEE_LISTS,
        synonyms=("opi", "admin site", "administration", "settings", "set up", "reference data"),
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
            (
                "School years",
                "schoolyear",
                ("current year", "active year", "calendar", "new year", "next year", "roll over"),
                (),
            ),
            (
                "Districts",
                "district",
                ("school system", "district number", "LEA", "system code", "rename a district"),
                ("districts-import",),
            ),
            (
                "Pathways",
                "pathway",
                (
                    "pathway list",
                    "codes",
                    "retire a pathway",
                    "career clusters",
                    "programs of study",
                ),
                (),
            ),
            (
                "End statuses",
                "endstatus",
                ("exit codes", "graduate", "dropout", "transfer", "end code", "withdrawal codes"),
                (),
            ),
            (
                "SCED subject areas",
                "subjectpathway",
                ("SCED", "course codes", "propose a pathway", "subject codes", "course subjects"),
                (),
            ),
            *LISTS,
            (
                "Rule severities",
                "ruleseverity",
                ("error or warning", "weigh a rule", "business rules", "turn a rule off"),
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
            "load districts",
            "new districts",
        ),
        scoped=False,
        listed=False,
    ),
    Screen(
        name="Pathway approvals",
        path=("Set up the collection",),
        url_name="approvals",
        capability=Capability.SEE_LISTS,
        synonyms=(
            "approved pathways",
            "which district may offer",
            "approve a pathway",
            "program approval",
            "CTE approval",
            "copy last year's approvals",
            "not approved",
        ),
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
        synonyms=(
            "definitions",
            "glossary",
            "what is a concentrator",
            "help",
            "words",
            "meaning",
            "what is a participant",
            "single parent definition",
            "pathway definition",
        ),
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
            "help desk",
            "AIM Unit",
            "call OPI",
            "call support",
            "guide",
            "instructions",
            "keys",
            "accessibility",
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
            "validation rules",
            "why is this an error",
            "CTE-",
            "rule list",
            "business edits",
        ),
        scoped=False,
    ),
)
