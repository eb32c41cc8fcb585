"""The canonical row of Fall CTE: a line of the follow-up list with its outcome as it stands in an
edition.

List, attempts and what OPI demands stand in the District edition alone. Student and outcome are
read from the edition that is asked about: one that has not been sent is no line of the State
edition's.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import filled_up, of_whole_district, prepared
from cte_portal.words import listed_name
from pathways.ledger import canonical
from pathways.models import (
    Attempt,
    FollowUpEntry,
    FollowUpPathway,
    FollowUpYear,
    Outcome,
    PostProgramStatus,
    Student,
)
from pathways.resync.difference import parts

OF_STUDENT = (
    "state_id",
    "local_id",
    "last_name",
    "first_name",
    "middle_name",
    "birth_date",
    "gender",
)


class OutcomeRow(NamedTuple):
    """One leaver. The fields stand in a line in this order."""

    state_id: str
    local_id: str
    last_name: str
    first_name: str
    middle_name: str
    birth_date: datetime.date
    gender: str
    school_number: str
    school_name: str
    end_year: int
    exit: str
    exit_date: datetime.date
    end_status: str
    pathways: str
    list_receipt: str
    status: str
    status_name: str
    is_answered: bool
    is_placed: bool
    date_contacted: datetime.date | None
    origin: str
    means: str
    attempts: int
    required_attempts: bool
    counted_elsewhere: bool = False
    """OPI counts the student on another district's list (R-FUP-16): in no figure here."""

    @property
    def student_name(self) -> str:
        return listed_name(self.last_name, self.first_name, self.middle_name)

    @property
    def named_pathways(self) -> list[tuple[str, str]]:
        """(code, name) of each."""
        lines = (line.partition(" ") for line in self.pathways.splitlines())
        return [(code, name) for code, _, name in lines]


@dataclass(frozen=True)
class Leaver:
    """A row with the keys of the line and the student it is of, for links."""

    entry: int
    student: int
    row: OutcomeRow


COLUMNS = OutcomeRow._fields
TAKEN_BACK = ("taken_back_at", "taken_back_by")
NO_OUTCOME: tuple[str, datetime.date | None, str] = ("", None, "")


def rows(scope: Scope) -> Iterator[OutcomeRow]:
    """The lines on the list, in no order."""
    return (leaver.row for leaver in leavers(scope))


def leavers(scope: Scope) -> Iterator[Leaver]:
    """The lines on the list, in no order. A handful of statements for any number of them."""
    lines = _lines(scope)
    students = _students(scope, [student for _, student, *_ in lines])
    outcomes = {student: (code, day, origin) for student, code, day, origin in _outcomes(scope)}
    statuses = {status.code: status for status in _statuses()}
    pathways, attempts = _pathways(scope), _attempts(scope)
    year = FollowUpYear.objects.of(scope.end_year)
    for entry, student, number, school, way_out, exit_date, end_status, receipt, elsewhere in lines:
        if student not in students:
            continue
        code, contacted, origin = outcomes.get(student, NO_OUTCOME)
        status, tries = statuses.get(code), attempts.get(entry, [])
        row = OutcomeRow(
            *students[student],  # type: ignore[call-arg]
            number,
            school,
            scope.end_year,
            way_out,
            exit_date,
            end_status,
            "\n".join(pathways.get(entry, ())),
            receipt,
            code,
            status.name if status else code,
            bool(status and status.is_answered),
            bool(status and status.is_placed),
            contacted,
            origin,
            _means(tries, code, contacted) if origin == Outcome.Origin.ATTEMPT else "",
            len(tries),
            bool(year and year.is_enough(tries)),
            elsewhere,
        )
        yield Leaver(entry, student, row)


@of_whole_district
def _lines(scope: Scope) -> QuerySet[FollowUpEntry, tuple[Any, ...]]:
    entries = FollowUpEntry.objects.in_scope(scope).on_list().order_by()
    return entries.values_list(
        "pk",
        "student_id",
        "school__number",
        "school__name",
        "exit",
        "exit_date",
        "end_status",
        "receipt",
        "counted_elsewhere",
    )


@of_whole_district
def _outcomes(scope: Scope) -> QuerySet[Outcome, tuple[Any, ...]]:
    stored = Outcome.objects.in_scope(scope)
    return stored.values_list("student_id", "status", "date_contacted", "origin")


@prepared
def _statuses() -> QuerySet[PostProgramStatus]:
    return PostProgramStatus.objects.all()


def _students(scope: Scope, keys: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    return {
        key: tuple(values)
        for some in parts(keys)
        for key, *values in _named(scope, filled_up(tuple(some)))
    }


@prepared
def _named(scope: Scope, keys: tuple[int, ...]) -> QuerySet[Student, tuple[Any, ...]]:
    students = Student.objects.of_district(scope).filter(pk__in=keys).order_by()
    return students.values_list("pk", *OF_STUDENT)


def _pathways(scope: Scope) -> dict[int, list[str]]:
    pathways: dict[int, list[str]] = {}
    for entry, code, name in _pathways_of_lines(scope):
        pathways.setdefault(entry, []).append(f"{code} {name}")
    return pathways


@of_whole_district
def _pathways_of_lines(scope: Scope) -> QuerySet[FollowUpPathway, tuple[Any, ...]]:
    named = FollowUpPathway.objects.filter(
        entry__student__district=scope.district, entry__end_year=scope.end_year
    )
    return named.order_by("code").values_list("entry", "code", "name")


def _attempts(scope: Scope) -> dict[int, list[Attempt]]:
    attempts: dict[int, list[Attempt]] = {}
    for attempt in _standing_attempts(scope):
        attempts.setdefault(attempt.entry_id, []).append(attempt)
    return attempts


@of_whole_district
def _standing_attempts(scope: Scope) -> QuerySet[Attempt]:
    """Without what a caller wrote: nobody reads it here, and a district may have thousands."""
    attempts = Attempt.objects.standing().filter(
        entry__student__district=scope.district, entry__end_year=scope.end_year
    )
    return attempts.defer("time", "note", "by", "by_id", "at", *TAKEN_BACK).order_by("date", "pk")


def _means(attempts: list[Attempt], status: str, contacted: datetime.date | None) -> str:
    """Of the last attempt that says what the outcome says."""
    means = [
        attempt.means
        for attempt in attempts
        if attempt.status == status and attempt.date == contacted
    ]
    return means[-1] if means else ""


def codes_that_need_attempts() -> set[str]:
    """Statuses that say that nobody was reached."""
    return {status.code for status in _statuses() if status.needs_attempts}


def is_settled(row: OutcomeRow, needing_attempts: set[str]) -> bool:
    """Whether the leaver has an answer or was tried as often as OPI demands (R-FUP-18)."""
    return row.required_attempts or (bool(row.status) and row.status not in needing_attempts)


def is_well_dated(row: OutcomeRow, year: FollowUpYear) -> bool:
    return not row.status or year.has_good_date(row.date_contacted, row.exit_date)


def digest(scope: Scope) -> str:
    return canonical.digest_of_rows(rows(scope))
