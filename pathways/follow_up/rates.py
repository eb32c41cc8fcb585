"""How far the follow-up of some leavers is (R-FUP-09): lines worked on, answered, and placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from cte_portal.editions import Scope
from cte_portal.prepared import of_whole_district, prepared
from pathways.models import Attempt, FollowUpEntry, FollowUpPathway, Outcome, PostProgramStatus


@dataclass(frozen=True)
class Rates:
    """Counts of lines; `of` is all of them."""

    worked_on: int
    answered: int
    placed: int
    of: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Rates:
        names = ("number_worked_on", "number_answered", "number_placed", "number")
        return cls(*(row[name] for name in names))


@dataclass(frozen=True)
class GroupRates:
    """The rates of one school, pathway or caller; `key` stands in addresses."""

    key: int | str
    name: str
    rates: Rates


@dataclass(frozen=True)
class StatusCodes:
    """Which status codes count as what; asked once for several counts."""

    answered: tuple[str, ...]
    placed: tuple[str, ...]

    @classmethod
    def now(cls) -> StatusCodes:
        statuses = _statuses()
        return cls(
            tuple(code for code, is_answered, _ in statuses if is_answered),
            tuple(code for code, _, is_placed in statuses if is_placed),
        )

    def numbers(self, line: str = "pk") -> dict[str, Count]:
        """The counts of rows that have `status` and `is_tried`; `line` is their column of lines."""
        return {
            "number_worked_on": Count(line, filter=WORKED_ON, distinct=True),
            "number_answered": Count(line, filter=Q(status__in=self.answered), distinct=True),
            "number_placed": Count(line, filter=Q(status__in=self.placed), distinct=True),
            "number": Count(line, distinct=True),
        }


@prepared
def _statuses() -> QuerySet[PostProgramStatus, tuple[str, bool, bool]]:
    return PostProgramStatus.objects.values_list("code", "is_answered", "is_placed")


WORKED_ON = Q(is_tried=True) | Q(status__isnull=False)
"""Somebody has tried, or an outcome stands."""


def with_answers(entries: QuerySet[FollowUpEntry]) -> QuerySet[FollowUpEntry]:
    """The lines with `status` and `date_contacted` of their outcome, None without one, and
    `attempt_count` of the attempts that stand.
    """
    outcome = outcomes_of("")
    attempts = Attempt.objects.standing().filter(entry=OuterRef("pk")).order_by()
    count = attempts.values("entry").annotate(number=Count("pk")).values("number")
    return entries.annotate(
        status=Subquery(outcome.values("status")[:1]),
        date_contacted=Subquery(outcome.values("date_contacted")[:1]),
        attempt_count=Subquery(count),
    )


def judged(entries: QuerySet[FollowUpEntry]) -> QuerySet[FollowUpEntry]:
    """The lines with `status` of their outcome and whether somebody has tried, `is_tried`."""
    attempts = Attempt.objects.standing().filter(entry=OuterRef("pk"))
    return entries.order_by().annotate(
        status=Subquery(outcomes_of("").values("status")[:1]), is_tried=Exists(attempts)
    )


def outcomes_of(line: str) -> QuerySet[Outcome]:
    """The outcome of the line that a row of the outer query is, or has under that name."""
    return Outcome.objects.filter(
        student_id=OuterRef(f"{line}student_id"), end_year=OuterRef(f"{line}end_year")
    )


def rates_of(entries: QuerySet[FollowUpEntry], codes: StatusCodes | None = None) -> Rates:
    codes = codes or StatusCodes.now()
    return Rates.of_row(judged(entries).aggregate(**codes.numbers()))


def rates_in(scope: Scope) -> Rates:
    """Of the lines that count in the district."""
    codes = StatusCodes.now()
    rows = _counted(scope, codes.answered, codes.placed)
    return Rates(*rows[0][1:]) if rows else Rates(0, 0, 0, 0)


@of_whole_district
def _counted(
    scope: Scope, answered: tuple[str, ...], placed: tuple[str, ...]
) -> QuerySet[FollowUpEntry, tuple[Any, ...]]:
    """One row: all that are counted have the same `counted_elsewhere`."""
    numbers = StatusCodes(answered, placed).numbers()
    lines = judged(FollowUpEntry.objects.in_scope(scope).counted())
    return (
        lines.values("counted_elsewhere")
        .annotate(**numbers)
        .values_list("counted_elsewhere", *numbers)
    )


def rates_by_school(entries: QuerySet[FollowUpEntry], codes: StatusCodes) -> list[GroupRates]:
    rows = judged(entries).values("school_id").annotate(name=Max("school__name"))
    return _groups(rows.annotate(**codes.numbers()), "school_id")


def rates_by_pathway(entries: QuerySet[FollowUpEntry], codes: StatusCodes) -> list[GroupRates]:
    """A student in several pathways counts in each."""
    attempts = Attempt.objects.standing().filter(entry=OuterRef("entry_id"))
    rows = (
        FollowUpPathway.objects.filter(entry__in=entries.order_by())
        .order_by()
        .annotate(
            status=Subquery(outcomes_of("entry__").values("status")[:1]),
            is_tried=Exists(attempts),
        )
        .values("code")
        .annotate(shown=Max("name"), **codes.numbers("entry"))
    )
    return _groups(rows, "code", "shown")


def rates_by_caller(entries: QuerySet[FollowUpEntry], codes: StatusCodes) -> list[GroupRates]:
    """Of the lines that each has tried, who has made an attempt that stands."""
    answers = Attempt.objects.standing().filter(entry__in=entries.order_by()).order_by()
    rows = answers.annotate(
        answer=Subquery(outcomes_of("entry__").values("status")[:1]),
    ).values("by_id")
    rows = rows.annotate(
        name=Max("by"),
        number_worked_on=Count("entry", distinct=True),
        number_answered=Count("entry", filter=Q(answer__in=codes.answered), distinct=True),
        number_placed=Count("entry", filter=Q(answer__in=codes.placed), distinct=True),
        number=Count("entry", distinct=True),
    )
    return _groups(rows, "by_id")


def _groups(rows: Iterable[Mapping[str, Any]], key: str, name: str = "name") -> list[GroupRates]:
    groups = [GroupRates(row[key], row[name], Rates.of_row(row)) for row in rows]
    return sorted(groups, key=lambda group: (group.name, str(group.key)))
