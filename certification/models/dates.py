"""The dates of an event as people live by them: a day begins and ends at Mountain midnight,
whatever the server's clock (C-29, C-30).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from django.utils import timezone

from cte_portal.pages.days import begins, ends
from cte_portal.ui.wording import number_of


@lru_cache(maxsize=16)
def today(now: datetime.datetime) -> datetime.date:
    """Of a list of all districts each one asks for the same moment."""
    return timezone.localdate(now)


def in_words(day: datetime.date) -> str:
    """Friday, June 20, 2025."""
    return f"{day:%A}, {in_short(day)}"


def in_short(day: datetime.date) -> str:
    """June 20, 2025."""
    return f"{day:%B} {day.day}, {day.year}"


def days(number: int) -> str:
    return number_of(number, "day")


class Phase(Enum):
    """The phase of an event for one district at one moment; the value is its name on pages."""

    NOT_YET_OPEN = "Not yet open"
    REVIEW = "Review"
    OPEN = "Open"
    CORRECTION = "Corrections"
    OVER = "Over"


@dataclass(frozen=True)
class Dates:
    """The dates for one district: the event's, or those of its extension."""

    review_opens: datetime.date
    certification_opens: datetime.date
    due: datetime.date
    corrections_until: datetime.date
    late_is_accepted: bool = True
    extended: bool = False

    def phase(self, now: datetime.datetime) -> Phase:
        return _phase(self, now)

    def accepts_signatures(self, now: datetime.datetime, *, correcting: bool = False) -> bool:
        """True when the dates let a certifier sign. After the due date a correction can be signed,
        and a late certification where the event accepts it.
        """
        phase = self.phase(now)
        return phase is Phase.OPEN or (
            phase is Phase.CORRECTION and (correcting or self.late_is_accepted)
        )

    def days_left(self, now: datetime.datetime) -> int:
        """0 on the due date itself, less than 0 afterwards."""
        return (self.due - today(now)).days

    def is_overdue(self, now: datetime.datetime) -> bool:
        return self.days_left(now) < 0

    def time_left(self, now: datetime.datetime) -> str:
        """12 days left; today, until midnight; 3 days overdue."""
        number = self.days_left(now)
        if number == 0:
            return "today, until midnight Mountain time"
        return f"{days(number)} left" if number > 0 else f"{days(-number)} overdue"

    def sentence(self, now: datetime.datetime) -> str:
        """Due Friday, June 20, 2025 – 12 days left."""
        return (
            f"{'Was due' if self.is_overdue(now) else 'Due'} {in_words(self.due)} –"
            f" {self.time_left(now)}"
        )

    def corrections(self, now: datetime.datetime) -> str:
        """A sentence on the correction date as of today."""
        day = in_short(self.corrections_until)
        return (
            f"Corrections ended {day}."
            if self.phase(now) is Phase.OVER
            else f"Corrections may be requested through {day}."
        )


@lru_cache(maxsize=64)
def _phase(dates: Dates, now: datetime.datetime) -> Phase:
    """In a list of all districts most have the same dates at the same moment."""
    if now < begins(dates.review_opens):
        return Phase.NOT_YET_OPEN
    if now < begins(dates.certification_opens):
        return Phase.REVIEW
    if now < ends(dates.due):
        return Phase.OPEN
    return Phase.CORRECTION if now < ends(dates.corrections_until) else Phase.OVER
