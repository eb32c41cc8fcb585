"""Reports a and d: who counts as concentrator or participant, and whose answer does not fit the
credits.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from pathways.models import Participation
from pathways.models.participation import ParticipationQuerySet
from pathways.reports.report import (
    BY_NAME,
    PATHWAY,
    STUDENT,
    Figure,
    Nature,
    RecordReport,
    ReportColumn,
    Row,
)
from pathways.rules.record import NO_BUT_ENOUGH, YES_BUT_TOO_FEW

YES, INCORRECT = Q(concentrator=True), NO_BUT_ENOUGH | YES_BUT_TOO_FEW


class ConcentratorsAndParticipants(RecordReport):
    slug = "count-concentrator-participant"
    title = "End of Year CTE Count Concentrator & Participant"
    short = "Concentrators & Participants"
    letter = "a"
    says = "Count of students identified either as a CTE Concentrator or Participant."
    nature = Nature.COUNT
    columns = (
        *STUDENT,
        ReportColumn("counted_as", "Counted as"),
        ReportColumn("pathways", "CTE Pathways", number=True),
    )

    def counted(self, records: ParticipationQuerySet, student: str) -> Figure:
        students = records.values(student).annotate(yes=Count("pk", filter=YES))
        return self.figure(
            **students.aggregate(
                count=Count("yes"), concentrators=Count("yes", filter=Q(yes__gt=0))
            )
        )

    def grouped(self, records: Any) -> Any:
        return records.annotate(
            count=Count("student_id", distinct=True),
            concentrators=Count("student_id", distinct=True, filter=YES),
        ).values("student__district_id", "count", "concentrators")

    def figure(self, count: int, concentrators: int = 0) -> Figure:
        return Figure(
            count, {"concentrators": concentrators, "participants": count - concentrators}
        )

    def none(self) -> Figure:
        return self.figure(0)

    def matches(self, records: ParticipationQuerySet) -> QuerySet[Participation, Any]:
        students = records.values(
            "student_id", "student__state_id", "student__last_name", "student__first_name"
        )
        counted = students.annotate(
            first_pathway=Min("pathway_id"), yes=Count("pk", filter=YES), pathways=Count("pk")
        )
        return counted.order_by(*BY_NAME).values_list(
            "student_id",
            "first_pathway",
            "student__state_id",
            "student__last_name",
            "student__first_name",
            "yes",
            "pathways",
        )

    def texts(self, row: Row) -> list[str]:
        *student, yes, pathways = super().texts(row)
        return [*student, "Participant" if yes == "0" else "Concentrator", pathways]


class IncorrectConcentrator(RecordReport):
    """By the conditions of the rules CTE-131 and CTE-132, so that entry, upload, district and state
    never disagree.
    """

    slug = "incorrect-concentrator"
    title = "End of Year CTE with Incorrect Concentrator Assigned"
    short = "Incorrect Concentrator"
    letter = "d"
    says = (
        "Student has incorrect value in the Concentrator indicator. Either the student has 2 or"
        " more credits, and the Concentrator is No, or the student has less than 2 credits, and the"
        " Concentrator is Yes."
    )
    nature = Nature.ERRORS
    columns = (
        *STUDENT,
        PATHWAY,
        ReportColumn("pathway_credits", "Pathway Credits", number=True),
        ReportColumn("concentrator", "CTE Concentrator"),
    )

    def chosen(self, records: ParticipationQuerySet, end_year: int) -> ParticipationQuerySet:
        return records.filter(INCORRECT)

    def counted(self, records: ParticipationQuerySet, student: str) -> Figure:
        return Figure(records.count())

    def grouped(self, records: Any) -> Any:
        return records.annotate(count=Count("pk")).values("student__district_id", "count")

    def matches(self, records: ParticipationQuerySet) -> QuerySet[Participation, Any]:
        return records.order_by(*BY_NAME, "pathway__code").values_list(
            "student_id",
            "pathway_id",
            "student__state_id",
            "student__last_name",
            "student__first_name",
            "pathway__name",
            "total_credits",
            "concentrator",
        )

    def rule(self, row: Row) -> str:
        return "CTE-132" if row[-1] else "CTE-131"

    def what_to_do(self, row: Row) -> str:
        return (
            "Choose No, or add the missing credits."
            if row[-1]
            else "Choose Yes, or check the credits."
        )
