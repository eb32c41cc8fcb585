"""The Data Validation Reports as the screen shows them: a line a report with both editions, and the
rows of the one that is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cte_portal.editions import Edition, Scope
from cte_portal.words import listed_name
from pathways.ledger.kept import HangsOn, kept
from pathways.models import Participation, Publication, StateCopy
from pathways.reports.groups import Group
from pathways.reports.leavers.reports import LeaverReport, leavers_of
from pathways.reports.leavers.rows import Leaver
from pathways.reports.report import Figure, Nature, Report, Row
from pathways.reports.runs import Run

PAGE = 50
_PARTS = {
    "concentrators": ("concentrator", "concentrators"),
    "participants": ("participant", "participants"),
    "without_record": ("without a record", "without a record"),
    "without_outcome": ("without an outcome", "without an outcome"),
    "answered": ("answered", "answered"),
    "placed": ("placed", "placed"),
}


def parts(figure: Figure) -> str:
    return ", ".join(
        f"{figure.parts[key]:,} {words[figure.parts[key] != 1]}"
        for key, words in _PARTS.items()
        if key in figure.parts
    )


@dataclass(frozen=True)
class ReportLine:
    """One report: its figures now, at the district and, where something was sent, at the state, and
    when it was last run.
    """

    report: Report
    here: Figure
    there: Figure | None
    runs: Sequence[Run] = ()
    judged: bool = True
    """Whether there is anything to report on: nothing found in nothing is no good news."""

    @property
    def compares(self) -> bool:
        return self.report.nature is Nature.COMPARISON

    @property
    def things(self) -> str:
        return "leavers" if isinstance(self.report, LeaverReport) else "records"

    @property
    def last(self) -> Run | None:
        return max(self.runs, key=lambda run: run.at, default=None)

    @property
    def differs(self) -> bool:
        return not self.compares and self.there is not None and self.here != self.there

    @property
    def sentence(self) -> str:
        return "" if self.report.nature is Nature.ROSTER else parts(self.here)

    @property
    def status(self) -> tuple[str, str]:
        """Kind and word of the status component; a count and a list have none."""
        number = self.here.count
        if self.report.nature is Nature.ERRORS:
            clean = (
                ("completed", "No problems found")
                if self.judged
                else ("none", f"No {self.things} to check")
            )
            return ("problem", f"{number:,} to correct") if number else clean
        if self.compares:
            if self.there is None:
                return ("none", "Nothing sent yet")
            equal = (
                ("completed", "Totals match") if self.judged else ("none", "No records to compare")
            )
            return ("problem", "Does not match") if number else equal
        if self.report.nature is Nature.ROSTER:
            missing = self.here.parts["without_record"]
            if missing:
                return ("warning", f"{missing:,} without a record")
            return ("completed", "All have a record") if number else ("none", "No one is rostered")
        return ("", self.report.nature.value)


@dataclass(frozen=True)
class Block:
    """A group with its lines. `is_alive`: its data go to the state, and its reports can be run."""

    group: Group
    lines: list[ReportLine]
    is_alive: bool
    may_run: bool


def line(
    report: Report,
    scope: Scope,
    known: dict[Any, Any],
    *,
    copy: StateCopy | None,
    runs: Sequence[Run] = (),
    judged: bool = True,
) -> ReportLine:
    """The figures are kept until what they count moves: the district, and at the state the last
    resync (`copy`, None where nothing can be asked of the state) and OPI's lists there. A run
    counts anew.
    """
    at_state = _at_state(copy, known)
    if isinstance(report, LeaverReport):
        there = report.figure(_leavers(scope.at_state(), known), scope.end_year) if copy else None
        everybody = _leavers(scope, known)
        here = report.figure(everybody, scope.end_year)
        return ReportLine(report, here, there, runs, bool(everybody))
    compares = report.nature is Nature.COMPARISON
    here = kept(
        scope,
        known,
        report.slug,
        lambda: report.count(scope),
        *(at_state if compares else ()),
    )
    if compares or copy is None:
        return ReportLine(report, here, here if copy else None, runs, judged)
    there = kept(
        scope,
        known,
        f"{report.slug}-at-state",
        lambda: report.count(scope.at_state()),
        *at_state,
    )
    return ReportLine(report, here, there, runs, judged)


def has_records(scope: Scope, known: dict[Any, Any]) -> bool:
    """Whether there is any record to report on."""

    def is_any() -> bool:
        return Participation.objects.in_scope(scope).exists()

    return kept(scope, known, "has-records", is_any, of_records=HangsOn.KEYS)


def _leavers(scope: Scope, known: dict[Any, Any]) -> list[Leaver]:
    """Read once a page and edition: the district's position says nothing of calls."""
    if (Leaver, scope) not in known:
        known[Leaver, scope] = leavers_of(scope)
    everybody: list[Leaver] = known[Leaver, scope]
    return everybody


def _at_state(copy: StateCopy | None, known: dict[Any, Any]) -> tuple[Any, ...]:
    if Publication not in known:
        known[Publication] = Publication.objects.generation()
    return copy.resync if copy else None, known[Publication]


@dataclass(frozen=True)
class ScreenRow:
    """A row of the open report. `cells` are (title, text, whether it is a number)."""

    name: str
    state_id: str
    student_url: str
    cells: tuple[tuple[str, str, bool], ...]
    what_to_do: str
    cure_url: str
    differs: bool = False


@dataclass(frozen=True)
class Opened:
    """The open report in one edition, a page of its rows."""

    line: ReportLine
    scope: Scope
    rows: list[ScreenRow]
    page: int
    total: int

    @property
    def report(self) -> Report:
        return self.line.report

    @property
    def at_state(self) -> bool:
        return self.scope.edition is Edition.STATE

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """(title, whether it is a number); a student stands in one column of its own."""
        return [
            (column.title, column.number)
            for column in self.report.columns[3 if self.report.nature.is_of_students else 0 :]
        ]

    @property
    def cures(self) -> bool:
        return any(row.what_to_do for row in self.rows)

    @property
    def empty(self) -> str:
        """The sentence that stands where there is no row."""
        if not self.line.judged:
            return f"No CTE {self.line.things} to check yet"
        if self.report.nature is Nature.ERRORS:
            return "No problems found"
        return "Every figure matches" if self.line.compares else "0 found"


def opened(of: ReportLine, scope: Scope, page: int = 1) -> Opened:
    figure = of.there if scope.edition is Edition.STATE and of.there else of.here
    if of.compares:
        rows = [row for row in of.report.rows(scope) if row[-1] or row[2] == "All pathways"]
        return Opened(of, scope, [screen_row(of.report, scope, row) for row in rows], 1, len(rows))
    if not of.report.nature.is_of_students:
        rows = list(of.report.rows(scope)) if of.judged else []
        return Opened(of, scope, [screen_row(of.report, scope, row) for row in rows], 1, len(rows))
    pages = max(1, -(-figure.count // PAGE))
    page = min(max(page, 1), pages)
    page_rows = of.report.rows(scope, most=PAGE, skip=(page - 1) * PAGE)
    return Opened(
        of, scope, [screen_row(of.report, scope, row) for row in page_rows], page, figure.count
    )


def screen_row(report: Report, scope: Scope, row: Row) -> ScreenRow:
    student = row[0]
    texts = report.texts(row)
    columns = report.columns
    if student is None:
        cells = tuple(
            (column.title, text, column.number) for column, text in zip(columns, texts, strict=True)
        )
        differs = report.nature is Nature.COMPARISON and bool(row[-1])
        return ScreenRow("", "", "", cells, "", "", differs=differs)
    state_id, last, first = texts[:3]
    cells = tuple(
        (column.title, text, column.number)
        for column, text in zip(columns[3:], texts[3:], strict=True)
    )
    address = [scope.district, scope.end_year, student]
    student_url, remedy = reverse("cte-student", args=address), report.what_to_do(row)
    cure = report.cure(scope, row)
    return ScreenRow(listed_name(last, first), state_id, student_url, cells, remedy, cure)
