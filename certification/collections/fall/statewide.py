"""How far each district is with a year's follow-up, for lists of all districts: a few statements,
however many districts there are.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from cte_portal.prepared import of_whole_district
from pathways.follow_up.rates import Rates, StatusCodes, judged, with_answers
from pathways.models import (
    Attempt,
    DrawnList,
    FollowUpEntry,
    FollowUpYear,
    OutcomeDifference,
    PostProgramStatus,
)
from pathways.reports.leavers.unsent import NotSent, not_sent_of_all

NUMBER = "student__district_id"


@dataclass(frozen=True)
class FollowUpKnown:
    """One district's follow-up of one year."""

    receipt: str
    """Of the sealed copy that its list is drawn from; empty where there is none."""
    rates: Rates
    open: int
    """Lines with neither an answer nor the required attempts."""
    badly_dated: int
    """Outcomes without a date in OPI's window."""
    unresolved: int
    """Differences with a file that nobody has decided."""
    not_sent: int | None
    """Outcomes and leavers that differ between district and state; None while the state cannot be
    reached.
    """
    last_attempt: datetime.datetime | None
    target: Decimal | None
    """OPI's, percent placed."""

    @property
    def is_below_target(self) -> bool:
        return (
            self.target is not None
            and bool(self.rates.of)
            and 100 * self.rates.placed < self.target * self.rates.of
        )


NO_RATES = Rates(0, 0, 0, 0)


def follow_ups(numbers: Iterable[str], end_year: int) -> dict[str, FollowUpKnown]:
    """By district number."""
    lists = dict(DrawnList.objects.filter(end_year=end_year).values_list("district", "receipt"))
    counted = FollowUpEntry.objects.filter(end_year=end_year).counted()
    year = FollowUpYear.objects.of(end_year)
    rates = _rates(counted)
    open_lines, badly_dated = _open(end_year, year), _badly_dated(counted, year)
    unresolved, last = dict(_unresolved(end_year)), dict(_last_attempts(end_year))
    not_sent = not_sent_of_all(end_year)
    return {
        number: FollowUpKnown(
            receipt=lists.get(number, ""),
            rates=rates.get(number, NO_RATES),
            open=open_lines.get(number, 0),
            badly_dated=badly_dated.get(number, 0),
            unresolved=unresolved.get(number, 0),
            not_sent=None if not_sent is None else len(not_sent.get(number, NotSent())),
            last_attempt=last.get(number),
            target=year.target if year else None,
        )
        for number in numbers
    }


def _rates(entries: QuerySet[FollowUpEntry]) -> dict[str, Rates]:
    rows = judged(entries).values(NUMBER).annotate(**StatusCodes.now().numbers())
    return {row[NUMBER]: Rates.of_row(row) for row in rows}


def _open(end_year: int, year: FollowUpYear | None) -> dict[str, int]:
    counts: dict[str, int] = {}
    for number, *made in _tried(end_year):
        demands = (
            (year.attempts_required, year.means_required, year.days_required) if year else None
        )
        if demands is None or any(own < needed for own, needed in zip(made, demands, strict=True)):
            counts[number] = counts.get(number, 0) + 1
    return counts


@of_whole_district
def _tried(end_year: int) -> QuerySet[FollowUpEntry, tuple[Any, ...]]:
    entries = FollowUpEntry.objects.filter(end_year=end_year).counted()
    needing = PostProgramStatus.objects.filter(needs_attempts=True).values("code")
    unsettled = with_answers(entries.order_by()).filter(Q(status=None) | Q(status__in=needing))
    standing = Q(attempts__taken_back_at=None)
    tried = unsettled.annotate(
        tries=Count("attempts", filter=standing, distinct=True),
        means=Count("attempts__means", filter=standing, distinct=True),
        days=Count("attempts__date", filter=standing, distinct=True),
    )
    return tried.values_list(NUMBER, "tries", "means", "days")


def _badly_dated(entries: QuerySet[FollowUpEntry], year: FollowUpYear | None) -> dict[str, int]:
    dated = with_answers(entries.order_by()).filter(Q(status__isnull=False))
    if year:
        last = min(year.closes, timezone.localdate())
        good = Q(date_contacted__range=(year.opens, last), date_contacted__gt=F("exit_date"))
        dated = dated.filter(Q(date_contacted=None) | ~good)
    return dict(dated.values_list(NUMBER).annotate(number=Count("pk")))


@of_whole_district
def _unresolved(end_year: int) -> QuerySet[OutcomeDifference, tuple[str, int]]:
    differences = OutcomeDifference.objects.undecided().filter(entry__end_year=end_year)
    numbers = differences.order_by().values_list("entry__student__district_id")
    return numbers.annotate(number=Count("pk"))


@of_whole_district
def _last_attempts(end_year: int) -> QuerySet[Attempt, tuple[str, datetime.datetime]]:
    attempts = Attempt.objects.filter(entry__end_year=end_year).order_by()
    return attempts.values_list("entry__student__district_id").annotate(last=Max("at"))
