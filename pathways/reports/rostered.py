"""*CTE Students Rostered to Courses with Pathways*: the guide's way to students whose records are
missing (Step Two, TIP).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse

from cte_portal.editions import Scope
from pathways.models import Participation, Roster
from pathways.models.student import by_name_of
from pathways.reports.report import PATHWAY, STUDENT, Figure, Nature, Report, ReportColumn, Row

PERSON = "enrollment__student__"


class RosteredToCoursesWithPathways(Report):
    """One row for each student and pathway, however many courses of that pathway the student sits
    in; missing records first.
    """

    slug = "rostered-to-courses-with-pathways"
    title = "CTE Students Rostered to Courses with Pathways"
    short = "Rostered"
    says = (
        "Students enrolled in CTE courses, and whether they have a record in the course's pathway."
    )
    nature = Nature.ROSTER
    cure_label = "Add the record"
    columns = (
        *STUDENT,
        PATHWAY,
        ReportColumn("courses", "Courses", number=True),
        ReportColumn("credits_earned", "Credits Earned", number=True),
        ReportColumn("has_record", "Has a record"),
    )

    def count(self, scope: Scope) -> Figure:
        counts = self._pairs(scope).aggregate(
            count=Count("courses"), missing=Count("courses", filter=Q(recorded=False))
        )
        return Figure(counts["count"], {"without_record": counts["missing"]})

    def rows(self, scope: Scope, most: int | None = None, skip: int = 0) -> Iterator[Row]:
        pairs = (
            self._pairs(scope)
            .order_by(
                "recorded", *by_name_of("enrollment__student"), "section__course__pathway__code"
            )
            .values_list(
                "enrollment__student_id",
                "section__course__pathway_id",
                f"{PERSON}state_id",
                f"{PERSON}last_name",
                f"{PERSON}first_name",
                "section__course__pathway__name",
                "courses",
                "earned",
                "recorded",
            )
        )
        return iter(pairs[skip : skip + most]) if most else pairs.iterator(chunk_size=5000)

    def cure(self, scope: Scope, row: Row) -> str:
        if row[-1]:
            return ""
        return reverse("cte-record-new", args=[scope.district, scope.end_year, row[0]])

    def what_to_do(self, row: Row) -> str:
        return "" if row[-1] else "Add the record, if the student took part."

    def _pairs(self, scope: Scope) -> Any:
        record = Participation.objects.filter(
            student_id=OuterRef("enrollment__student_id"),
            pathway_id=OuterRef("section__course__pathway_id"),
        )
        rosters = Roster.objects.in_scope(scope).with_pathway().annotate(recorded=Exists(record))
        pair = (
            "enrollment__student_id",
            f"{PERSON}state_id",
            f"{PERSON}last_name",
            f"{PERSON}first_name",
            "section__course__pathway_id",
        )
        named = (
            *pair,
            "section__course__pathway__name",
            "section__course__pathway__code",
            "recorded",
        )
        return rosters.values(*named).annotate(
            courses=Count("section__course_id", distinct=True), earned=Sum("credits_earned")
        )
