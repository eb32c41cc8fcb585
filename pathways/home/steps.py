"""The CTE steps on the home page (guide, Steps Two to Four)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.models import Batch, Status
from cte_portal.editions import Scope
from cte_portal.frame import HomeTask, Standing
from cte_portal.prepared import prepared
from cte_portal.ui.unavailable import if_state_answers
from cte_portal.ui.wording import number_of
from pathways.certified import certified
from pathways.home.figures import figures_of
from pathways.home.resync import LOCKED, resync_task
from pathways.models import Student
from pathways.navigation import CTE_CONCENTRATOR
from pathways.pages.scoped import lock_of
from pathways.reports import home as reports
from pathways.resync.unsent import Unsent
from pathways.roster.by_hand.new_year import has_students_of_last_year
from pathways.roster.worklist.balance import kept_balance
from pathways.uploads.navigation import MT_STATE_REPORTING
from pathways.uploads.run import VALIDATE


def home_tasks(scope: Scope, standing: Standing) -> list[HomeTask]:
    """Steps 2 to 4 of the guide: how far the district's records have come, and the way to them."""
    figures = figures_of(scope, standing.known)
    if not figures.records:
        sentence = f"No CTE records in {scope.school_year} yet."
    else:
        records = (
            f"{number_of(figures.records, 'record')} of {number_of(figures.students, 'student')}"
        )
        sentence = f"{records}, {figures.changed:,} changed in {scope.school_year}."
    active = next((year for year, is_active in standing.school_years if is_active), scope.end_year)
    locked = scope.end_year == active and lock_of(scope) is not None
    next_label, next_url = "" if locked else "Find a student", ""
    if scope.end_year != active:
        # A record has no year of its own (design 4): a year that was never sealed shows what it
        # says today.
        status, sealed = ("locked", "Read only"), certified().sealed_year(scope)
        sentence = (
            f"Certified under receipt {sealed.receipt}: {number_of(sealed.records, 'record')} of"
            f" {number_of(sealed.students, 'student')}."
            if sealed
            else f"Values are today’s, not those of {scope.school_year}. {sentence}"
        )
    elif locked:
        status, sentence = LOCKED, f"Certified. {sentence}"
    elif figures.changed:
        status = ("progress", "In progress")
    elif not figures.records and not Student.objects.in_scope(scope).exists():
        is_new_year = has_students_of_last_year(scope)
        page = "roster-new-year" if is_new_year else "roster-data"
        next_label = "Open new school year" if is_new_year else "Open roster data"
        next_url = reverse(page, args=[scope.district, scope.end_year])
        status = ("queued", "Cannot start yet")
        sentence = (
            f"No students for {scope.school_year} in the portal yet. Upload them first:"
            f" {'New school year' if is_new_year else 'Roster Data'} shows what is missing."
        )
    else:
        status = ("none", "Not yet started")
    unsent = if_state_answers(lambda: Unsent.counted(scope, standing.known))
    return [
        HomeTask(
            step="2",
            title="Enter or update records",
            path=CTE_CONCENTRATOR,
            status=status,
            sentence=sentence,
            url=reverse("cte-concentrator", args=[scope.district, scope.end_year]),
            next_label=next_label,
            next_url=next_url,
        ),
        *upload_task(scope, standing, locked=locked),
        *worklist_task(scope, standing, locked=locked),
        *resync_task(scope, standing, unsent),
        *reports.validate(scope, standing, unsent),
    ]


@prepared
def _newest_upload(scope: Scope) -> QuerySet[Batch]:
    uploads = Batch.objects.of_district(scope.district).filter(kind="upload")
    return uploads.filter(end_year=scope.end_year)[:1]


def upload_task(scope: Scope, standing: Standing, *, locked: bool) -> list[HomeTask]:
    """Step 2B is the other way to the same records, so it has a status only once it was used."""
    if (
        not standing.can(Capability.SEE_BATCHES)
        or (scope.end_year, True) not in standing.school_years
    ):
        return []
    last = next(iter(_newest_upload(scope)), None)
    where = reverse("mt-data-upload", args=[scope.district, scope.end_year])
    status, label, there = last_upload(last, scope)
    sentence = last.sentence if last else ""
    if not sentence and locked:
        sentence = "Certified. No file of records can be saved now."
    elif not sentence:
        sentence = (
            "Instead of typing, upload a tab-delimited file from your student information system."
        )
    return [
        HomeTask(
            step="2B",
            title="Upload a file of records",
            path=(*MT_STATE_REPORTING, "MT Data Upload"),
            status=LOCKED if locked and status[0] != "progress" else status,
            sentence=sentence,
            url=where,
            next_label="" if locked else label,
            next_url=there,
        )
    ]


def last_upload(last: Batch | None, scope: Scope) -> tuple[tuple[str, str], str, str]:
    """The status of the last upload, and the link to the rows that were not saved, if any (walk
    22).
    """
    if last is None:
        return ("none", "Not used"), "Upload a file", ""
    there = reverse("batch", args=[scope.district, scope.end_year, last.pk])
    rejected = last.result.get("counts", {}).get("rejected", 0)
    if last.is_live:
        return ("progress", "Running"), "See the job", there
    if last.status == Status.REFUSED:
        return ("warning", "Refused"), "See why", there
    if rejected:
        tested = last.options.get("work") == VALIDATE
        word = "Tested, with errors" if tested else f"{number_of(rejected, 'row')} not saved"
        return (
            ("warning", word),
            f"See the {number_of(rejected, 'row') if rejected > 1 else 'row'}",
            there,
        )
    return ("none", "Last upload"), "Upload a file", ""


def worklist_task(scope: Scope, standing: Standing, *, locked: bool) -> list[HomeTask]:
    """The guide's tip of Step 2: who sits in CTE courses without the record. Where nobody is
    rostered there is nothing to say.
    """
    balance = (
        kept_balance(scope, standing.known)
        if (scope.end_year, True) in standing.school_years
        else None
    )
    if balance is None or not balance.rostered:
        return []
    missing = balance.students
    return [
        HomeTask(
            step="2",
            title="Check the roster worklist",
            path=(*CTE_CONCENTRATOR[:-1], "Roster worklist"),
            status=(
                ("completed", "Completed")
                if not missing
                else LOCKED
                if locked
                else ("progress", "In progress")
            ),
            sentence=(
                f"{number_of(missing, 'student')} in CTE courses without a record."
                if missing
                else "Every student in a CTE course has a record or a reason for having none."
            ),
            url=reverse("roster-worklist", args=[scope.district, scope.end_year]),
            next_label=(
                f"Open the {number_of(missing, 'student') if missing > 1 else 'student'}"
                if missing and not locked
                else ""
            ),
        )
    ]
