"""Each night the Practice District's records go back to what the practice data brought
(Plug.daily).
"""

from __future__ import annotations

from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.submit import submit
from cte_portal.ui.wording import number_of
from pathways.ledger import ledger, staging
from pathways.models import Change
from pathways.practice.loaded import has_moved, practice_scope, rows_as_loaded

TITLE = "Practice records put back"


def put_back_nightly() -> None:
    """Queue it once a day, after midnight, where anybody has practiced."""
    scope = practice_scope()
    if scope is None or not has_moved(scope):
        return
    submit(
        PRACTICE_RESET.name,
        by=_account(),
        title=TITLE,
        scope=scope,
        key=f"{timezone.localdate():%Y-%m-%d}",
        limited=False,
    )


def _account() -> User:
    """Whose name the job bears: nobody can sign in with it, and it has no role."""
    account, is_new = User.objects.get_or_create(
        username="practice.reset",
        defaults={
            "last_name": "District",
            "first_name": "Practice",
            "email": "practice.reset@example.org",
            "is_active": False,
        },
    )
    if is_new:
        account.set_unusable_password()
        account.save(update_fields=["password"])
    return account


def run(job: Job) -> None:
    scope = practice_scope()
    if scope is None or scope != job.scope:
        raise CannotRun("Only the records of the Practice District are put back.")
    job.step("Putting the records back")
    with ledger.refusals_named():
        staged = staging.stage(list(rows_as_loaded(scope)))
        try:
            with job.finishing():
                applied = ledger.apply(
                    scope,
                    staged,
                    by=job.batch.submitted_name,
                    source=Change.Source.DEMO,
                    checked=None,
                    skip_stale=True,
                    batch=job.batch.pk,
                    exclusive=True,
                )
                stale = len(applied.stale)
                stay = f" {number_of(stale, 'record')} changed meanwhile stay until the next night."
                job.outcome = Outcome(
                    f"{number_of(applied.written, 'record')} put back as loaded."
                    f"{stay if stale else ''}",
                    with_errors=bool(stale),
                    result={"restored": applied.written, "left": stale},
                )
        except ledger.Locked as locked:
            raise CannotRun(locked.sentence) from locked


PRACTICE_RESET = Kind(
    name="practice-reset",
    run=run,
    in_turn=True,
    noun="return of the practice records",
    unit="record",
)
