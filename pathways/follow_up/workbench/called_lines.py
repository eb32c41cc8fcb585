"""Lines as lists of calls show them: with what was tried, what came of it, and who is calling."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pathways.follow_up.workbench.calling import is_held
from pathways.models import Attempt, FollowUpEntry, PostProgramStatus


@dataclass(frozen=True)
class CalledLine:
    """`attempts` are those that stand, in the order of their dates; `outcome` is the name of its
    status, empty while it is open.
    """

    line: FollowUpEntry
    attempts: tuple[Attempt, ...]
    outcome: str

    @property
    def last(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def is_held(self) -> bool:
        return is_held(self.line)


def called_lines(entries: Any) -> list[CalledLine]:
    """From a QuerySet of lines `with_answers`, or a page of one; in the same statements for any
    number of them.
    """
    lines = list(entries.select_related("student", "school").prefetch_related("pathways"))
    attempts = defaultdict[int, list[Attempt]](list)
    for attempt in Attempt.objects.standing().filter(entry__in=[line.pk for line in lines]):
        attempts[attempt.entry_id].append(attempt)
    names = dict(PostProgramStatus.objects.values_list("code", "name"))
    return [
        CalledLine(line, tuple(attempts[line.pk]), names.get(line.status, line.status or ""))
        for line in lines
    ]
