"""OPI's status board: where every district stands in one event, in one table (ux O-10, O-11)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from certification.board.line import Line, Stand
from certification.collections.fall.statewide import follow_ups
from certification.models import CertificationEvent
from certification.review.suppression import FEWEST, FEWEST_LEAVERS
from certification.status.statewide import district_events
from cte_portal.prepared import filled_up, prepared
from pathways.models import Change, District
from pathways.reports.runs import last_validations
from pathways.resync.unsent import KnownUnsent

WHY_SUPPRESSED = f"* means 1 to {FEWEST} records: so few could identify a student."
WHY_LEAVERS_SUPPRESSED = (
    f"* means fewer than {FEWEST_LEAVERS} leavers, or a number that would tell so few: they could"
    " be identified."
)
OVERDUE = "overdue"


def lines_of(event: CertificationEvent) -> list[Line]:
    """All districts by number, in about a dozen statements, however many they are."""
    districts = _districts()
    numbers = [number for number, _ in districts]
    if not numbers:
        return []
    events, unsent = district_events(event, numbers), KnownUnsent.of_all(numbers, event.end_year)
    cursors = tuple(known.cursor for known in unsent.values())
    last = {number: change for number, *change in _changes(filled_up(cursors))}
    known = follow_ups(numbers, event.end_year) if event.is_of_leavers else {}
    validated = {} if event.is_of_leavers else last_validations(event.end_year)
    attempts = {number: follow_up.last_attempt for number, follow_up in known.items()}
    return [
        Line(
            number=number,
            name=name,
            district_event=events[number],
            unsent=unsent[number],
            validated=validated.get(number),
            last_activity=attempts.get(number, _since(event, *last.get(number, (None, 0)))),
            follow_up=known.get(number),
        )
        for number, name in districts
    ]


@prepared
def _districts() -> QuerySet[District, tuple[Any, ...]]:
    return District.objects.order_by("number").values_list("number", "name")


@prepared
def _changes(keys: tuple[int, ...]) -> QuerySet[Change, tuple[Any, ...]]:
    """District, moment and school year of each."""
    return Change.objects.filter(pk__in=keys).order_by().values_list("district", "at", "end_year")


def _since(
    event: CertificationEvent, at: datetime.datetime | None, end_year: int
) -> datetime.datetime | None:
    """The moment of a change, where it is of the event's school year or later."""
    return at if end_year >= event.end_year else None


def totals(lines: Iterable[Line]) -> dict[str, int]:
    """The number of districts by where they stand; the keys are the values of the filter `show`."""
    numbers = dict.fromkeys([*(stand.key for stand in Stand), OVERDUE], 0)
    for line in lines:
        numbers[line.stand.key] += 1
        numbers[OVERDUE] += line.is_overdue
    return numbers
