"""The questions of the roster worklist: pairs of a student and a pathway whose rosters, transcripts
and records do not agree.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Abs, Coalesce, Round

from cte_portal.editions import Scope
from pathways.models import Change, Participation, Roster, RosterDecision, Student
from pathways.models.participation import TOTAL_CREDITS, credits_field
from pathways.pages.element_parts import ElementPart
from pathways.roster.worklist.which import Choice, Which

CREDITS = credits_field("Credits")
NAMED = ("person", "taught", "state_id", "last", "first")


@dataclass(frozen=True)
class Pairs:
    """Those of a scope; `school`, `pathway` and `grade` narrow them; `since` to records that were
    changed from that day on, `element` to records with such a value of the district's own.
    """

    scope: Scope
    school: int | None = None
    pathway: int | None = None
    grade: str = ""
    since: datetime.date | None = None
    element: ElementPart | None = None

    @cached_property
    def _students(self) -> QuerySet[Any]:
        students: QuerySet[Any] = Student.objects.in_scope(self.scope)
        if self.school or self.grade:
            students = Student.objects.in_scope(self.scope).placed(self.scope.end_year)
        filters = {"school_id": self.school, "grade": self.grade}
        return students.filter(**{name: value for name, value in filters.items() if value}).values(
            "pk"
        )

    def _rosters(self) -> QuerySet[Any]:
        rosters = Roster.objects.in_scope(self.scope).with_pathway()
        if self.school or self.grade:
            rosters = rosters.filter(enrollment__student__in=self._students)
        named = rosters.annotate(
            person=F("enrollment__student_id"),
            taught=F("section__course__pathway_id"),
            state_id=F("enrollment__student__state_id"),
            last=F("enrollment__student__last_name_folded"),
            first=F("enrollment__student__first_name_folded"),
        )
        return self._of_pathway(named)

    def _records(self) -> QuerySet[Any]:
        records = Participation.objects.of_district(self.scope).filter(student__in=self._students)
        named = records.annotate(
            person=F("student_id"),
            taught=F("pathway_id"),
            state_id=F("student__state_id"),
            last=F("student__last_name_folded"),
            first=F("student__first_name_folded"),
        )
        return self._of_pathway(named)

    def _images(self) -> QuerySet[Any]:
        """Concentrators' records as they stood at the end of last year, whether or not they stand
        now.
        """
        own = Student.objects.filter(pk=OuterRef("student_id"))
        at_the_end = Q(version=Subquery(_before(self.scope).values("version")[:1]))
        images = Change.objects.filter(
            at_the_end,
            end_year__lt=self.scope.end_year,
            student_id__in=self._students,
            concentrator=True,
        )
        named = images.exclude(operation=Change.Operation.DELETE).annotate(
            person=F("student_id"),
            taught=F("pathway_id"),
            state_id=Subquery(own.values("state_id")),
            last=Subquery(own.values("last_name_folded")),
            first=Subquery(own.values("first_name_folded")),
        )
        return self._of_pathway(named)

    def _of_pathway(self, named: QuerySet[Any]) -> QuerySet[Any]:
        return named.filter(taught=self.pathway) if self.pathway else named

    def _without_course(self, pairs: QuerySet[Any]) -> QuerySet[Any]:
        """Those whose student sits in no course of the pathway. PostgreSQL weighs the tables of an
        EXISTS against all others, which takes it sixty times as long as to count most districts.
        """
        sits = Roster.objects.in_scope(self.scope).filter(
            enrollment__student_id=OuterRef("person"),
            section__course__pathway_id=OuterRef("taught"),
        )
        seat = Subquery(sits.order_by().values("pk")[:1])
        return pairs.annotate(seat=seat).filter(seat=None)

    def of_list(self, which: Which) -> QuerySet[Any]:
        """Distinct pairs of a list, with what has been decided of them."""
        year = self.scope.end_year
        record = Participation.objects.filter(
            student_id=OuterRef("person"), pathway_id=OuterRef("taught")
        )
        grown = Q(
            modified_end_year=year,
            total_credits__gt=Coalesce(
                _image(self.scope, TOTAL_CREDITS), Decimal(0), output_field=CREDITS
            ),
        )
        if which is Which.WITHOUT_RECORD:
            pairs = self._rosters().filter(~Exists(record))
        elif which is Which.WITHOUT_COURSE:
            pairs = self._without_course(self._records().filter(grown))
        elif which is Which.UNLIKE:
            since = F("in_district_credits") - Coalesce(
                _image(self.scope, F("in_district_credits")), Decimal(0), output_field=CREDITS
            )
            # The transcript is looked for once a record: in a second condition it would be again.
            apart = Abs(transcript_of(self.scope) - Round(since, 2), output_field=CREDITS)
            pairs = self._records().annotate(apart=apart).filter(apart__gt=0)
        else:
            then = Round(OuterRef("in_district_credits") + OuterRef("out_of_district_credits"), 2)
            more = record.filter(modified_end_year=year, total_credits__gt=then)
            pairs = self._without_course(self._images().filter(~Exists(more)))
        if self.since:
            pairs = pairs.filter(Exists(record.filter(modified_date__gte=self.since)))
        if self.element:
            pairs = pairs.filter(Exists(record.filter(self.element.holds(self.scope))))
        decided = RosterDecision.objects.of(self.scope).filter(
            state_id=OuterRef("state_id"),
            pathway_id=OuterRef("taught"),
            choice__in=[Choice.LATER, which.dismissal],
        )
        return (
            pairs.annotate(choice=Subquery(decided.values("choice")[:1]))
            .order_by()
            .values(*NAMED, "choice")
            .distinct()
        )

    def rostered(self) -> QuerySet[Any]:
        """Distinct pairs of student and pathway with a course, and what is known of them."""
        record = Participation.objects.filter(
            student_id=OuterRef("person"), pathway_id=OuterRef("taught")
        )
        decided = RosterDecision.objects.of(self.scope).filter(
            state_id=OuterRef("state_id"), pathway_id=OuterRef("taught")
        )
        pairs = self._rosters().annotate(
            has_record=Exists(record),
            choice=Coalesce(Subquery(decided.values("choice")[:1]), Value("")),
        )
        return pairs.order_by().values("person", "taught", "has_record", "choice").distinct()


def transcript_of(
    scope: Scope, student: str = "student_id", pathway: str = "pathway_id"
) -> Subquery:
    """What the transcript says of all courses of the pathway, None while one of them is not known,
    for a query of rows that name student and pathway so.
    """
    sits = Roster.objects.in_scope(scope).filter(
        enrollment__student_id=OuterRef(student),
        section__course__pathway_id=OuterRef(pathway),
    )
    course = "section__course_id"
    known = Q(known=F("courses"))
    summed = (
        sits.order_by()
        .values("section__course__pathway_id")
        .annotate(
            courses=Count(course, distinct=True),
            known=Count(course, distinct=True, filter=Q(credits_earned__isnull=False)),
            earned=Round(Sum("credits_earned"), 2),
        )
    )
    return Subquery(summed.filter(known).values("earned")[:1], output_field=CREDITS)


def _before(scope: Scope) -> QuerySet[Change]:
    """The record's last change before the school year, for a query of rows that have student_id and
    pathway_id.
    """
    changes = Change.objects.filter(
        student_id=OuterRef("student_id"),
        pathway_id=OuterRef("pathway_id"),
        end_year__lt=scope.end_year,
    )
    return changes.order_by("-version")


def _image(scope: Scope, value: Any) -> Subquery:
    """A value of the image at the end of last year; of a record that was deleted by then nothing is
    left.
    """
    kept = Case(
        When(operation=Change.Operation.DELETE, then=Value(Decimal(0))),
        default=value,
        output_field=CREDITS,
    )
    return Subquery(_before(scope).annotate(kept=kept).values("kept")[:1])
