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
    """What a source says of a line: a status as of a day, and what it adds, such as a college."""

    entry: int
    status: str
    as_of: datetime.date
    detail: str = ""

    @property
    def key(self) -> tuple[int, str, datetime.date]:
        """By which two are the same answer."""
        return self.entry, self.status, self.as_of


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


def given(
    scope: Scope, source: OutcomeProposal.Source, source_name: str
) -> set[tuple[int, str, datetime.date]]:
    """The keys of what a source has said already, decided or not. A return file is the same source
    whatever a person calls it.
    """
    rows = OutcomeProposal.objects.in_scope(scope).filter(source=source)
    if source != Source.FILE:
        rows = rows.filter(source_name=source_name)
    return set(rows.values_list("entry_id", "status", "as_of"))


def keep(
    scope: Scope,
    answers: Iterable[OutsideAnswer],
    source: OutcomeProposal.Source,
    source_name: str,
    *,
    by: str,
    by_id: int | None,
) -> int:
    """Keep those that the source has not given yet. Returns how many are new. Must run while the
    district is held.
    """
    there = given(scope, source, source_name)
    now = timezone.now()
    fresh = {answer.key: answer for answer in answers if answer.key not in there}
    OutcomeProposal.objects.bulk_create(
        (
            OutcomeProposal(
                entry_id=answer.entry,
                source=source,
                source_name=source_name,
                status=answer.status,
                as_of=answer.as_of,
                detail=answer.detail,
                by=by,
                by_id=by_id,
                at=now,
            )
            for answer in fresh.values()
        ),
        500,
    )
    return len(fresh)
