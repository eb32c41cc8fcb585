"""The only writer of outcomes: by the statements that write roster rows (ADR 0011), with a
condition of their own.

An outcome belongs to the end year in which its student left, whichever year is the current one. It
may be written while that year is followed up and its collection is not certified.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from cte_portal.editions import Scope, school_year_label
from cte_portal.words import text
from pathways.certified import certified
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import Locked, NotApplied
from pathways.models import (
    CollectionLock,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    RowChange,
)
from pathways.roster import editing
from pathways.roster.editing import RowEdit
from pathways.roster.ledger import Act
from pathways.roster.shapes.outcome import OUTCOME

Answer = tuple[str, datetime.date | None, Outcome.Origin]
MOST_NAMED = 1_000
"""Lines whose outcomes are asked for by name; for more, the district's are read."""


class FollowUpLocked(Locked):
    """The follow-up of the year is certified."""

    def __init__(self, lock: CollectionLock) -> None:
        super().__init__(lock)
        self.words = (
            f"The follow-up of {school_year_label(lock.end_year)} has been locked since"
            f" {text(timezone.localtime(lock.since))}. {lock.reason}"
        )
        self.sentence = f"{self.words} Nothing was saved."


class NotFollowedUp(NotApplied):
    """OPI has no dates for the year."""

    sentence = "OPI does not follow up this school year. Nothing was saved."


class NoLongerOnList(NotApplied):
    """The line left the list after the page was opened."""

    sentence = "This student is no longer on the list. Nothing was saved."


@contextmanager
def follow_up_open(scope: Scope) -> Iterator[FollowUpYear]:
    """Hold the district for a change of its follow-up.

    Raises a Refusal where the year is not followed up, is certified, or the district is busy.
    """
    with refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        lock = CollectionLock.objects.on_outcomes(scope.district, scope.end_year).first()
        if lock:
            raise FollowUpLocked(lock)
        year = FollowUpYear.objects.of(scope.end_year)
        if year is None:
            raise NotFollowedUp
        yield year
        certified().data_changed(scope)


def entry_to_write(scope: Scope, entry: int) -> FollowUpEntry:
    """A line of the scope's list. Must run while the district is held."""
    line = FollowUpEntry.objects.in_scope(scope).on_list().filter(pk=entry).first()
    if line is None:
        raise NoLongerOnList
    return line


def outcome_of(entry: FollowUpEntry) -> Outcome | None:
    return Outcome.objects.filter(student=entry.student_id, end_year=entry.end_year).first()


def write(
    scope: Scope,
    entry: FollowUpEntry,
    answer: Answer | None,
    *,
    by: str,
    by_id: int | None,
) -> int:
    """Bring the outcome of a line to status, date and origin, or remove it. Must run while the
    district is held. Returns the number of rows written: 0 where it stands so already.
    """
    return write_each(scope, [(entry, answer)], act=uuid.uuid4(), by=by, by_id=by_id)


def write_all(
    scope: Scope,
    answers: Sequence[tuple[FollowUpEntry, tuple[str, datetime.date]]],
    origin: Outcome.Origin,
    *,
    act: uuid.UUID,
    by: str,
    by_id: int | None,
) -> int:
    """The same of many lines whose answers have one origin."""
    with_origin = [(entry, (status, date, origin)) for entry, (status, date) in answers]
    return write_each(scope, with_origin, act=act, by=by, by_id=by_id)


def write_each(
    scope: Scope,
    answers: Sequence[tuple[FollowUpEntry, Answer | None]],
    *,
    act: uuid.UUID,
    by: str,
    by_id: int | None,
) -> int:
    """The same of many lines, as one act that can be taken back."""
    rows = Outcome.objects.in_scope(scope)
    if len(answers) <= MOST_NAMED:
        rows = rows.filter(student__in=[entry.student_id for entry, _ in answers])
    stored = dict(rows.values_list("student_id", "pk"))
    seen = editing.versions_of(OUTCOME, stored.values())
    edits = []
    for entry, answer in answers:
        row = stored.get(entry.student_id)
        if row is None and answer is None:
            continue
        version = seen.get(row, 0) if row else 0
        edit = RowEdit(_image(entry, answer), row, version, is_removed=answer is None)
        edits.append((OUTCOME, edit))
    own = Act(scope, by, by_id, RowChange.Source.SCREEN, act)
    return editing.write_under_lock(own, edits)


def _image(entry: FollowUpEntry, answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    status, date, origin = answer
    return {
        "student_id": entry.student_id,
        "end_year": entry.end_year,
        "status": status,
        "date_contacted": date,
        "origin": origin.value,
    }
