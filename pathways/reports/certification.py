"""The *Certification* report: totals of the district beside totals of the state, a line for each
figure (guide, Step Four 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.fields import CharField

from cte_portal.editions import Edition, Scope
from cte_portal.prepared import of_whole_district
from pathways.files.layout import CTE_END_OF_YEAR
from pathways.ledger.shape import PARTICIPATION
from pathways.models import Participation
from pathways.models.participation import ParticipationQuerySet
from pathways.reports.report import Figure, Nature, Report, ReportColumn, Row

ALL = "All pathways"
CREDITS = {  # the total before its parts, as in the file
    column.field: PARTICIPATION.labels[column.field]
    for column in CTE_END_OF_YEAR.columns
    if column.field in PARTICIPATION.amounts
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
class PathwayFigure:
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
    """The count is the number of figures that differ; the findings are those lines. It reads both
    editions, whichever it is run at.
    """

    slug = "certification"
    title = "End of Year CTE Concentrator and Participants Certification"
    short = "Certification"
    says = (
        "Compares district and state totals. If they do not match, resync and run this report again"
        " at the state."
    )
    nature = Nature.COMPARISON
    columns = (
        ReportColumn("pathway", "CTE Pathway"),
        ReportColumn("figure", "Figure"),
        ReportColumn("district", "District", number=True),
        ReportColumn("state", "State", number=True),
        ReportColumn("difference", "Difference", number=True),
    )

    def count(self, scope: Scope) -> Figure:
        return Figure(sum(line.differs for line in self.lines(scope)))

    def rows(self, scope: Scope, most: int | None = None, skip: int = 0) -> Iterator[Row]:
        return islice((self.row(line) for line in self.lines(scope)), skip, most and skip + most)

    def findings(self, scope: Scope) -> Iterator[Row]:
        return (self.row(line) for line in self.lines(scope) if line.differs)

    @staticmethod
    def row(line: PathwayFigure) -> Row:
        return (None, None, line.of, line.figure, line.district, line.state, line.difference)

    def lines(self, scope: Scope) -> list[PathwayFigure]:
        """Those of all pathways first, then pathway by pathway."""
        return beside(
            totals(Scope(scope.district, scope.end_year, Edition.DISTRICT)),
            totals(scope.at_state()),
        )

    def by_district(self, edition: Edition, end_year: int) -> dict[str, Figure]:
        """In how many figures each district differs; one statement an edition, whichever is asked
        about.
        """
        district, state = (
            of_all_districts(edition_, end_year) for edition_ in (Edition.DISTRICT, Edition.STATE)
        )
        return {
            number: Figure(
                sum(
                    line.differs for line in beside(district.get(number, {}), state.get(number, {}))
                )
            )
            for number in district.keys() | state.keys()
        }


Totals = Mapping[str, Mapping[str, int | Decimal]]
"""Name of a pathway, or *All pathways* → its figures."""


def beside(district: Totals, state: Totals) -> list[PathwayFigure]:
    lines = []
    for of in (ALL, *sorted((set(district) | set(state)) - {ALL})):
        here, there = district.get(of, {}), state.get(of, {})
        names = FIGURES if of == ALL else OF_A_PATHWAY
        lines += [
            PathwayFigure(of, FIGURES[name], here.get(name, 0), there.get(name, 0))
            for name in names
        ]
    return lines


def totals(scope: Scope) -> Totals:
    return _totals(_of_district(scope)).get("", {})


@of_whole_district
def _of_district(scope: Scope) -> QuerySet[Participation, tuple[Any, ...]]:
    return _figures(Participation.objects.in_scope(scope), scope.end_year)


def of_all_districts(edition: Edition, end_year: int) -> Mapping[str, Totals]:
    """The totals of each district by its number."""
    records = Participation.objects.in_edition(edition).enrolled_in(end_year)
    return _totals(_figures(records, end_year, "student__district_id"))


def _figures(
    records: ParticipationQuerySet, end_year: int, by: str = ""
) -> QuerySet[Participation, tuple[Any, ...]]:
    """By district where that is asked, else under no name: the figures of each pathway and of all,
    in one statement.
    """
    groups = records.order_by().annotate(
        number=F(by) if by else Value("", CharField()), of=Value(ALL, CharField())
    )
    # A student has one record in a pathway: within it, records are students.
    of_one = _summed(
        groups.values("number", "pathway__name"),
        "pathway__name",
        end_year,
        unit=Count("pk"),
        count=_counted,
    )
    of_all = _summed(groups.values("number", "of"), "of", end_year, unit=_STUDENTS, count=_students)
    figures: QuerySet[Participation, tuple[Any, ...]] = of_one.union(of_all, all=True)
    return figures


def _totals(rows: Iterable[tuple[Any, ...]]) -> Mapping[str, Totals]:
    """Of the figures: by district, and then by pathway."""
    names = ("records", "students", "concentrators", "single_parents", "modified", *CREDITS)
    totals: dict[str, dict[str, Mapping[str, int | Decimal]]] = {}
    for number, of, *values in rows:
        if values[0]:
            totals.setdefault(number, {})[of] = _whole(dict(zip(names, values, strict=True)))
    return totals


def _counted(condition: Q) -> Count:
    return Count("pk", filter=condition)


def _students(condition: Q) -> Count:
    return Count("student_id", distinct=True, filter=condition)


def _summed(groups: Any, name: str, end_year: int, *, unit: Count, count: Any) -> Any:
    return groups.annotate(
        figure_records=Count("pk"),
        figure_students=unit,
        figure_concentrators=count(Q(concentrator=True)),
        figure_single_parents=count(Q(single_parent=True)),
        figure_modified=Count("pk", filter=Q(modified_end_year=end_year)),
        **{f"sum_{credits}": Sum(credits) for credits in CREDITS},
    ).values_list(
        "number",
        name,
        "figure_records",
        "figure_students",
        "figure_concentrators",
        "figure_single_parents",
        "figure_modified",
        *(f"sum_{credits}" for credits in CREDITS),
    )


def _whole(figures: dict[str, Any]) -> Mapping[str, int | Decimal]:
    """With the participants; sums of SQLite are floats in disguise and get their two places
    back.
    """
    for name in CREDITS:
        figures[name] = Decimal(figures[name] or 0).quantize(_TWO_PLACES)
    return {**figures, "participants": figures["students"] - figures["concentrators"]}
