"""How the lines of the worklist can be sorted: by the database, alike on both vendors."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import (
    DateField,
    Exists,
    F,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce

from cte_portal.editions import Scope
from cte_portal.folding import Folded
from pathways.models import Course, Participation, Pathway, Roster
from pathways.records.student_list.order import placement
from pathways.records.student_list.students import NO_DAY
from pathways.roster.worklist.pairs import CREDITS, transcript_of

Order = tuple[str, ...]
BY_NAME: Order = ("last", "first", "state_id", "taught")


def in_order(pairs: QuerySet[Any], scope: Scope, order: Order = ()) -> QuerySet[Any]:
    """Pairs by these fields, then by name. What is sorted by is computed for it alone."""
    fields = _fields(scope)
    names = {name.removeprefix("-") for name in order}
    return pairs.annotate(
        **{name: field for name, field in fields.items() if name in names}
    ).order_by(*order, *BY_NAME)


def _fields(scope: Scope) -> dict[str, Any]:
    """Nothing is never sorted, because the databases disagree on its place."""
    pathway = Pathway.objects.filter(pk=OuterRef("taught"))
    record = Participation.objects.filter(
        student_id=OuterRef("person"), pathway_id=OuterRef("taught")
    )
    nothing = Value(Decimal(-1), output_field=CREDITS)
    return {
        **placement(scope.end_year, "person"),
        "by_pathway": Folded(Subquery(pathway.values("name")[:1])),
        "by_courses": Coalesce(_first_course(scope), Value("")),
        "by_transcript": Coalesce(transcript_of(scope, "person", "taught"), nothing),
        "by_credits": Coalesce(_credits(scope), nothing),
        "by_total": Coalesce(Subquery(record.values("total_credits")[:1]), nothing),
        "by_modified": Coalesce(
            Subquery(record.values("modified_date")[:1]), Value(NO_DAY), output_field=DateField()
        ),
    }


def _first_course(scope: Scope) -> Subquery:
    """The name of the first of the pathway's courses, without capitals and accents."""
    sits = Roster.objects.in_scope(scope).filter(
        enrollment__student_id=OuterRef("person"), section__course__pathway_id=OuterRef("taught")
    )
    named = sits.order_by().values("section__course__pathway_id")
    first = named.annotate(course=Min(Folded("section__course__name")))
    return Subquery(first.values("course")[:1])


def _credits(scope: Scope) -> Subquery:
    """As `RosterLine.credits`: of each course the transcript's where known, else the course's."""
    sits = Roster.objects.in_scope(scope).filter(
        enrollment__student_id=OuterRef(OuterRef("person")), section__course_id=OuterRef("pk")
    )
    earned = sits.order_by().values("section__course_id").annotate(earned=Sum("credits_earned"))
    courses = Course.objects.filter(Exists(sits), pathway_id=OuterRef("taught")).annotate(
        counted=Coalesce(Subquery(earned.values("earned")[:1]), F("credits"), output_field=CREDITS)
    )
    summed = courses.order_by().values("pathway_id").annotate(credits_in_all=Sum("counted"))
    return Subquery(summed.values("credits_in_all")[:1], output_field=CREDITS)
