"""Where the CTE screens stand in the navigation, and what the home page says of them (guide, Step Two)."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.capabilities import Capability
from cte_portal.batches.models import Batch
from cte_portal.batches.navigation import BATCH_QUEUE, STATEWIDE_QUEUE
from cte_portal.editions import Scope
from cte_portal.ui.navigation import ContextFact, HomeFigure, HomeTask, Screen, Standing
from pathways.comparison import Unsent
from pathways.models import CollectionLock, Participation
from pathways.models.participation import Figures
from pathways.reports import home as reports
from pathways.sealed_year import SealedYear, sealed_year
from pathways.worklist import Worklist

CTE_CONCENTRATOR = ("Student Information", "State Programs", "CTE Concentrator")
DATA_VALIDATION = ("Reporting", "Data Validation")
MT_STATE_REPORTING = ("Reporting", "MT State Reporting")
DATA_INTERCHANGE = ("System Settings", "Data Interchange Administration")
LOCKED = ("locked", "Locked")
"""The status of a step that writes records, once they are certified."""


def open_on_the_worklist(standing: Standing) -> int:
    """Students in CTE courses without the record; in other years than the active one nothing is left to do."""
    scope = standing.scope
    return Worklist(scope).balance().open if scope and (scope.end_year, True) in standing.school_years else 0


SCREENS = (
    Screen(
        name="CTE Concentrator",
        path=CTE_CONCENTRATOR[:-1],
        url_name="cte-concentrator",
        step="Step 2",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "CTE Participant Summary",
            "CTE Participant Detail",
            "pathway",
            "credits",
            "single parent",
            "find a student",
            "Student Information > General > CTE",
            "Program Participation",
        ),
        also=("cte-student", "cte-record", "cte-record-new", "cte-record-delete", "cte-record-history"),
    ),
    Screen(
        name="Roster worklist",
        path=CTE_CONCENTRATOR[:-1],
        url_name="roster-worklist",
        capability=Capability.VIEW_RECORDS,
        synonyms=("CTE Students Rostered to Courses with Pathways", "missing records", "courses", "sections", "transcript"),
        also=("roster-worklist-of",),
        open=open_on_the_worklist,
    ),
    Screen(
        name="MT Data Upload",
        path=MT_STATE_REPORTING,
        url_name="mt-data-upload",
        step="Step 2B",
        capability=Capability.SEE_BATCHES,
        synonyms=("upload a file", "import", "tsv", "Validate and Test File", "template", "MT State Reporting > MT Data Upload"),
        also=("mt-data-upload-columns", "mt-data-upload-undo"),
    ),
    Screen(
        name="MT Extracts",
        path=MT_STATE_REPORTING,
        url_name="mt-extracts",
        capability=Capability.SEE_BATCHES,
        synonyms=("export", "download records", "State Format", "MT State Reporting > MT Extracts"),
    ),
    BATCH_QUEUE,
    STATEWIDE_QUEUE,
    Screen(
        name="Resync State Data - Batch",
        path=DATA_INTERCHANGE,
        url_name="resync",
        step="Step 3",
        capability=Capability.SEE_BATCHES,
        synonyms=("sync", "send to the state", "Send Resync", "System Administration > Data Utilities > Resync State Data"),
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
        synonyms=("errors", "warnings", "problems", "validate", "explain", "data validation", "fix"),
        also=("findings-explain", "finding-explain"),
    ),
    Screen(
        name="Validation Groups",
        path=DATA_VALIDATION,
        url_name="validation-groups",
        capability=Capability.VIEW_RECORDS,
        synonyms=("assign a validation group", "user groups", "Data Integrity Tools > Data Validation > Validation Groups"),
    ),
    Screen(
        name="Data Validation Reports",
        path=DATA_VALIDATION,
        url_name="data-validation-reports",
        step="Step 4",
        capability=Capability.VIEW_RECORDS,
        synonyms=("Validation Report", "Run at State", "count", "incorrect concentrator", "single parent", "modified in current year"),
    ),
    Screen(
        name="Validation of all districts",
        path=DATA_VALIDATION,
        url_name="validation-of-all",
        capability=Capability.WORK_STATEWIDE,
        synonyms=("statewide", "errors by district", "Run at State"),
        scoped=False,
    ),
    Screen("Set up the collection", (), "admin:index", capability=Capability.SEE_LISTS, synonyms=("opi", "admin site"), scoped=False),
    *(
        Screen(
            name=name,
            path=("Set up the collection",),
            url_name=f"admin:pathways_{model}_changelist",
            capability=Capability.SEE_LISTS,
            synonyms=synonyms,
            scoped=False,
            also=tuple(f"admin:pathways_{model}_{page}" for page in ("add", "change", "delete")),
        )
        for name, model, synonyms in (
            ("School years", "schoolyear", ("current year", "active year", "calendar")),
            ("Districts", "district", ("school system", "district number")),
            ("Pathways", "pathway", ("pathway list", "codes", "retire a pathway")),
            ("Rule severities", "ruleseverity", ("error or warning", "weigh a rule", "business rules")),
        )
    ),
    Screen(
        name="Pathway approvals",
        path=("Set up the collection",),
        url_name="approvals",
        capability=Capability.SEE_LISTS,
        synonyms=("approved pathways", "which district may offer"),
        scoped=False,
        also=("approvals-of-pathway", "approvals-of-district", "approvals-copy", "approvals-import"),
    ),
)

GUIDE = (
    Screen(
        name="CTE Lingo",
        path=("OPI guide",),
        url_name="cte-lingo",
        synonyms=("definitions", "glossary", "what is a concentrator"),
        scoped=False,
    ),
    Screen(
        name="Rules",
        path=("OPI guide",),
        url_name="rules",
        synonyms=("errors", "warnings", "validation"),
        scoped=False,
    ),
)


def home_tasks(scope: Scope, standing: Standing) -> list[HomeTask]:
    """Steps 2 to 4 of the guide: how far the district's records have come, and the way to them."""
    figures = Participation.objects.in_scope(scope).figures(scope.end_year)
    if not figures.records:
        sentence = f"No CTE records in {scope.school_year} yet."
    else:
        records = f"{_number(figures.records, 'record')} of {_number(figures.students, 'student')}"
        sentence = f"{records}, {figures.changed:,} changed in {scope.school_year}."
    active = next((year for year, is_active in standing.school_years if is_active), scope.end_year)
    locked = scope.end_year == active and CollectionLock.objects.on_participations(scope.district, scope.end_year).exists()
    if scope.end_year != active:
        # A record has no year of its own (design 4): a year that was never sealed shows what it says today.
        status, sealed = ("locked", "For reading"), sealed_year(scope)
        sentence = (
            f"Certified under receipt {sealed.receipt}: {_number(sealed.records, 'record')} of {_number(sealed.students, 'student')}."
            if sealed
            else f"Current values, not as of {scope.school_year}. {sentence}"
        )
    elif locked:
        status, sentence = LOCKED, f"Certified. {sentence}"
    elif figures.changed:
        status = ("progress", "In progress")
    else:
        status = ("none", "Not yet started")
    unsent = Unsent.of(scope)
    return [
        HomeTask(
            step="2",
            title="Enter or update records",
            path=CTE_CONCENTRATOR,
            status=status,
            sentence=sentence,
            url=reverse("cte-concentrator", args=[scope.district, scope.end_year]),
            next_label="" if locked else "Find a student",
        ),
        *upload_task(scope, standing, locked=locked),
        *worklist_task(scope, standing, locked=locked),
        *resync_task(scope, standing, unsent),
        *reports.validate(scope, standing, unsent),
    ]


def upload_task(scope: Scope, standing: Standing, *, locked: bool) -> list[HomeTask]:
    """Step 2 B is the other way to the same records, so it has a status only once it was used."""
    if not standing.can(Capability.SEE_BATCHES):
        return []
    last = Batch.objects.of_district(scope.district).filter(kind="upload").first()
    return [
        HomeTask(
            step="2 B",
            title="Upload a file of records",
            path=(*MT_STATE_REPORTING, "MT Data Upload"),
            status=("progress", "Running")
            if last and last.is_live
            else LOCKED
            if locked
            else ("none", "Last upload" if last else "Not used"),
            sentence=f"{last.sentence}"
            if last and last.sentence
            else "Instead of typing: a tab-delimited file from your student information system.",
            url=reverse("mt-data-upload", args=[scope.district, scope.end_year]),
            next_label="" if locked else "Upload a file",
        )
    ]


def worklist_task(scope: Scope, standing: Standing, *, locked: bool) -> list[HomeTask]:
    """The guide's tip of Step 2: who sits in CTE courses without the record. Where nobody is rostered there is nothing to say."""
    balance = Worklist(scope).balance() if (scope.end_year, True) in standing.school_years else None
    if balance is None or not balance.rostered:
        return []
    missing = balance.students
    return [
        HomeTask(
            step="2",
            title="Check the roster worklist",
            path=(*CTE_CONCENTRATOR[:-1], "Roster worklist"),
            status=("completed", "Completed") if not missing else LOCKED if locked else ("progress", "In progress"),
            sentence=f"{_number(missing, 'student')} in CTE courses without the record."
            if missing
            else "Whoever is in a CTE course has the record, or a reason why not.",
            url=reverse("roster-worklist", args=[scope.district, scope.end_year]),
            next_label=f"Open the {_number(missing, 'student') if missing > 1 else 'student'}" if missing and not locked else "",
        )
    ]


def resync_task(scope: Scope, standing: Standing, unsent: Unsent) -> list[HomeTask]:
    """Step 3: the step that is forgotten most, so what is not yet sent is said in numbers."""
    if not standing.can(Capability.SEE_BATCHES):
        return []
    if unsent.copy is None:
        status, sentence = ("none", "Not yet started"), "Nothing has been sent to the state yet."
    elif unsent.changes:
        status = ("warning", "Not yet sent")
        sentence = f"{_number(unsent.changes, 'change')} since the resync on {moment(unsent.copy.sent_at)}."
    elif unsent.copy.complete_at is None:
        status, sentence = ("progress", "In progress"), "Not all types have been sent. A complete resync sends all of them."
    else:
        status, sentence = ("completed", "Completed"), f"Everything was sent on {moment(unsent.copy.sent_at)} by {unsent.copy.sent_by}."
    return [
        HomeTask(
            step="3",
            title="Resync data to the state",
            path=(*DATA_INTERCHANGE, "Resync State Data - Batch"),
            status=status,
            sentence=sentence,
            url=reverse("resync", args=[scope.district, scope.end_year]),
            next_label="Send" if unsent.changes or unsent.copy is None else "",
        )
    ]


def not_yet_sent(scope: Scope, standing: Standing) -> ContextFact | None:
    """Above every page of the current year: what the state does not have yet (ux V-01)."""
    if (scope.end_year, True) not in standing.school_years:
        return None
    unsent = Unsent.of(scope)
    last = f"last resync {moment(unsent.copy.sent_at)}" if unsent.copy else "no resync yet"
    where = reverse("resync", args=[scope.district, scope.end_year]) if standing.can(Capability.SEND_RECORDS) else ""
    if unsent.changes:
        return ContextFact(
            "Not yet sent to the state:", f"{unsent.changes:,}", url=where, link_text="Send" if where else "", attention=True
        )
    return ContextFact("Not yet sent to the state:", "0", last)


def moment(at: datetime.datetime) -> str:
    return f"{timezone.localtime(at):%m/%d/%Y %I:%M %p} MT"


def home_figures(scope: Scope, standing: Standing) -> list[HomeFigure]:
    """Students are counted once, as concentrators if any of their records says Yes. A past year's figures are those that were sealed."""
    past = (scope.end_year, False) in standing.school_years
    if past and (sealed := sealed_year(scope)):
        return [_students(sealed, f"Certified under receipt {sealed.receipt}")]
    figures = Participation.objects.in_scope(scope).figures(scope.end_year)
    if past:
        return [_students(figures, f"Current values, not as of {scope.school_year}")]
    return [
        _students(figures),
        HomeFigure(f"Records changed in {scope.school_year}", f"{figures.changed:,}", f"of {_number(figures.records, 'record')}"),
    ]


def _students(figures: Figures | SealedYear, what: str = "") -> HomeFigure:
    sentence = f"{_number(figures.concentrators, 'concentrator')}, {_number(figures.participants, 'participant')}"
    return HomeFigure("Students in CTE", f"{figures.students:,}", f"{sentence}. {what}." if what else sentence)


def _number(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
