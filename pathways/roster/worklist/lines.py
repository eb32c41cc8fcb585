"""What the lines of a page are made of, prepared: clerks go through hundreds of pages of them
(docs/adr/0013). Students and State IDs are named by tuples that are filled up. A page of 200 has
600 rows of them, so they come as tuples in the order of the classes of line.py.

`students` says who of them is in scope, and what else is asked is asked of those alone: with the
district named again, a plan that is made for any district reads all students of the largest.
"""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.models import (
    Calendar,
    Change,
    Enrollment,
    Participation,
    Pathway,
    Roster,
    RosterDecision,
)
from pathways.models.student import as_written, counts_in, decides_first
from pathways.roster.worklist.line import NamedPathway, RecordBefore, RecordNow


@prepared
def students(scope: Scope, people: tuple[int, ...]) -> QuerySet[Any]:
    """A row for each of their enrollments that count, first the one that says school and grade,
    with the enrollment's key and first day in front: one statement joins them to their students and schools, where one about students would look for the
    enrollment again for each of its columns. The year is a subquery that PostgreSQL does not join:
    it would read the year's calendars of all districts.
    """
    calendar = Calendar.objects.order_by().filter(pk=OuterRef("calendar_id"))
    return (
        Enrollment.objects.in_edition(scope.edition)
        .filter(counts_in(scope.end_year, names_year=False))
        .alias(enrolled_in=Subquery(calendar.values("school_year_id")))
        .filter(
            enrolled_in=scope.end_year,
            student__district_id=scope.district,
            student__pk__in=people,
        )
        .order_by(*decides_first())
        .values_list(
            "pk",
            "start_date",
            "student_id",
            "student__state_id",
            "student__last_name",
            "student__first_name",
            "student__middle_name",
            as_written("grade"),
            "calendar__school_id",
            "calendar__school__name",
        )
    )


@prepared
def pathways(scope: Scope) -> QuerySet[Any]:
    return Pathway.objects.in_scope(scope).values_list(*NamedPathway._fields)


@prepared
def records(scope: Scope, people: tuple[int, ...]) -> QuerySet[Any]:
    records = Participation.objects.in_edition(scope.edition).filter(student__pk__in=people)
    return records.values_list(*RecordNow._fields)


@prepared
def earlier(end_year: int, people: tuple[int, ...]) -> QuerySet[Any]:
    """What was done to their records before the year, the newest last."""
    changes = Change.objects.filter(student_id__in=people, end_year__lt=end_year)
    return changes.order_by("version").values_list(*RecordBefore._fields)


@prepared
def decisions(scope: Scope, state_ids: tuple[str, ...]) -> QuerySet[RosterDecision]:
    return RosterDecision.objects.of(scope).filter(state_id__in=state_ids)


@prepared
def seats(scope: Scope, enrollments: tuple[int, ...]) -> QuerySet[Any]:
    """The seats of these enrollments in courses with a pathway. What year and district the section
    is of is a column: were it demanded, PostgreSQL would begin at the district's sections and read
    all their seats.
    """
    seats = Roster.objects.in_edition(scope.edition).with_pathway()
    return (
        seats.filter(enrollment__pk__in=enrollments)
        .order_by("section__course__number")
        .values_list(
            "enrollment_id",
            "section__course__pathway_id",
            "section__course_id",
            "section__course__name",
            "section__course__credits",
            "credits_earned",
            "section__calendar__school_year_id",
            "section__course__school__district_id",
        )
    )
