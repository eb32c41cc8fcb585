"""OPI's status board: where every district stands in one event, in one table (ux O-10, O-11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from certification.board.line import Line, Stand
from certification.collections.fall.statewide import follow_ups
from certification.models import CertificationEvent
from certification.review.suppression import FEWEST, FEWEST_LEAVERS
from certification.status.statewide import district_events
from cte_portal.prepared import prepared
from pathways.models import District
from pathways.reports.runs import last_validations
from pathways.resync.unsent import KnownUnsent

WHY_SUPPRESSED = f"* means 1 to {FEWEST} records: so few could identify a student."
WHY_LEAVERS_SUPPRESSED = (
    f"* means fewer than {FEWEST_LEAVERS} leavers, or a number that would tell so few: they could"
    " be identified."
)
OVERDUE = "overdue"


def lines_of(
    event: CertificationEvent,
    districts: Sequence[tuple[str, str]] | None = None,
    current_year: int | None = None,
    known: dict[Any, Any] | None = None,
) -> list[Line]:
    """All districts by number, in about a dozen statements, however many they are; `districts` are
    their numbers and names where a page knows them already, as it may the current school year;
    `known` is what else it knows.
    """
    districts = districts or _districts()
    numbers = [number for number, _ in districts]
    if not numbers:
        return []
    events = district_events(event, numbers, current_year, known)
    unsent = KnownUnsent.of_all(numbers, event.end_year)
    outcomes = follow_ups(numbers, event.end_year) if event.is_of_leavers else {}
    validated = {} if event.is_of_leavers else last_validations(event.end_year)
    return [
        Line(
            number=number,
            name=name,
            district_event=events[number],
            unsent=unsent[number],
            validated=validated.get(number),
            follow_up=outcomes.get(number),
        )
        for number, name in districts
    ]


@prepared
def _districts() -> QuerySet[District, tuple[Any, ...]]:
    return District.objects.order_by("number").values_list("number", "name")


def totals(lines: Iterable[Line]) -> dict[str, int]:
    """The number of districts by where they stand; the keys are the values of the filter `show`."""
    numbers = dict.fromkeys([*(stand.key for stand in Stand), OVERDUE], 0)
    for line in lines:
        numbers[line.stand.key] += 1
        numbers[OVERDUE] += line.is_overdue
    return numbers
