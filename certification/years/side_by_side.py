"""A district's figures and a student's records, year beside year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from certification.collections.end_of_year import END_OF_YEAR
from certification.models import SealedRecord
from certification.years.chart import Chart, Value, chart
from certification.years.years import Year, years_of
from cte_portal.editions import Scope
from cte_portal.words import text
from pathways.ledger.shape import CREDITS, LABELS
from pathways.models import Participation, Student
from pathways.pages.grades import by_grade

NOTHING = "–"


@dataclass(frozen=True)
class YearsLine:
    label: str
    cells: tuple[tuple[str, str], ...]
    """(school year, value), the oldest year first."""


@dataclass(frozen=True)
class YearsPart:
    title: str
    lines: tuple[YearsLine, ...]
    chart: Chart | None = None


@dataclass(frozen=True)
class SideBySide:
    years: tuple[Year, ...]
    sections: tuple[YearsPart, ...]

    @property
    def charts(self) -> list[Chart]:
        return [section.chart for section in self.sections if section.chart]


def of_district(scope: Scope, count: str) -> SideBySide:
    """Figures by one measure: of a sealed year those that were signed, of the year that is not
    sealed those of the district's records.
    """
    counted: list[tuple[Year, Mapping[str, Any]]] = [
        (
            year,
            year.copy.counts
            if year.copy
            else END_OF_YEAR.counts(END_OF_YEAR.rows(Scope(scope.district, year.end_year))),
        )
        for year in years_of(scope)
    ]
    totals = tuple(
        YearsLine(
            label, tuple((year.label, f"{counts['totals'][name]:,}") for year, counts in counted)
        )
        for name, label in END_OF_YEAR.measures.items()
    )
    numbers = [(year, int(counts["totals"][count])) for year, counts in counted]
    drawn = chart(
        END_OF_YEAR.measures[count], [(year, number, f"{number:,}") for year, number in numbers]
    )
    groups = tuple(
        YearsPart(title, _lines(counted, grouping, count))
        for grouping, title in END_OF_YEAR.groupings.items()
    )
    return SideBySide(
        tuple(year for year, _ in counted), (YearsPart("Students", totals, drawn), *groups)
    )


def _lines(
    counted: list[tuple[Year, Mapping[str, Any]]], grouping: str, count: str
) -> tuple[YearsLine, ...]:
    """A line for each group that any of the years has; called as the newest of them calls it."""
    names = {group["code"]: group["name"] for _, counts in counted for group in counts[grouping]}
    of_year = [
        (year.label, {group["code"]: int(group[count]) for group in counts[grouping]})
        for year, counts in counted
    ]
    return tuple(
        YearsLine(
            str(names[code]), tuple((label, f"{group.get(code, 0):,}") for label, group in of_year)
        )
        for code in sorted(names, key=by_grade if grouping == "grades" else str)
    )


def of_student(scope: Scope, student: Student) -> SideBySide:
    """The student's record in each pathway: of a sealed year from this district's sealed copy, of
    the year that is not sealed from the district's records.
    """
    years = years_of(scope)
    copies = {year.copy.pk: year.end_year for year in years if year.copy}
    records: dict[tuple[str, int], Any] = {}
    names: dict[str, str] = {}
    for sealed in SealedRecord.objects.filter(copy__in=copies, state_id=student.state_id):
        records[sealed.pathway_code, copies[sealed.copy_id]] = sealed
        names[sealed.pathway_code] = sealed.pathway_name
    for year in years:
        if not year.copy:
            present = Participation.objects.in_scope(Scope(scope.district, year.end_year))
            for record in present.filter(student=student).select_related("pathway"):
                records[record.pathway.code, year.end_year] = record
                names[record.pathway.code] = record.pathway.name
    known = {end_year for _, end_year in records}
    years = [year for year in years if year.end_year in known or not year.copy]
    most = max((record.total_credits for record in records.values()), default=Decimal())
    return SideBySide(
        tuple(years),
        tuple(
            _pathway(name, [(year, records.get((code, year.end_year))) for year in years], most)
            for code, name in sorted(names.items(), key=lambda named: named[1])
        ),
    )


def _pathway(name: str, records: list[tuple[Year, Any]], most: Decimal) -> YearsPart:
    """`most`: the largest total of the student's pathways, so that their charts have one scale."""
    fields = ("total_credits", *CREDITS)
    lines = [
        YearsLine(
            LABELS[field],
            tuple((year.label, _credits(record, field)) for year, record in records),
        )
        for field in fields
    ]
    lines += [
        YearsLine(
            LABELS[field], tuple((year.label, _answer(record, field)) for year, record in records)
        )
        for field in ("concentrator", "single_parent")
    ]
    totals: list[Value] = [
        (year, record.total_credits if record else None, _credits(record, "total_credits"))
        for year, record in records
    ]
    return YearsPart(name, tuple(lines), chart(name, totals, most))


def _credits(record: Any, field: str) -> str:
    return text(getattr(record, field)) if record else NOTHING


def _answer(record: Any, field: str) -> str:
    return NOTHING if record is None else "Yes" if getattr(record, field) else "No"
