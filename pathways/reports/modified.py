"""Report e: records whose last change was made while the scope's year was the active one."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

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
)


class ModifiedInCurrentYear(RecordReport):
    slug = "modified-in-current-year"
    title = "End of Year CTE Concentrators and Participants Modified in Current Year"
    short = "Modified in Current Year"
    letter = "e"
    says = (
        "A list of students identified either as a CTE Concentrator or Participant with a modified"
        " date in the current year."
    )
    nature = Nature.LIST
    columns = (
        *STUDENT,
        PATHWAY,
        ReportColumn("concentrator", "CTE Concentrator"),
        ReportColumn("pathway_credits", "Pathway Credits", number=True),
        ReportColumn("modified_date", "Modified Date"),
        ReportColumn("modified_by", "Modified By"),
    )

    def chosen(self, records: ParticipationQuerySet, end_year: int) -> ParticipationQuerySet:
        return records.filter(modified_end_year=end_year)

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
            "concentrator",
            "total_credits",
            "modified_date",
            "modified_by",
        )
