"""The job that takes a roster file back."""

from __future__ import annotations

from django.db import connection

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import Status
from cte_portal.editions import school_year_label
from cte_portal.ui.wording import number_of
from pathways.ledger import ledger as records_ledger
from pathways.ledger.locks import lock_district
from pathways.models import RowChange, SchoolYear
from pathways.roster.ledger import Act
from pathways.roster.undo import undo


def _may_run(job: Job) -> None:
    if not SchoolYear.objects.filter(end_year=job.scope.end_year, is_active=True).exists():
        raise CannotRun(f"{school_year_label(job.scope.end_year)} is not the current school year.")


def run(job: Job) -> None:
    file = job.batch.about
    assert file is not None  # noqa: S101 - an undo is always of a file
    _may_run(job)
    if earlier := file.followers.filter(
        kind="roster-undo", status__in=(Status.COMPLETED, Status.WITH_ERRORS)
    ).first():
        raise CannotRun(f"{earlier.submitted_name} has already undone this upload.")
    job.step("Undoing")
    with records_ledger.refusals_named(), job.finishing():
        lock_district(job.scope, exclusive=True)
        _may_run(job)  # once more: OPI may have ended the year meanwhile
        act = Act(
            job.scope,
            job.batch.submitted_name,
            job.batch.submitted_by_id,
            RowChange.Source.UNDO,
            job.batch.pk,
        )
        with connection.cursor() as cursor:
            kinds = undo(cursor, act.values(), file.pk)
        restored = sum(kind.restored for kind in kinds)
        remaining = {
            f"{kind.name}, {reason}": number
            for kind in kinds
            for reason, number in kind.remaining.items()
        }
        stay = "; ".join(f"{reason}: {number:,}" for reason, number in remaining.items())
        job.outcome = Outcome(
            f"{number_of(restored, 'row')} {'is' if restored == 1 else 'are'} back to what"
            f" {'it was' if restored == 1 else 'they were'} before the upload."
            + (f" These stay as they are – {stay}." if remaining else ""),
            with_errors=bool(remaining),
            result={"restored": restored, "left": remaining},
        )


ROSTER_UNDO = Kind(
    name="roster-undo", run=run, capability=Capability.EDIT_RECORDS, in_turn=True, noun="undo"
)
