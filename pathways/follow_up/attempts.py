"""Recording a try to reach a leaver, taking one back, and the outcome that follows from them
(R-FUP-05).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.follow_up import outcomes
from pathways.follow_up.contacted import judge_day, judge_enough
from pathways.models import (
    Attempt,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeProposal,
    PostProgramStatus,
)

ATTEMPT = Outcome.Origin.ATTEMPT
SCREEN = Outcome.Origin.SCREEN
PROPOSAL = Outcome.Origin.PROPOSAL


@dataclass(frozen=True)
class Try:
    """What a caller enters. `seen` is the last attempt that the page showed, 0 for none: the same
    try sent twice by one person is one attempt.
    """

    date: datetime.date
    means: str
    status: str = ""
    note: str = ""
    time: datetime.time | None = None
    seen: int = 0


@dataclass(frozen=True)
class Recorded:
    """The attempt as it stands, and whether the outcome is another one now."""

    attempt: Attempt
    outcome_moved: bool


def record(scope: Scope, entry: int, attempt: Try, *, by: str, by_id: int) -> Recorded:
    """Add an attempt; the outcome becomes the best answer, unless a person has set it. Raises a
    Refusal.
    """
    with outcomes.follow_up_open(scope) as year:
        line = outcomes.entry_to_write(scope, entry)
        values = {
            "date": attempt.date,
            "time": attempt.time,
            "means": attempt.means,
            "status": attempt.status,
            "note": attempt.note,
        }
        own = Attempt.objects.standing().filter(entry=line, pk__gt=attempt.seen, by_id=by_id)
        if twice := own.filter(**values).first():
            return Recorded(twice, outcome_moved=False)
        judge_day(line, year, attempt.date)
        row = Attempt(entry=line, **values, by=by, by_id=by_id, at=timezone.now())
        if attempt.status:
            standing = [*Attempt.objects.standing().filter(entry=line), row]
            judge_enough(offered(scope, attempt.status), year, standing)
        row.save()
        moved = follow(scope, line, year, by=by, by_id=by_id)
        return Recorded(row, outcome_moved=moved)


def take_back(scope: Scope, attempt: int, *, by: str, by_id: int) -> Attempt:
    """An attempt that was entered by mistake counts no more; it stays, with who took it back.
    Raises a Refusal.
    """
    with outcomes.follow_up_open(scope) as year:
        row = (
            Attempt.objects.filter(entry__in=FollowUpEntry.objects.in_scope(scope), pk=attempt)
            .select_related("entry")
            .first()
        )
        if row is None:
            raise Refusal("This attempt is not on the list. Nothing was saved.")
        if row.taken_back_at is None:
            row.taken_back_at, row.taken_back_by = max(timezone.now(), row.at), by
            row.save(update_fields=["taken_back_at", "taken_back_by"])
            line = outcomes.entry_to_write(scope, row.entry_id)
            _still_enough(line, year)
            follow(scope, line, year, by=by, by_id=by_id)
        return row


def _still_enough(entry: FollowUpEntry, year: FollowUpYear) -> None:
    """An outcome that a person set because enough was tried does not lose what it stands on."""
    outcome = outcomes.outcome_of(entry)
    if outcome is None or outcome.origin == ATTEMPT:
        return
    status = PostProgramStatus.objects.filter(code=outcome.status).first()
    attempts = list(Attempt.objects.standing().filter(entry=entry))
    if status and status.needs_attempts and not year.is_enough(attempts):
        raise Refusal(
            f"The outcome {status.name} needs this attempt. Change the outcome first. Nothing was"
            " saved."
        )


def set_outcome(
    scope: Scope,
    entry: int,
    status: str,
    date: datetime.date,
    *,
    seen: tuple[str, str],
    by: str,
    by_id: int,
) -> bool:
    """A person says what the outcome is; attempts move it no more. `seen` is status and origin of
    the outcome that the person saw. Returns whether it changed; raises a Refusal.
    """
    with outcomes.follow_up_open(scope) as year:
        line = outcomes.entry_to_write(scope, entry)
        answer = (status, date, SCREEN)
        stored = outcomes.outcome_of(line)
        if stored and (stored.status, stored.date_contacted, stored.origin) == answer:
            return False
        as_seen(stored, seen)
        judge_day(line, year, date)
        judge_enough(
            offered(scope, status), year, list(Attempt.objects.standing().filter(entry=line))
        )
        return bool(outcomes.write(scope, line, answer, by=by, by_id=by_id))


def follow_attempts(
    scope: Scope, entry: int, *, seen: tuple[str, str], by: str, by_id: int
) -> bool:
    """Give up an outcome that a person set: the attempts decide again. An answer from elsewhere
    that was accepted is asked again.
    """
    with outcomes.follow_up_open(scope) as year:
        line = outcomes.entry_to_write(scope, entry)
        stored = outcomes.outcome_of(line)
        if stored is None or stored.origin == ATTEMPT:
            return False
        as_seen(stored, seen)
        accepted_answers(line).update(
            resolution="", resolved_at=None, resolved_by="", date_contacted=None
        )
        answer = _best(line, year)
        return bool(outcomes.write(scope, line, answer, by=by, by_id=by_id))


def as_seen(stored: Outcome | None, seen: tuple[str, str]) -> None:
    """Refuse where the outcome is not the one that the person saw."""
    if ((stored.status, stored.origin) if stored else ("", "")) != seen:
        raise Refusal(
            "Someone else changed the outcome after you opened the page. Nothing was saved. Open the"
            " page again."
        )


def follow(
    scope: Scope, entry: FollowUpEntry, year: FollowUpYear, *, by: str, by_id: int | None
) -> bool:
    """Bring the outcome to the best attempt, where no person set it. A contact that was made comes
    before an answer from elsewhere, which comes back when no contact is left.
    """
    stored = outcomes.outcome_of(entry)
    if stored and stored.origin not in (ATTEMPT, PROPOSAL):
        return False
    best = _best(entry, year)
    if best is None or not _is_answer(best[0]):
        accepted = accepted_answers(entry).last()
        if accepted and accepted.date_contacted:
            best = accepted.status, accepted.date_contacted, PROPOSAL
    return bool(outcomes.write(scope, entry, best, by=by, by_id=by_id))


def accepted_answers(entry: FollowUpEntry) -> QuerySet[OutcomeProposal]:
    """The answer from elsewhere that somebody has accepted for the line."""
    accepted = OutcomeProposal.Resolution.ACCEPTED
    return OutcomeProposal.objects.filter(entry=entry, resolution=accepted).order_by("pk")


def _is_answer(code: str) -> bool:
    return PostProgramStatus.objects.filter(code=code, is_answered=True).exists()


def _best(
    entry: FollowUpEntry, year: FollowUpYear
) -> tuple[str, datetime.date, Outcome.Origin] | None:
    """Of the attempts with an answer, the best ranked; of equal ones the latest."""
    attempts = list(Attempt.objects.standing().filter(entry=entry))
    statuses = {status.code: status for status in PostProgramStatus.objects.all()}
    enough = year.is_enough(attempts)
    answers = [
        (statuses[attempt.status].rank, -attempt.date.toordinal(), attempt)
        for attempt in attempts
        if attempt.status in statuses and (enough or not statuses[attempt.status].needs_attempts)
    ]
    if not answers:
        return None
    best = min(answers, key=lambda answer: answer[:2])[2]
    return best.status, best.date, ATTEMPT


def offered(scope: Scope, code: str) -> PostProgramStatus:
    status = PostProgramStatus.objects.offered_in(scope.end_year).filter(code=code).first()
    if status is None:
        raise Refusal("Select a status from OPI's list. Nothing was saved.", field="status")
    return status
