"""The lines of the board as text: what its files hold."""

from __future__ import annotations

import datetime

from django.utils import timezone

from certification.board.line import Line
from cte_portal.words import text


def cells_of(line: Line) -> list[str]:
    """By the titles of `TITLES`, of a board about leavers by those of `TITLES_OF_LEAVERS`."""
    numbers = ("" if number is None else str(number) for number in (line.errors, line.warnings))
    district_event = line.district_event
    if line.follow_up:
        figures = [
            *line.leavers,
            text(line.is_below_target),
            line.not_sent_words,
            _moment(line.last_resync),
        ]
    else:
        figures = [
            *numbers,
            line.not_sent_words,
            line.records,
            _moment(line.validated_at),
            _moment(line.last_resync),
        ]
    return [
        line.number,
        line.name,
        line.word,
        district_event.status.word,
        "all" if district_event.is_certified else str(district_event.signed),
        str(district_event.primaries),
        *(figure.replace(",", "") for figure in figures),
        _moment(line.last_activity),
        text(line.due),
        text(district_event.dates.extended),
        text(line.is_overdue),
    ]


OF_DISTRICT = (
    "District Number",
    "District",
    "Status",
    "District event status",
    "Signed",
    "Primary certifiers",
)
OF_DATES = ("Last activity", "Due", "Extended", "Overdue")
TITLES = (
    *OF_DISTRICT,
    "Errors",
    "Warnings",
    "Not sent",
    "Records",
    "Validated",
    "Last resync",
    *OF_DATES,
)
TITLES_OF_LEAVERS = (
    *OF_DISTRICT,
    "Leavers",
    "Worked on",
    "Answered",
    "Placed",
    "Below the target",
    "Outcomes and leavers not sent",
    "Last resync",
    *OF_DATES,
)


def _moment(at: datetime.datetime | None) -> str:
    return f"{timezone.localtime(at):%m/%d/%Y %H:%M}" if at else ""
