"""How far the follow-up of some leavers is (R-FUP-09): lines worked on, answered, and placed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from pathways.models import Attempt, FollowUpEntry, Outcome, PostProgramStatus


@dataclass(frozen=True)
class Rates:
    """Counts of lines; `of` is all of them."""

    worked_on: int
    answered: int
    placed: int
    of: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def with_answers(entries: QuerySet[FollowUpEntry]) -> QuerySet[FollowUpEntry]:
    """The lines with `status` and `date_contacted` of their outcome, None without one, and
    `attempt_count` of the attempts that stand.
    """
    outcome = Outcome.objects.filter(
        student_id=OuterRef("student_id"), end_year=OuterRef("end_year")
    )
    attempts = Attempt.objects.standing().filter(entry=OuterRef("pk")).order_by()
    count = attempts.values("entry").annotate(number=Count("pk")).values("number")
    return entries.annotate(
        status=Subquery(outcome.values("status")[:1]),
        date_contacted=Subquery(outcome.values("date_contacted")[:1]),
        attempt_count=Subquery(count),
    )


def rates_of(entries: QuerySet[FollowUpEntry]) -> Rates:
    """A line is worked on once somebody has tried or an outcome stands."""
    statuses = PostProgramStatus.objects.values_list("code", "is_answered", "is_placed")
    answered = [code for code, is_answered, _ in statuses if is_answered]
    placed = [code for code, _, is_placed in statuses if is_placed]
    attempts = Attempt.objects.standing().filter(entry=OuterRef("pk"))
    rows = with_answers(entries.order_by()).annotate(is_tried=Exists(attempts))
    worked_on = Q(is_tried=True) | Q(status__isnull=False)
    counts = rows.aggregate(
        number_worked_on=Count("pk", filter=worked_on),
        number_answered=Count("pk", filter=Q(status__in=answered)),
        number_placed=Count("pk", filter=Q(status__in=placed)),
        number=Count("pk"),
    )
    return Rates(
        counts["number_worked_on"],
        counts["number_answered"],
        counts["number_placed"],
        counts["number"],
    )
