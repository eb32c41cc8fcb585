"""One save of the grid: each row adds an attempt to its line, and one that is not saved says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.follow_up import attempts
from pathways.follow_up.grid.typed import HEADS, TypedAttempt
from pathways.follow_up.outcomes import NoLongerOnList
from pathways.models import Attempt, FollowUpEntry, PostProgramStatus

NOTHING_SAVED = " Nothing was saved."


@dataclass(frozen=True)
class NotAdded:
    """Why a row was not saved: what is wrong with a cell, or in `reason` with the row."""

    problems: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    is_gone: bool = False
    """The line is not on the list any more, so the page has no row for it."""


@dataclass(frozen=True)
class AttemptsAdded:
    """The attempts that were saved, and by the lines why others were not."""

    attempts: tuple[int, ...]
    unsaved: Mapping[int, NotAdded]


def save(scope: Scope, rows: Sequence[TypedAttempt], *, by: str, by_id: int) -> AttemptsAdded:
    """Add what was entered. A line that somebody else has tried since the page was opened is
    refused once: then the person has seen it. Raises a Refusal where nothing can be saved.
    """
    offered = PostProgramStatus.objects.offered_in(scope.end_year)
    codes = {status.name.lower(): status.code for status in offered}
    read = {row.entry: row.read(codes) for row in rows}
    tries = {entry: row.attempt for entry, row in read.items() if row.attempt}
    unsaved = {entry: NotAdded(row.problems) for entry, row in read.items() if row.problems}
    added = attempts.record_each(scope, tries, by=by, by_id=by_id, unless_moved=True)
    unsaved |= {entry: _why(refusal) for entry, refusal in added.refused.items()}
    return AttemptsAdded(tuple(row.pk for row in added.attempts.values()), unsaved)


def _why(refusal: Refusal) -> NotAdded:
    sentence = refusal.sentence.removesuffix(NOTHING_SAVED)
    column = {"status": "result"}.get(refusal.field or "", refusal.field or "")
    if column in HEADS:
        return NotAdded({column: sentence.removesuffix(".")})
    return NotAdded(reason=sentence, is_gone=isinstance(refusal, NoLongerOnList))


@dataclass(frozen=True)
class AttemptsTakenBack:
    attempts: int
    needed: int = 0
    """Whose outcome needs them."""
    gone: int = 0
    """Whose line is not on the list any more."""
    remaining: int = 0
    """Those that nobody could take back from here on, as the follow-up was closed in the middle."""


def take_back(scope: Scope, saved: Sequence[int], *, by: str, by_id: int) -> AttemptsTakenBack:
    """Take back attempts of one save, those that the person made, each by itself. Raises a Refusal
    where nothing could be taken back.
    """
    own = Attempt.objects.standing().filter(
        entry__in=FollowUpEntry.objects.in_scope(scope), pk__in=saved, by_id=by_id
    )
    done, needed, gone = 0, 0, 0
    keys = list(own.values_list("pk", flat=True))
    for attempt in keys:
        try:
            attempts.take_back(scope, attempt, by=by, by_id=by_id)
        except attempts.StillNeeded:
            needed += 1
        except NoLongerOnList:
            gone += 1
        except Refusal:
            if not done:
                raise
            break
        else:
            done += 1
    return AttemptsTakenBack(done, needed, gone, len(keys) - done - needed - gone)
