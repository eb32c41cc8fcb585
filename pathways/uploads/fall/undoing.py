"""Taking an upload of Fall CTE back: its answers that nobody has changed since go, and so do its
differences that nobody has decided.
"""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import Status
from cte_portal.ui.wording import number_of
from pathways.follow_up import outcomes
from pathways.follow_up.differences import noting
from pathways.follow_up.differences.resolving import undo_outcomes
from pathways.uploads.fall.run import NOT_FOLLOWED_UP


def run(job: Job) -> None:
    upload = job.batch.about
    assert upload is not None  # noqa: S101 - an undo is always of an upload
    ended = (Status.COMPLETED, Status.WITH_ERRORS)
    if earlier := upload.followers.filter(kind="fall-undo", status__in=ended).first():
        raise CannotRun(f"{earlier.submitted_name} already undid this upload.")
    job.step("Undoing")
    by, by_id = job.batch.submitted_name, job.batch.submitted_by_id
    try:
        with job.finishing(), outcomes.follow_up_open(job.scope) as year:
            undone = undo_outcomes(job.scope, year, upload.pk, by=by, by_id=by_id)
            gone = noting.forget(upload.pk)
            changed = len(undone.changed)
            job.outcome = Outcome(
                _words(undone.restored, gone, changed),
                with_errors=bool(changed),
                result={"restored": undone.restored, "differences": gone, "left": changed},
            )
    except outcomes.FollowUpLocked as refusal:
        raise CannotRun(refusal.words) from refusal
    except outcomes.NotFollowedUp as refusal:
        raise CannotRun(NOT_FOLLOWED_UP) from refusal


def _words(restored: int, gone: int, changed: int) -> str:
    parts = [f"{number_of(restored, 'outcome')} of the upload {_is(restored)} removed."]
    if gone:
        parts.append(f"{number_of(gone, 'difference')} {_is(gone)} no longer asked.")
    if changed == 1:
        parts.append("1 was changed since then and stays as it is.")
    elif changed:
        parts.append(f"{changed:,} were changed since then and stay as they are.")
    return " ".join(parts)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


FALL_UNDO = Kind(
    name="fall-undo",
    run=run,
    capability=Capability.EDIT_RECORDS,
    in_turn=True,
    noun="undo",
    of_any_year=True,
)
