"""The reports of a year's leavers (issue 18): whom to call, what became of them, and which dates no
certifier can sign. List and attempts are the district's; outcomes are those of the edition.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.urls import reverse

from cte_portal.editions import Scope
from cte_portal.folding import name_order
from pathways.models import FollowUpEntry, FollowUpYear, PostProgramStatus
from pathways.reports.leavers.rows import (
    Leaver,
    OutcomeRow,
    codes_that_need_attempts,
    is_settled,
    is_well_dated,
    leavers,
)
from pathways.reports.report import STUDENT, Figure, Nature, Report, ReportColumn, Row

NO_OUTCOME = "No outcome"
LEFT_AS = ReportColumn("left_as", "Left as")
COUNTS = (
    ReportColumn("leavers", "Leavers", number=True),
    ReportColumn("graduates", "Graduates", number=True),
    ReportColumn("dropouts", "Dropouts", number=True),
)
RATES = (
    ReportColumn("answered", "Answered", number=True),
    ReportColumn("placed", "Placed", number=True),
)


class LeaverReport(Report):
    """A report is counted from the leavers as they were read; a page reads them once for all."""

    def count(self, scope: Scope) -> Figure:
        return self.figure(leavers_of(scope), scope.end_year)

    def rows(self, scope: Scope, most: int | None = None, skip: int = 0) -> Iterator[Row]:
        lines = self.lines(leavers_of(scope), scope.end_year)
        return islice(lines, skip, most and skip + most)

    def figure(self, everybody: Sequence[Leaver], end_year: int) -> Figure:
        return Figure(sum(1 for _ in self.lines(everybody, end_year)))

    @abstractmethod
    def lines(self, everybody: Sequence[Leaver], end_year: int) -> Iterator[Row]: ...

    def cure(self, scope: Scope, row: Row) -> str:
        """The page of the leaver's calls."""
        return reverse("follow-up-line", args=[scope.district, scope.end_year, row[1]])


def leavers_of(scope: Scope) -> list[Leaver]:
    """Those who count here (R-FUP-16), by name."""
    counted = (leaver for leaver in leavers(scope) if not leaver.row.counted_elsewhere)
    return sorted(counted, key=lambda leaver: _by_name(leaver.row))


def _by_name(row: OutcomeRow) -> tuple[str, ...]:
    return name_order(row.last_name, row.first_name, row.state_id)


def _person(leaver: Leaver) -> tuple[Any, ...]:
    """The beginning of a row: keys for links, then who it is."""
    row = leaver.row
    return (leaver.student, leaver.entry, row.state_id, row.last_name, row.first_name)


def _exit(row: OutcomeRow) -> str:
    return str(FollowUpEntry.Exit(row.exit).label)


class OpenFollowUps(LeaverReport):
    slug = "open-follow-ups"
    title = "Follow-up: Open"
    short = "Open"
    says = "Leavers who have neither an answer nor the required attempts."
    nature = Nature.ERRORS
    columns = (
        *STUDENT,
        ReportColumn("school", "School"),
        LEFT_AS,
        ReportColumn("pathways", "CTE Pathways"),
        ReportColumn("attempts", "Attempts", number=True),
    )
    cure_label = "Call"

    def lines(self, everybody: Sequence[Leaver], end_year: int) -> Iterator[Row]:
        needing = codes_that_need_attempts()
        for leaver in everybody:
            row = leaver.row
            if not is_settled(row, needing):
                names = ", ".join(name for _, name in row.named_pathways)
                yield (*_person(leaver), row.school_name, _exit(row), names, row.attempts)

    def what_to_do(self, row: Row) -> str:
        return "Try again." if row[-1] else "Call."


class OutsideTheWindow(LeaverReport):
    slug = "window-of-contact"
    title = "Follow-up: Outside the Window"
    short = "Outside the Window"
    says = "Outcomes without a date of contact in OPI’s window and after the student left."
    nature = Nature.ERRORS
    columns = (
        *STUDENT,
        ReportColumn("status", "Post-program Status"),
        ReportColumn("left_on", "Left on"),
        ReportColumn("date_contacted", "Date Contacted"),
    )

    def lines(self, everybody: Sequence[Leaver], end_year: int) -> Iterator[Row]:
        year = FollowUpYear.objects.of(end_year)
        for leaver in everybody:
            row = leaver.row
            if year and not is_well_dated(row, year):
                outcome = f"{row.status} {row.status_name}"
                yield (*_person(leaver), outcome, row.exit_date, row.date_contacted)

    def what_to_do(self, row: Row) -> str:
        return "Correct the date." if row[-1] else "Enter the date."


class FollowUpByStatus(LeaverReport):
    slug = "statuses-of-leavers"
    title = "Follow-up: by Status"
    short = "By Status"
    says = "Leavers by post-program status; who has none yet comes last."
    nature = Nature.TABLE
    columns = (ReportColumn("status", "Post-program Status"), *COUNTS)

    def figure(self, everybody: Sequence[Leaver], end_year: int) -> Figure:
        missing = sum(not leaver.row.status for leaver in everybody)
        return Figure(len(everybody), {"without_outcome": missing})

    def lines(self, everybody: Sequence[Leaver], end_year: int) -> Iterator[Row]:
        """Every status that OPI offers in the year, also where nobody has it."""
        groups: dict[str, list[OutcomeRow]] = {}
        for leaver in everybody:
            groups.setdefault(leaver.row.status, []).append(leaver.row)
        names = {row.status: row.status_name for rows in groups.values() for row in rows}
        offered = PostProgramStatus.objects.offered_in(end_year)
        names |= {status.code: status.name for status in offered}
        for code in sorted(names.keys() - {""}):
            yield (None, None, f"{code} {names[code]}", *_counts(groups.get(code, ())))
        yield (None, None, NO_OUTCOME, *_counts(groups.get("", ())))


class FollowUpByPathway(LeaverReport):
    slug = "pathways-of-leavers"
    title = "Follow-up: by Pathway"
    short = "By Pathway"
    says = (
        "Leavers of each pathway, how many answered, and how many are placed. Who has several"
        " pathways counts in each."
    )
    nature = Nature.TABLE
    columns = (ReportColumn("pathway", "CTE Pathway"), *COUNTS, *RATES)

    def figure(self, everybody: Sequence[Leaver], end_year: int) -> Figure:
        answered, placed = _rates([leaver.row for leaver in everybody])
        return Figure(len(everybody), {"answered": answered, "placed": placed})

    def lines(self, everybody: Sequence[Leaver], end_year: int) -> Iterator[Row]:
        groups: dict[tuple[str, str], list[OutcomeRow]] = {}
        for leaver in everybody:
            for code, name in leaver.row.named_pathways:
                groups.setdefault((name, code), []).append(leaver.row)
        for (name, _), rows in sorted(groups.items()):
            yield (None, None, name, *_counts(rows), *_rates(rows))


def _counts(rows: Iterable[OutcomeRow]) -> tuple[int, int, int]:
    exits = [row.exit for row in rows]
    return (
        len(exits),
        exits.count(FollowUpEntry.Exit.GRADUATE),
        exits.count(FollowUpEntry.Exit.DROPOUT),
    )


def _rates(rows: Iterable[OutcomeRow]) -> tuple[int, int]:
    rows = list(rows)
    return sum(row.is_answered for row in rows), sum(row.is_placed for row in rows)
