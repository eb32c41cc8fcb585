"""A district's courses and the pathway each belongs to: no file of AIM or OneRoster carries it, so
people choose it here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.ledger import ledger as records_ledger
from pathways.ledger.locks import lock_district
from pathways.models import Course, RowChange
from pathways.roster import ledger, staging
from pathways.roster.shapes import COURSE

NO_PATHWAY = 0
"""Stands for *no pathway* on its way in, where nothing at all would leave the pathway as it is."""


@dataclass(frozen=True)
class CourseChoice:
    """What a person chose for a course, and what stood there when the page was shown."""

    course: Course
    pathway: int | None
    credits: Decimal
    seen: tuple[int | None, Decimal]

    @property
    def is_changed(self) -> bool:
        return (self.pathway, self.credits) != self.seen


class CourseMoved(Refusal):
    """Somebody else changed one of the courses since the page was shown; `course` is the first of
    them.
    """

    def __init__(self, course: Course) -> None:
        words = (
            f"Someone else changed course {course.number} since you opened this page. Nothing was"
            " saved. Open the page again."
        )
        super().__init__(words)
        self.course = course


def courses_of(scope: Scope, *, school: str = "", undecided: bool = False) -> QuerySet[Course]:
    """The district's courses with `students`, who are rostered in the scope's year; the undecided
    have no pathway.
    """
    rostered = Count(
        "sections__rosters__enrollment__student",
        filter=Q(sections__calendar__school_year=scope.end_year),
        distinct=True,
    )
    courses = (
        Course.objects.filter(school__district=scope.district)
        .select_related("school", "pathway")
        .annotate(students=rostered)
    )
    if school:
        courses = courses.filter(school__number=school)
    if undecided:
        courses = courses.filter(pathway=None)
    return courses.order_by("school__number", "number")


def save(
    scope: Scope, choices: Iterable[CourseChoice], *, by: str, by_id: int | None = None
) -> int:
    """Write what was changed, all or none, and its history. Returns how many courses; raises
    CourseMoved.
    """
    changed = [choice for choice in choices if choice.is_changed]
    if not changed:
        return 0
    with records_ledger.refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        stored = Course.objects.in_bulk([choice.course.pk for choice in changed])
        waiting = []
        for choice in changed:
            now = stored.get(choice.course.pk)
            if now and (now.pathway_id, now.credits) == (choice.pathway, choice.credits):
                continue  # the second click of a double click finds its work done
            if now is None or (now.pathway_id, now.credits) != choice.seen:
                raise CourseMoved(choice.course)
            waiting.append(choice)
        if not waiting:
            return 0
        rows = [
            (
                (0, line),
                (
                    choice.course.school.number,
                    choice.course.number,
                    None,
                    choice.pathway or NO_PATHWAY,
                    choice.credits,
                ),
            )
            for line, choice in enumerate(waiting, 1)
        ]
        act = ledger.Act(scope, by, by_id, RowChange.Source.SCREEN)
        with connection.cursor() as cursor:
            staging.prepare(cursor)
            staging.stage(cursor, COURSE, rows)
            ledger.plan(cursor, COURSE, act.values())
            written = ledger.apply(cursor, COURSE, act.values())
            staging.drop(cursor)
    return written
