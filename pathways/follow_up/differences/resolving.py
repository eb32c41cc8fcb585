"""Deciding a difference: the file's answer is taken, or the portal's is kept; and both taken back."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.follow_up import outcomes
from pathways.follow_up.attempts import offered
from pathways.follow_up.best_answer import follow
from pathways.follow_up.contacted import judge_day, judge_enough
from pathways.follow_up.differences.noting import reopen
from pathways.models import (
    Attempt,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeChange,
    OutcomeDifference,
    RowChange,
)
from pathways.roster import undo
from pathways.roster.ledger import Act
from pathways.roster.shapes.outcome import OUTCOME

Resolution = OutcomeDifference.Resolution
MOVED = (
    "Someone else changed the differences or an outcome after you opened the page. Nothing was"
    " saved. Open the page again."
)


@dataclass(frozen=True)
class Resolved:
    """The act by which differences were decided, and how many. `refused` lines stay as they are,
    for the first one's `reason`.
    """

    act: uuid.UUID
    number: int
    refused: int = 0
    reason: str = ""


@dataclass(frozen=True)
class OpenDifference:
    """A difference and the portal's answer as it is now."""

    difference: OutcomeDifference
    outcome: Outcome | None


def open_differences(scope: Scope, *keys: int) -> list[OpenDifference]:
    """Those to decide, by name; of all, or of these."""
    rows = OutcomeDifference.objects.unresolved(scope).select_related("entry__student")
    if keys:
        rows = rows.filter(pk__in=keys)
    differences = list(
        rows.order_by("entry__student__last_name_folded", "entry__student__first_name_folded", "pk")
    )
    stored = {outcome.student_id: outcome for outcome in Outcome.objects.in_scope(scope)}
    return [OpenDifference(row, stored.get(row.entry.student_id)) for row in differences]


def mark_of(rows: Sequence[OpenDifference]) -> str:
    """What a person saw: it changes with any answer on either side."""
    seen = [
        (
            row.difference.pk,
            row.difference.status,
            row.difference.date_contacted,
            (row.outcome.status, row.outcome.date_contacted) if row.outcome else None,
        )
        for row in rows
    ]
    return hashlib.sha256(repr(sorted(seen, key=lambda line: line[0])).encode()).hexdigest()[:32]


def take(scope: Scope, *keys: int, seen: str, by: str, by_id: int) -> Resolved:
    """Write the file's answer in place of the portal's, of all differences or of these. An answer
    that may not be given any more stays undecided. Raises a Refusal.
    """
    act = uuid.uuid4()
    with outcomes.follow_up_open(scope) as year:
        rows = _as_seen(scope, keys, seen)
        good, reasons = [], []
        for row in rows:
            try:
                _judge(scope, year, row.difference)
            except Refusal as refusal:
                reasons.append(refusal.sentence)
            else:
                good.append(row)
        if reasons and not good:
            raise Refusal(reasons[0])
        outcomes.write_all(
            scope,
            [
                (row.difference.entry, (row.difference.status, row.difference.date_contacted))
                for row in good
            ],
            Outcome.Origin.FILE,
            act=act,
            by=by,
            by_id=by_id,
        )
        _resolve([row.difference for row in good], Resolution.TAKEN, act, by)
    return Resolved(act, len(good), len(reasons), reasons[0] if reasons else "")


def keep(scope: Scope, *keys: int, seen: str, by: str, by_id: int) -> Resolved:
    """Leave the portal's answer, of all differences or of these. Raises a Refusal."""
    act = uuid.uuid4()
    with outcomes.follow_up_open(scope):
        rows = _as_seen(scope, keys, seen)
        for row in rows:
            # What was kept is what the portal says now: the same file does not ask again.
            answer = (row.outcome.status, row.outcome.date_contacted) if row.outcome else None
            difference = row.difference
            if answer and answer != (difference.stored_status, difference.stored_date):
                OutcomeDifference.objects.filter(pk=difference.pk).update(
                    stored_status=answer[0], stored_date=answer[1]
                )
        _resolve([row.difference for row in rows], Resolution.KEPT, act, by)
    return Resolved(act, len(rows))


def take_back(scope: Scope, act: uuid.UUID, *, by: str, by_id: int) -> Resolved:
    """Undo an act: outcomes that nobody has changed since are as before, and the differences are
    asked again. Raises a Refusal.
    """
    with outcomes.follow_up_open(scope) as year:
        rows = OutcomeDifference.objects.in_scope(scope).filter(
            act=act, resolution__in=[Resolution.TAKEN, Resolution.KEPT]
        )
        students = dict(rows.values_list("entry__student_id", "pk"))
        if not students:
            raise Refusal("This was already undone. Nothing was saved.")
        undone = undo_outcomes(scope, year, act, by=by, by_id=by_id)
        changed = students.keys() & undone.changed
        for pk in (students[student] for student in changed):
            # It stays decided, under an act of its own; undone once more, it is asked again.
            OutcomeDifference.objects.filter(pk=pk).update(act=uuid.uuid4())
        for resolution in (Resolution.TAKEN, Resolution.KEPT):
            reopen(act, resolution)
    return Resolved(act, len(students) - len(changed), len(changed))


@dataclass(frozen=True)
class UndoneOutcomes:
    """How many outcomes are as before, and the students whose outcome somebody has changed since."""

    restored: int
    changed: frozenset[int]


def undo_outcomes(
    scope: Scope, year: FollowUpYear, batch: uuid.UUID, *, by: str, by_id: int | None
) -> UndoneOutcomes:
    """Take back what an act or an upload wrote; where no answer of a person is left, the attempts
    decide again. Must run while the district is held.
    """
    act = Act(scope, by, by_id, RowChange.Source.UNDO, uuid.uuid4())
    own = OutcomeChange.objects.filter(district=scope.district, batch=batch)
    written = dict(own.values_list("row", "student_id"))
    with connection.cursor() as cursor:
        result = undo.undo_kind(cursor, OUTCOME, act.values(), batch)
    restored = set(
        OutcomeChange.objects.filter(district=scope.district, batch=act.batch).values_list(
            "row", flat=True
        )
    )
    entries = FollowUpEntry.objects.in_scope(scope).on_list()
    tried = Attempt.objects.standing().exclude(status="").values("entry_id")
    students = [written[row] for row in restored]
    by_person = Outcome.objects.in_scope(scope).exclude(origin=Outcome.Origin.ATTEMPT)
    following = entries.filter(Q(pk__in=tried), ~Q(student__in=by_person.values("student_id")))
    for entry in following.filter(student__in=students) if students else ():
        follow(scope, entry, year, by=by, by_id=by_id)
    return UndoneOutcomes(
        result.restored,
        frozenset(student for row, student in written.items() if row not in restored),
    )


def _as_seen(scope: Scope, keys: Sequence[int], seen: str) -> list[OpenDifference]:
    rows = open_differences(scope, *keys)
    if not rows or mark_of(rows) != seen:
        raise Refusal(MOVED)
    return rows


def _judge(scope: Scope, year: FollowUpYear, difference: OutcomeDifference) -> None:
    """Refuse an answer that may be given no more: OPI's dates or the student's exit have moved."""
    judge_day(difference.entry, year, difference.date_contacted)
    status = offered(scope, difference.status)
    if status.needs_attempts:
        attempts = list(Attempt.objects.standing().filter(entry=difference.entry))
        judge_enough(status, year, attempts)


def _resolve(
    rows: Sequence[OutcomeDifference], resolution: Resolution, act: uuid.UUID, by: str
) -> None:
    keys = [row.pk for row in rows]
    for at in range(0, len(keys), 500):
        OutcomeDifference.objects.filter(pk__in=keys[at : at + 500]).update(
            resolution=resolution, resolved_at=timezone.now(), resolved_by=by, act=act
        )
