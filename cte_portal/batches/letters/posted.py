"""The newest e-mails, for OPI's health page: to whom, and whether each has left (Plug.posted)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Case, Value, When
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.kinds import kind_of, letter_names
from cte_portal.batches.letters.fate import Fate, fate_of
from cte_portal.batches.models import LIVE, Batch, Status

SHOWN = 20
LATELY = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Posted:
    """Nothing of what the e-mail says: who reads this need not know it."""

    noun: str
    to: str
    written_at: datetime.datetime
    fate: Fate


def newest() -> list[Posted]:
    """First what waits or has failed, then the newest."""
    waits = Case(When(status__in=[*LIVE, Status.FAILED], then=Value(0)), default=Value(1))
    letters = Batch.objects.filter(
        kind__in=letter_names(), queued_at__gte=timezone.now() - LATELY
    ).order_by(waits, "-queued_at", "-pk")[:SHOWN]
    people = User.objects.in_bulk({_reader(letter) for letter in letters})
    return [
        Posted(
            kind_of(letter.kind).noun,
            people[_reader(letter)].record_name if _reader(letter) in people else "",
            letter.queued_at,
            fate_of(letter),
        )
        for letter in letters
    ]


def _reader(letter: Batch) -> int:
    """Whom an e-mail goes to: who is named by its options, else who asked for it."""
    return int(letter.options.get("to") or letter.options.get("person") or letter.submitted_by_id)
