"""A person accepts an answer from elsewhere, or declines it, and may take that back. It never
replaces a contact that was made.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.follow_up import outcomes
from pathways.follow_up.attempts import as_seen, offered
from pathways.follow_up.best_answer import follow
from pathways.follow_up.contacted import judge_day, why_not_on
from pathways.models import (
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    OutcomeProposal,
    PostProgramStatus,
)

Resolution = OutcomeProposal.Resolution
PROPOSAL = Outcome.Origin.PROPOSAL
NOTHING = " Nothing was saved."
DECIDED = "Somebody has decided on this answer already. Nothing was saved."
CONTACTED = "The student was contacted, and that answer stands. Nothing was saved."
ACCEPTED_BEFORE = (
    "Another answer from elsewhere was accepted for this student. Undo that first. Nothing was"
    " saved."
)


def why_not_accepted(outcome: Outcome | None, answered: frozenset[str]) -> str:
    """Why no proposal can be accepted for a line with this outcome; empty where one can.
    `answered` are the codes that count as answered.
    """
    if outcome and outcome.origin == PROPOSAL:
        return ACCEPTED_BEFORE
    if outcome and outcome.status in answered:
        return CONTACTED
    return ""


def answered_codes() -> frozenset[str]:
    answered = PostProgramStatus.objects.filter(is_answered=True)
    return frozenset(answered.values_list("code", flat=True))


class Choice(NamedTuple):
    """An answer to accept; `seen` is status and origin of the outcome that the person saw."""

    proposal: int
    seen: tuple[str, str]


class Accepted(NamedTuple):
    """How many answers were accepted, and why others were not."""

    number: int
    reasons: tuple[str, ...]


def accept(scope: Scope, proposal: int, *, seen: tuple[str, str], by: str, by_id: int) -> None:
    """Make the answer the outcome. Raises a Refusal."""
    with outcomes.follow_up_open(scope) as year:
        _accept(scope, year, Choice(proposal, seen), by=by, by_id=by_id)


def accept_each(scope: Scope, choices: Sequence[Choice], *, by: str, by_id: int) -> Accepted:
    """Make each of these answers the outcome of its line; one that cannot be accepted keeps no
    other back. Raises a Refusal where the follow-up is not open.
    """
    reasons: list[str] = []
    with outcomes.follow_up_open(scope) as year:
        for choice in choices:
            try:
                _accept(scope, year, choice, by=by, by_id=by_id)
            except Refusal as refusal:
                reasons.append(refusal.sentence.removesuffix(NOTHING))
    return Accepted(len(choices) - len(reasons), tuple(reasons))


def _accept(scope: Scope, year: FollowUpYear, choice: Choice, *, by: str, by_id: int) -> None:
    """Writes nothing before all is judged."""
    row = _open(scope, choice.proposal)
    line = outcomes.entry_to_write(scope, row.entry_id)
    stored = outcomes.outcome_of(line)
    as_seen(stored, choice.seen)
    if reason := why_not_accepted(stored, answered_codes()):
        raise Refusal(reason)
    if not offered(scope, row.status).is_answered:
        raise Refusal("This status is no answer. Nothing was saved.")
    row.date_contacted = day_of(row, line, year)
    judge_day(line, year, row.date_contacted)
    outcomes.write(scope, line, (row.status, row.date_contacted, PROPOSAL), by=by, by_id=by_id)
    _resolve(row, Resolution.ACCEPTED, by)


def day_of(row: OutcomeProposal, line: FollowUpEntry, year: FollowUpYear) -> datetime.date:
    """The date contacted: the source's own where a contact could be made then, else today."""
    if why_not_on(row.as_of, year, line.exit_date):
        return timezone.localdate()
    return row.as_of


def decline(scope: Scope, proposal: int, *, by: str) -> None:
    with outcomes.follow_up_open(scope):
        _resolve(_open(scope, proposal), Resolution.DECLINED, by)


def take_back(scope: Scope, proposal: int, *, by: str, by_id: int) -> None:
    """Ask again. Of one that was accepted, the outcome goes, where it is still that answer, and
    the attempts decide. Raises a Refusal.
    """
    with outcomes.follow_up_open(scope) as year:
        row = OutcomeProposal.objects.in_scope(scope).filter(pk=proposal).first()
        if row is None or not row.resolution:
            raise Refusal("This was already undone. Nothing was saved.")
        was_accepted = row.resolution == Resolution.ACCEPTED
        row.resolution, row.resolved_at, row.resolved_by = "", None, ""
        row.date_contacted = None
        row.save()
        line = FollowUpEntry.objects.get(pk=row.entry_id)
        stored = outcomes.outcome_of(line)
        if was_accepted and stored and stored.origin == PROPOSAL:
            outcomes.write(scope, line, None, by=by, by_id=by_id)
            follow(scope, line, year, by=by, by_id=by_id)


def _open(scope: Scope, proposal: int) -> OutcomeProposal:
    row = OutcomeProposal.objects.in_scope(scope).filter(pk=proposal).first()
    if row is None or row.resolution:
        raise Refusal(DECIDED)
    return row


def _resolve(row: OutcomeProposal, resolution: OutcomeProposal.Resolution, by: str) -> None:
    row.resolution, row.resolved_at, row.resolved_by = resolution, timezone.now(), by
    row.save()
