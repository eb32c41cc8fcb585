"""A correction that is not finished: the district gives it up, or OPI closes it. What was sealed
stays official.
"""

from __future__ import annotations

from django.utils import timezone

from certification.letters import recertification_news as news
from certification.models import Recertification, RecertificationMessage, SealedCopy
from certification.recertification.deciding import (
    SOMEONE_ELSE,
    State,
    certifies,
    deciding,
    is_own,
    outcome,
    record,
    request_of,
)
from certification.recertification.reopening import close_round, lock_again
from certification.review.since import Since
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal


def abandon(scope: Scope, pk: int, *, by: User) -> Recertification:
    """Give the correction up: once district and state are again as they were sealed, the lock
    returns and the copy stays official.
    """
    with deciding(scope):
        request = request_of(scope, pk)
        if request.status == State.CLOSED:
            return request
        if request.status != State.APPROVED or request.opened_round is None:
            raise Refusal(outcome(request))
        copy = SealedCopy.objects.get(round=request.sealed_round)
        for edition, remedy in (
            (scope, "Restore what was certified first, or certify the changes."),
            (scope.at_state(), "Resync first."),
        ):
            since = Since(copy, edition)
            if since.records:
                raise Refusal(f"{edition.edition.label} edition: {since.sentence} {remedy}")
        close_round(request.opened_round)
        lock_again(request.sealed_round)
        request.become(State.CLOSED, ended_at=timezone.now())
        record(
            request,
            {"Status": "In progress", "Records": "open"},
            {"Status": "Withdrawn", "Records": "locked"},
            by,
        )
    return request


def close(scope: Scope, pk: int, *, by: User, reason: str) -> Recertification:
    """OPI ends a correction that the district does not finish: the round is abandoned, the lock
    returns, and what was sealed stays official.

    Records that differ by then stay as they are, and locked: they run on into the next year, and
    the sealed copy is what counts for this one.
    """
    with deciding(scope):
        request = request_of(scope, pk)
        if request.status == State.CLOSED:
            return request
        if request.status != State.APPROVED or request.opened_round is None:
            raise Refusal(outcome(request))
        if why_not := is_own(request, by) or (
            certifies(scope, by) and f"You certify for this district. {SOMEONE_ELSE}"
        ):
            raise Refusal(why_not)
        close_round(request.opened_round, f"OPI closed the recertification: {reason}"[:200])
        lock_again(request.sealed_round)
        now = timezone.now()
        RecertificationMessage.objects.create(
            recertification=request,
            by=by.record_name,
            by_id=by.pk,
            from_opi=True,
            at=now,
            text=f"Closed without certifying again. {reason}",
        )
        request.become(State.CLOSED, ended_at=now)
        record(
            request,
            {"Status": "In progress", "Records": "open"},
            {"Status": "Closed by OPI", "Records": "locked"},
            by,
            reason,
        )
        news.closed(request)
    return request
