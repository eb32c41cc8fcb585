"""Recording a try to reach a leaver, taking one back, and the outcome that follows from them
(R-FUP-05).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from cte_portal.words import text
from pathways.follow_up import outcomes
from pathways.follow_up.best_answer import (
    ATTEMPT,
    accepted_answers,
    best_answer,
    follow,
    follow_each,
    standing_by_line,
)
from pathways.follow_up.contacted import judge_day, judge_enough
from pathways.models import (
    Attempt,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    PostProgramStatus,
)

SCREEN = Outcome.Origin.SCREEN
STORED = ("date", "time", "means", "status", "note")


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

    @property
    def values(self) -> dict[str, Any]:
        """What of it is stored."""
        return {name: getattr(self, name) for name in STORED}

    def is_like(self, attempt: Attempt) -> bool:
        return all(getattr(attempt, name) == value for name, value in self.values.items())


class AttemptMeanwhile(Refusal):
    """Somebody else has tried the student since the page was opened."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(
            f"{attempt.by} entered an attempt on {text(attempt.date)}"
            f" ({attempt.get_means_display()}) after you opened the page. What you typed is kept."
            " Save again to add it."
        )


class StillNeeded(Refusal):
    """The outcome that a person set stands on the attempt."""


@dataclass(frozen=True)
class EachRecorded:
    """Attempts that were added, and the refusals of others, by line; and how many outcomes changed."""

    attempts: dict[int, Attempt]
    refused: dict[int, Refusal]
    outcomes_moved: int


@dataclass(frozen=True)
class Recorded:
    """The attempt as it stands, and whether the outcome is another one now."""

    attempt: Attempt
    outcome_moved: bool


def record(scope: Scope, entry: int, attempt: Try, *, by: str, by_id: int) -> Recorded:
    """Add an attempt; the outcome becomes the best answer, unless a person has set it. Raises a
    Refusal.
    """
    entered = record_each(scope, {entry: attempt}, by=by, by_id=by_id)
    if refusal := entered.refused.get(entry):
        raise refusal
    return Recorded(entered.attempts[entry], outcome_moved=bool(entered.outcomes_moved))


def record_each(
    scope: Scope, tries: Mapping[int, Try], *, by: str, by_id: int, unless_moved: bool = False
) -> EachRecorded:
    """The same for several lines, of which each is refused by itself; `unless_moved` also refuses
    those for which somebody else has entered an attempt that the page did not show. The statements
    are the same for any number of lines. Raises a Refusal where nothing can be saved.
    """
    with outcomes.follow_up_open(scope) as year:
        on_list = FollowUpEntry.objects.in_scope(scope).on_list().filter(pk__in=tries)
        lines = {line.pk: line for line in on_list}
        standing = standing_by_line(lines)
        statuses = {row.code: row for row in PostProgramStatus.objects.offered_in(scope.end_year)}
        done: dict[int, Attempt] = {}
        refused: dict[int, Refusal] = {}
        for key, attempt in tries.items():
            own, line = standing[key], lines.get(key)
            later = [row for row in own if row.pk > attempt.seen]
            repeated = [row for row in later if row.by_id == by_id and attempt.is_like(row)]
            try:
                if line is None:
                    raise outcomes.NoLongerOnList
                if repeated:
                    done[key] = repeated[0]
                    continue
                foreign = [row for row in later if row.by_id != by_id]
                if unless_moved and foreign:
                    raise AttemptMeanwhile(foreign[-1])
                row = Attempt(entry=line, **attempt.values, by=by, by_id=by_id, at=timezone.now())
                judge_day(line, year, attempt.date)
                if attempt.status:
                    judge_enough(_among(statuses, attempt.status), year, [*own, row])
            except Refusal as refusal:
                refused[key] = refusal
            else:
                done[key] = row
        fresh = [row for row in done.values() if row.pk is None]
        Attempt.objects.bulk_create(fresh)
        moved = follow_each(scope, [row.entry for row in fresh], year, by=by, by_id=by_id)
        return EachRecorded(done, refused, moved)


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
        raise StillNeeded(
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
        statuses = {status.code: status for status in PostProgramStatus.objects.all()}
        answer = best_answer(standing_by_line([line.pk])[line.pk], statuses, year)
        return bool(outcomes.write(scope, line, answer, by=by, by_id=by_id))


def as_seen(stored: Outcome | None, seen: tuple[str, str]) -> None:
    """Refuse where the outcome is not the one that the person saw."""
    if ((stored.status, stored.origin) if stored else ("", "")) != seen:
        raise Refusal(
            "Someone else changed the outcome after you opened the page. Nothing was saved. Open the"
            " page again."
        )


def offered(scope: Scope, code: str) -> PostProgramStatus:
    rows = PostProgramStatus.objects.offered_in(scope.end_year).filter(code=code)
    return _among({row.code: row for row in rows}, code)


def _among(statuses: Mapping[str, PostProgramStatus], code: str) -> PostProgramStatus:
    if code not in statuses:
        raise Refusal("Select a status from OPI's list. Nothing was saved.", field="status")
    return statuses[code]
