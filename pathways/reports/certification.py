"""The *Certification* report: totals of the district beside totals of the state, a line for each figure (guide, Step Four 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Count, Q, Sum, Value
from django.db.models.fields import CharField

from cte_portal.editions import Edition, Scope
from pathways.models import Participation
from pathways.reports.report import Column, Figure, Nature, Report, Row

ALL = "All pathways"
CREDITS = {
    "total_credits": "Total Pathway Credits Earned",
    "in_district_credits": "In District Credits Earned",
    "out_of_district_credits": "Out of District Credits Earned",
    "dual_enrollment_credits": "Dual Enrollment Credits",
    "work_based_learning_credits": "Work Based Learning Credits",
}
FIGURES = {
    "records": "Pathway records",
    "students": "Students",
    "concentrators": "Concentrators",
    "participants": "Participants",
    "single_parents": "Single parents",
    "modified": "Records modified in the current year",
    **CREDITS,
}
# Of one pathway the number of students is the number of its records.
OF_A_PATHWAY = tuple(name for name in FIGURES if name != "students")
_STUDENTS = Count("student_id", distinct=True)
_TWO_PLACES = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One figure of one pathway, or of all, in both editions."""

    of: str
    figure: str
    district: int | Decimal
    state: int | Decimal

    @property
    def differs(self) -> bool:
        return self.district != self.state

    @property
    def difference(self) -> int | Decimal:
        return self.state - self.district


class Certification(Report):
    """The count is the number of figures that differ; the findings are those lines. It reads both editions, whichever it is run at."""

    slug = "certification"
    title = "End of Year CTE Concentrator and Participants Certification"
    short = "Certification"
    says = "Compares the totals of the district with those of the state. Where they do not match, resync and run it again at the state."
    nature = Nature.COMPARISON
    columns = (
        Column("pathway", "CTE Pathway"), Column("figure", "Figure"), Column("district", "District", number=True),
        Column("state", "State", number=True), Column("difference", "Difference", number=True),
    )  # fmt: skip

    def count(self, scope: Scope) -> Figure:
        return Figure(sum(line.differs for line in self.lines(scope)))

    def rows(self, scope: Scope, most: int | None = None, skip: int = 0) -> Iterator[Row]:
        return islice((self.row(line) for line in self.lines(scope)), skip, most and skip + most)

    def findings(self, scope: Scope) -> Iterator[Row]:
        return (self.row(line) for line in self.lines(scope) if line.differs)

    @staticmethod
    def row(line: Line) -> Row:
        return (None, None, line.of, line.figure, line.district, line.state, line.difference)

    def lines(self, scope: Scope) -> list[Line]:
        """Those of all pathways first, then pathway by pathway."""
        district = totals(Scope(scope.district, scope.end_year, Edition.DISTRICT))
        state = totals(scope.at_state())
        found = []
        for of in (ALL, *sorted((set(district) | set(state)) - {ALL})):
            ours, theirs = district.get(of, {}), state.get(of, {})
            names = FIGURES if of == ALL else OF_A_PATHWAY
            found += [Line(of, FIGURES[name], ours.get(name, 0), theirs.get(name, 0)) for name in names]
        return found


def totals(scope: Scope) -> dict[str, Mapping[str, int | Decimal]]:
    """Name of a pathway, or *All pathways* → its figures; one statement."""
    records = Participation.objects.in_scope(scope).order_by()
    by_pathway = records.values("pathway__name")
    together = records.annotate(of=Value(ALL, CharField())).values("of")
    found = _summed(by_pathway, "pathway__name", scope.end_year).union(_summed(together, "of", scope.end_year), all=True)
    names = ("records", "students", "concentrators", "single_parents", "modified", *CREDITS)
    return {of: _whole(dict(zip(names, values, strict=True))) for of, *values in found if values[0]}


def _summed(groups: Any, name: str, end_year: int) -> Any:
    return groups.annotate(
        figure_records=Count("pk"),
        figure_students=_STUDENTS,
        figure_concentrators=Count("student_id", distinct=True, filter=Q(concentrator=True)),
        figure_single_parents=Count("student_id", distinct=True, filter=Q(single_parent=True)),
        figure_modified=Count("pk", filter=Q(modified_end_year=end_year)),
        **{f"sum_{credits}": Sum(credits) for credits in CREDITS},
    ).values_list(
        name, "figure_records", "figure_students", "figure_concentrators", "figure_single_parents", "figure_modified",
        *(f"sum_{credits}" for credits in CREDITS),
    )  # fmt: skip


def _whole(figures: dict[str, Any]) -> Mapping[str, int | Decimal]:
    """With the participants; sums of SQLite are floats in disguise and get their two places back."""
    for name in CREDITS:
        figures[name] = Decimal(figures[name] or 0).quantize(_TWO_PLACES)
    return {**figures, "participants": figures["students"] - figures["concentrators"]}
