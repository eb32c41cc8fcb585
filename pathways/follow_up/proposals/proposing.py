"""Keeping an answer from elsewhere until a person decides. It writes no outcome."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.follow_up import outcomes
from pathways.follow_up.attempts import offered
from pathways.models import OutcomeProposal

Source = OutcomeProposal.Source


class OutsideAnswer(NamedTuple):
    """What a source says of a line: a status as of a day."""

    entry: int
    status: str
    as_of: datetime.date


def judge(scope: Scope, answer: OutsideAnswer) -> None:
    """Refuse what can be nobody's answer."""
    if answer.as_of > timezone.localdate():
        raise Refusal("The date must not be in the future. Nothing was saved.", field="as_of")
    if not offered(scope, answer.status).is_answered:
        raise Refusal("This status is no answer. Nothing was saved.", field="status")


def propose(
    scope: Scope, answer: OutsideAnswer, source_name: str, *, by: str, by_id: int
) -> OutcomeProposal:
    """What another district told. Raises a Refusal."""
    with outcomes.follow_up_open(scope):
        line = outcomes.entry_to_write(scope, answer.entry)
        judge(scope, answer)
        keep(scope, [answer], Source.DISTRICT, source_name, by=by, by_id=by_id)
        return OutcomeProposal.objects.filter(
            entry=line,
            source=Source.DISTRICT,
            source_name=source_name,
            status=answer.status,
            as_of=answer.as_of,
        ).get()


def keep(
    scope: Scope,
    answers: Iterable[OutsideAnswer],
    source: OutcomeProposal.Source,
    source_name: str,
    *,
    by: str,
    by_id: int | None,
) -> int:
    """Keep those that the source has not given yet, decided or not. Returns how many are new. Must
    run while the district is held.
    """
    there = set(
        OutcomeProposal.objects.in_scope(scope)
        .filter(source=source, source_name=source_name)
        .values_list("entry_id", "status", "as_of")
    )
    now = timezone.now()
    fresh = [answer for answer in dict.fromkeys(answers) if tuple(answer) not in there]
    OutcomeProposal.objects.bulk_create(
        (
            OutcomeProposal(
                entry_id=answer.entry,
                source=source,
                source_name=source_name,
                status=answer.status,
                as_of=answer.as_of,
                by=by,
                by_id=by_id,
                at=now,
            )
            for answer in fresh
        ),
        500,
    )
    return len(fresh)
