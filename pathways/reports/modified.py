"""Report e: records whose last change was made while the scope's year was the active one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q

from cte_portal.editions import Edition, Scope
from pathways.models import Participation
from pathways.reports.report import BY_NAME, PATHWAY, STUDENT, Column, Figure, Nature, Report, Row


class ModifiedInCurrentYear(Report):
    """Of this report the year is part of the question, not only of the scope."""

    slug = "modified-in-current-year"
    title = "End of Year CTE Concentrators and Participants Modified in Current Year"
    short = "Modified in Current Year"
    letter = "e"
    says = "A list of students identified either as a CTE Concentrator or Participant with a modified date in the current year."
    nature = Nature.LIST
    columns = (
        *STUDENT, PATHWAY, Column("concentrator", "CTE Concentrator"), Column("pathway_credits", "Pathway Credits", number=True),
        Column("modified_date", "Modified Date"), Column("modified_by", "Modified By"),
    )  # fmt: skip

    def count(self, scope: Scope) -> Figure:
        return Figure(self._records(scope).count())

    def total(self, edition: Edition, end_year: int) -> Figure:
        return Figure(Participation.objects.statewide(edition, end_year).filter(self._modified(end_year)).count())

    def by_district(self, edition: Edition, end_year: int) -> dict[str, Figure]:
        records = Participation.objects.statewide(edition, end_year).filter(self._modified(end_year))
        grouped = records.values_list("student__district_id").annotate(count=Count("pk"))
        return {district: Figure(count) for district, count in grouped}

    def rows(self, scope: Scope, most: int | None = None, skip: int = 0) -> Iterator[Row]:
        found = (
            self._records(scope)
            .order_by(*BY_NAME, "pathway__code")
            .values_list(
                "student_id", "pathway_id", "student__state_id", "student__last_name", "student__first_name", "pathway__name", "concentrator",
                "total_credits", "modified_date", "modified_by",
            )
        )  # fmt: skip
        return iter(found[skip : skip + most]) if most else found.iterator(chunk_size=5000)

    def _records(self, scope: Scope) -> Any:
        return Participation.objects.in_scope(scope).filter(self._modified(scope.end_year))

    @staticmethod
    def _modified(end_year: int) -> Q:
        return Q(modified_end_year=end_year)
