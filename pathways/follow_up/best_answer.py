"""The outcome that follows from the attempts of a line (R-FUP-05), and from an answer from
elsewhere where there is no contact (R-FUP-15).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet

from cte_portal.editions import Scope
from pathways.follow_up import outcomes
from pathways.models import (
    Attempt,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeProposal,
    PostProgramStatus,
)

ATTEMPT = Outcome.Origin.ATTEMPT
PROPOSAL = Outcome.Origin.PROPOSAL


def follow(
    scope: Scope, entry: FollowUpEntry, year: FollowUpYear, *, by: str, by_id: int | None
) -> bool:
    """Bring the outcome to the best attempt, where no person set it. A contact that was made comes
    before an answer from elsewhere, which comes back when no contact is left.
    """
    return bool(follow_each(scope, [entry], year, by=by, by_id=by_id))


def follow_each(
    scope: Scope,
    entries: Sequence[FollowUpEntry],
    year: FollowUpYear,
    *,
    by: str,
    by_id: int | None,
) -> int:
    """The same for several lines. Returns how many outcomes changed."""
    students = [entry.student_id for entry in entries]
    stored = Outcome.objects.filter(end_year=scope.end_year, student__in=students)
    set_by_hand = set(
        stored.exclude(origin__in=(ATTEMPT, PROPOSAL)).values_list("student_id", flat=True)
    )
    standing = standing_by_line(entry.pk for entry in entries)
    statuses = {status.code: status for status in PostProgramStatus.objects.all()}
    accepted = {row.entry_id: row for row in accepted_answers(*entries)}
    answers = []
    for entry in entries:
        if entry.student_id in set_by_hand:
            continue
        best = best_answer(standing[entry.pk], statuses, year)
        elsewhere = accepted.get(entry.pk)
        if (best is None or not statuses[best[0]].is_answered) and elsewhere:
            day = elsewhere.date_contacted
            best = (elsewhere.status, day, PROPOSAL) if day else best
        answers.append((entry, best))
    return outcomes.write_each(scope, answers, act=uuid.uuid4(), by=by, by_id=by_id)


def standing_by_line(entries: Iterable[int]) -> defaultdict[int, list[Attempt]]:
    """The attempts of lines that stand, in the order of their entry."""
    rows = Attempt.objects.standing().filter(entry__in=list(entries)).order_by("pk")
    by_entry = defaultdict[int, list[Attempt]](list)
    for row in rows:
        by_entry[row.entry_id].append(row)
    return by_entry


def accepted_answers(*entries: FollowUpEntry) -> QuerySet[OutcomeProposal]:
    """The answers from elsewhere that somebody has accepted for these lines."""
    accepted = OutcomeProposal.Resolution.ACCEPTED
    return OutcomeProposal.objects.filter(entry__in=entries, resolution=accepted).order_by("pk")


def best_answer(
    attempts: Sequence[Attempt], statuses: Mapping[str, PostProgramStatus], year: FollowUpYear
) -> outcomes.Answer | None:
    """Of the attempts with an answer, the best ranked; of equal ones the latest."""
    enough = year.is_enough(attempts)
    answers = [
        (statuses[attempt.status].rank, -attempt.date.toordinal(), attempt.pk, attempt)
        for attempt in attempts
        if attempt.status in statuses and (enough or not statuses[attempt.status].needs_attempts)
    ]
    if not answers:
        return None
    best = min(answers)[-1]
    return best.status, best.date, ATTEMPT
