"""What the lines of a page are made of, prepared: clerks go through hundreds of pages of them
(docs/adr/0013). Students and State IDs are named by tuples that are filled up. A page of 200 has
600 rows of them, so they come as tuples in the order of the classes of line.py.

`students` says who of them is in scope, and what else is asked is asked of those alone: with the
district named again, a plan that is made for any district reads all students of the largest.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Min, OuterRef, QuerySet, Subquery, Sum

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
from pathways.roster.worklist.line import RecordBefore, RecordNow


@prepared
def students(scope: Scope, people: tuple[int, ...]) -> QuerySet[Any]:
    """A row for each of their enrollments that count, first the one that says school and grade: one
    statement joins them to their students and schools, where one about students would look for the
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
def pathways(scope: Scope) -> QuerySet[Pathway]:
    return Pathway.objects.in_scope(scope)


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
def courses(scope: Scope, people: tuple[int, ...]) -> QuerySet[Any]:
    """Student, pathway, name, credits, those of the transcript, and the first day, of each course
    with a pathway that they sit in; one that a student sits in twice, in two sections, once.
    """
    columns = (
        "enrollment__student_id",
        "section__course__pathway_id",
        "section__course__name",
        "section__course__credits",
    )
    rosters = Roster.objects.of_people(scope, people).with_pathway()
    return (
        rosters.order_by("section__course__number")
        .values(*columns, "section__course_id")
        .annotate(earned=Sum("credits_earned"), enrolled_on=Min("enrollment__start_date"))
        .values_list(*columns, "earned", "enrolled_on")
    )
