"""How a follow-up goes on: who is answered and placed by each day of contact, beside OPI's target.
The line is drawn on the server; a sentence says the same in figures.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of
from pathways.follow_up.rates import Rates, StatusCodes
from pathways.models import FollowUpEntry, FollowUpYear, Outcome

WIDTH, HEIGHT = 280, 80
"""Units of the drawing: all days of contact, and all leavers."""
Day = tuple[datetime.date | None, int, int]
"""A day of contact, and how many it answered and placed."""


def days_of(scope: Scope, entries: QuerySet[FollowUpEntry], codes: StatusCodes) -> list[Day]:
    """Of these lines of the scope's list."""
    outcomes = Outcome.objects.in_scope(scope).filter(student__in=entries.values("student"))
    return list(
        outcomes.order_by()
        .values_list("date_contacted")
        .annotate(
            answered=Count("pk", filter=Q(status__in=codes.answered)),
            placed=Count("pk", filter=Q(status__in=codes.placed)),
        )
    )


@dataclass(frozen=True)
class Progress:
    year: FollowUpYear
    rates: Rates
    days: tuple[Day, ...]

    @property
    def target(self) -> str:
        return f"{self.year.target:.2f}%" if self.year.target is not None else ""

    @property
    def target_at(self) -> int | None:
        """Where the target's line lies."""
        if self.year.target is None:
            return None
        return HEIGHT - round(self.year.target * HEIGHT / 100)

    @property
    def sentence(self) -> str:
        """10 of 21 leavers are placed, 47.62%. OPI's target is 90.50%: 10 more needed."""
        percent = Decimal(100 * self.rates.placed) / self.rates.of
        of = number_of(self.rates.of, "leaver")
        are = "is" if self.rates.placed == 1 else "are"
        words = f"{self.rates.placed:,} of {of} {are} placed, {percent:.2f}%."
        if self.year.target is None:
            return words
        needed = (self.year.target * self.rates.of / 100).to_integral_value(ROUND_CEILING)
        missing = int(needed) - self.rates.placed
        rest = f": {missing:,} more needed." if missing > 0 else " is reached."
        return f"{words} OPI’s target {f'is {self.target}' if missing > 0 else f'of {self.target}'}{rest}"

    @property
    def answered(self) -> str:
        return self._steps((day, answered) for day, answered, _ in self.days)

    @property
    def placed(self) -> str:
        return self._steps((day, placed) for day, _, placed in self.days)

    def _steps(self, numbers: Iterable[tuple[datetime.date | None, int]]) -> str:
        """The path of a line that rises on each day; what has no day, or another than those of
        contact, at the nearest one.
        """
        today = min(timezone.localdate(), self.year.closes)
        length = max((self.year.closes - self.year.opens).days, 1)
        by_day: dict[datetime.date, int] = {}
        for day, number in numbers:
            near = max(self.year.opens, min(day or today, today))
            by_day[near] = by_day.get(near, 0) + number
        path, sum_of_all = f"M0 {HEIGHT}", 0
        for day in sorted(by_day):
            sum_of_all += by_day[day]
            across = (day - self.year.opens).days * WIDTH // length
            path += f"H{across}V{HEIGHT - round(sum_of_all * HEIGHT / self.rates.of)}"
        return f"{path}H{max((today - self.year.opens).days, 0) * WIDTH // length}"
