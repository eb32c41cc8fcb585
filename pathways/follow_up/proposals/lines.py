"""Answers from elsewhere as pages show them: beside the outcome of the line, and whether they can
be accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cte_portal.editions import Scope
from pathways.follow_up.proposals.deciding import NOTHING, answered_codes, why_not_accepted
from pathways.models import Outcome, OutcomeProposal, PostProgramStatus
from pathways.models.author import told_apart


@dataclass(frozen=True)
class ProposalLine:
    """`why_not` is why it cannot be accepted, without what was saved; empty where it can."""

    proposal: OutcomeProposal
    answer: str
    outcome: Outcome | None
    portal: str
    why_not: str


def lines_of(scope: Scope, proposals: Iterable[OutcomeProposal]) -> list[ProposalLine]:
    """Four statements for any number of them."""
    rows = told_apart(proposals)
    names = dict(PostProgramStatus.objects.values_list("code", "name"))
    students = {row.entry.student_id for row in rows}
    stored = {
        outcome.student_id: outcome
        for outcome in Outcome.objects.in_scope(scope).filter(student__in=students)
    }
    answered = answered_codes()
    lines = []
    for row in rows:
        outcome = stored.get(row.entry.student_id)
        reason = why_not_accepted(outcome, answered)
        lines.append(
            ProposalLine(
                row,
                names.get(row.status, row.status),
                outcome,
                names.get(outcome.status, outcome.status) if outcome else "",
                reason.removesuffix(NOTHING),
            )
        )
    return lines
