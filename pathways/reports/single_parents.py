"""Reports b and c: students marked as single parents, and those marked so in one pathway but not in
another.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from cte_portal.editions import Edition, Scope
from pathways.models import Participation, Student
from pathways.models.participation import ParticipationQuerySet
from pathways.models.student import StudentQuerySet
from pathways.reports.report import (
    BY_NAME,
    STUDENT,
    Figure,
    Nature,
    RecordReport,
    ReportColumn,
    Row,
)

YES, NO = Q(single_parent=True), Q(single_parent=False)
BETWEEN = "; "


class Joined(models.Aggregate):
    """Texts of a group as one, in no order and perhaps repeated: `;` stands between them, as names
    of pathways hold commas.
    """

    function = "STRING_AGG"
    template = f"%(function)s(%(expressions)s, '{BETWEEN}')"
    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)


class SingleParents(RecordReport):
    slug = "count-single-parent"
    title = "End of Year CTE Count Single Parent"
    short = "Single Parents"
    letter = "b"
    says = "Count of students identified as Single Parent."
    nature = Nature.COUNT
    columns = (*STUDENT, ReportColumn("pathways", "CTE Pathways with Yes", number=True))

    def chosen(self, records: ParticipationQuerySet, end_year: int) -> ParticipationQuerySet:
        return records.filter(YES)

    def counted(self, records: ParticipationQuerySet, student: str) -> Figure:
        return Figure(records.aggregate(count=Count(student, distinct=True))["count"])

    def grouped(self, records: Any) -> Any:
        return records.annotate(count=Count("student_id", distinct=True)).values(
            "student__district_id", "count"
        )

    def matches(self, records: ParticipationQuerySet) -> QuerySet[Participation, Any]:
        students = records.values(
            "student_id", "student__state_id", "student__last_name", "student__first_name"
        )
        return (
            students.annotate(first_pathway=Min("pathway_id"), pathways=Count("pk"))
            .order_by(*BY_NAME)
            .values_list(
                "student_id",
                "first_pathway",
                "student__state_id",
                "student__last_name",
                "student__first_name",
                "pathways",
            )
        )


class SingleParentDifferent(RecordReport):
    """One row a student: which pathways say Yes, which say No."""

    slug = "single-parent-different"
    title = "End of Year CTE Single Parent Indicator Different Between Pathways"
    short = "Single Parent Different"
    letter = "c"
    says = "Student is marked as a Single Parent in one Pathway, but the status is No in another."
    nature = Nature.ERRORS
    columns = (
        *STUDENT,
        ReportColumn("yes", "Single Parent Yes in"),
        ReportColumn("no", "Single Parent No in"),
    )

    def chosen(self, records: ParticipationQuerySet, end_year: int) -> ParticipationQuerySet:
        """The records with Yes whose student has one with No too: a probe for each, which takes
        half of what grouping all takes.
        """
        return records.filter(YES).filter(
            Exists(Participation.objects.filter(NO, student_id=OuterRef("student_id")))
        )

    def count(self, scope: Scope) -> Figure:
        return self._students(Student.objects.of_district(scope), scope.end_year, "pk")

    def total(self, edition: Edition, end_year: int) -> Figure:
        return self._students(Student.objects.in_edition(edition), end_year, "state_id")

    def _students(self, students: StudentQuerySet, end_year: int, column: str) -> Figure:
        """Asked of the students, not of the records: PostgreSQL then meets the few with both
        answers before it looks at enrollments.
        """
        no = Participation.objects.filter(NO, student_id=OuterRef("pk"))
        undecided = (
            students.filter(participations__single_parent=True)
            .filter(Exists(no))
            .enrolled_in(end_year)
        )
        return Figure(undecided.aggregate(count=Count(column, distinct=True))["count"])

    def counted(self, records: ParticipationQuerySet, student: str) -> Figure:
        return Figure(records.aggregate(count=Count(student, distinct=True))["count"])

    def grouped(self, records: Any) -> Any:
        return records.annotate(count=Count("student_id", distinct=True)).values(
            "student__district_id", "count"
        )

    def matches(self, records: ParticipationQuerySet) -> QuerySet[Participation, Any]:
        prefix = "student__participations__"
        students = records.values(
            "student_id", "student__state_id", "student__last_name", "student__first_name"
        )
        return (
            students.annotate(
                first_no=Min(f"{prefix}pathway_id", filter=Q(**{f"{prefix}single_parent": False})),
                yes=Joined(f"{prefix}pathway__name", filter=Q(**{f"{prefix}single_parent": True})),
                no=Joined(f"{prefix}pathway__name", filter=Q(**{f"{prefix}single_parent": False})),
            )
            .order_by(*BY_NAME)
            .values_list(
                "student_id",
                "first_no",
                "student__state_id",
                "student__last_name",
                "student__first_name",
                "yes",
                "no",
            )
        )

    def texts(self, row: Row) -> list[str]:
        *student, yes, no = super().texts(row)
        return [*student, *(BETWEEN.join(sorted(set(names.split(BETWEEN)))) for names in (yes, no))]

    def rule(self, row: Row) -> str:
        return "CTE-301"

    def what_to_do(self, row: Row) -> str:
        return "Set the same answer on every pathway."
