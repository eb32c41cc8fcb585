"""A district's courses and the pathway each belongs to: no file of AIM or OneRoster carries it, so
people choose it here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from django.db import connection, transaction
from django.db.models import Case, Count, Q, QuerySet, When

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.ledger import ledger as records_ledger
from pathways.ledger.locks import lock_district
from pathways.models import Course, RowChange, SubjectPathway
from pathways.roster import ledger, staging
from pathways.roster.shapes import COURSE
from pathways.roster.shapes.course import NOT_ANSWERED, NOT_CTE


class CourseShow(Enum):
    """Which courses the board shows."""

    ALL = "", "All courses"
    WAITING = "undecided", "Not answered yet"
    CTE = "cte", "With a pathway"
    NOT_CTE = "not-cte", "Not CTE"

    def __init__(self, key: str, title: str) -> None:
        self.key, self.title = key, title

    @property
    def condition(self) -> Q:
        return {
            "": Q(),
            "undecided": Q(pathway=None, answer=""),
            "cte": Q(pathway__isnull=False),
            "not-cte": Q(answer=Course.Answer.NOT_CTE),
        }[self.key]


@dataclass(frozen=True)
class CourseChoice:
    """What a person chose for a course, as `Course.choice` has it, and what stood there when the
    page was shown.
    """

    course: Course
    choice: str
    credits: Decimal
    seen: tuple[str, Decimal]

    @property
    def is_changed(self) -> bool:
        return (self.choice, self.credits) != self.seen

    @property
    def staged(self) -> int:
        if self.choice == Course.Answer.NOT_CTE:
            return NOT_CTE
        return int(self.choice) if self.choice else NOT_ANSWERED


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


def courses_of(
    scope: Scope, *, school: str = "", show: CourseShow = CourseShow.ALL
) -> QuerySet[Course]:
    """The district's courses with `students`, who are rostered in the scope's year. Those of a CTE
    subject area come first.
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
    of_cte = Case(
        When(sced_area__in=SubjectPathway.objects.of_cte().values("area"), then=0), default=1
    )
    return courses.filter(show.condition).order_by(of_cte, "school__number", "number")


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
            if now and (now.choice, now.credits) == (choice.choice, choice.credits):
                continue  # the second click of a double click finds its work done
            if now is None or (now.choice, now.credits) != choice.seen:
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
                    choice.staged,
                    choice.credits,
                    None,
                    None,
                ),
            )
            for line, choice in enumerate(waiting, 1)
        ]
        act = ledger.Act(scope, by, by_id, RowChange.Source.SCREEN)
        with connection.cursor() as cursor:
            staging.prepare(cursor, COURSE)
            staging.stage(cursor, COURSE, rows)
            ledger.plan(cursor, COURSE, act.values())
            written = ledger.apply(cursor, COURSE, act.values())
            staging.clear(cursor, COURSE)
    return written
