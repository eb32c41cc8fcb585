"""Carrying what was read into the district: stage, plan and write one kind after the other, and
count what becomes of every row.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from cte_portal import words
from pathways.models import Change, School, Student
from pathways.roster import differences, ledger, staging
from pathways.roster.imports.reading import Reading
from pathways.roster.imports.results.absent_rows import absent_rows
from pathways.roster.imports.results.effects import Collected, Effects, collected
from pathways.roster.problems import LOWER_GRADE, MIX_UP, ON_SCREEN, PROBLEMS, Becomes
from pathways.roster.shape import DATE, Shape
from pathways.roster.shapes import CALENDAR, ENROLLMENT, SHAPES, STUDENT
from pathways.roster.shapes.unread import UnreadRow, problems_beside

MOST_CHANGED = 100_000  # lines of the report that show before and after
FROM_ROWS = 5  # so few rows are never too much


@dataclass(frozen=True)
class Planned:
    """A row of the files that has a problem by the district's data: where it came from, the
    problem, the row it names, and what the file calls it.
    """

    part: int
    line: int
    name: str
    problem: str
    row: int | None
    in_file: str = ""


@dataclass(frozen=True)
class ChangedRosterRow:
    part: int
    line: int
    name: str
    row: int
    columns: dict[str, tuple[Any, Any]]


@dataclass
class Carried:
    """What became of the rows: counts by kind, the rows with problems, the changes, and what that
    does to the collection.
    """

    objects: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Planned] = field(default_factory=list)
    changes: list[ChangedRosterRow] = field(default_factory=list)
    on_screen: list[ChangedRosterRow] = field(default_factory=list)
    """Rows that the file would change but for what was entered on screen."""
    absent: dict[str, QuerySet[Any]] = field(default_factory=dict)
    """Of each kind of which there are any."""
    holds: list[dict[str, Any]] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)
    lower_grades: dict[str, int] = field(default_factory=dict)
    """New enrollments below grade 7, which were left out, by grade."""

    @property
    def to_confirm(self) -> int:
        """The number that a person types to let a held file through."""
        return sum(hold["number"] for hold in self.holds)

    def total(self, outcome: str) -> int:
        return sum(counts[outcome] for counts in self.objects)


WITHOUT_PROBLEM = ("create", "update", "unchanged")
OUTCOMES = ("read", "new", "changed", "unchanged", "held", "refused", "set_aside", "absent")


def carry(cursor: Any, reading: Reading, act: ledger.Act) -> Carried:
    """Write all that was read. Must run inside a transaction that holds the district; a test rolls
    it back afterwards.
    """
    values, carried = act.values(), Carried()
    # Of a district at its start, nothing is absent and nothing collected.
    is_empty = not (
        Student.objects.filter(district=act.scope.district).exists()
        or School.objects.filter(district=act.scope.district).exists()
    )
    before = Collected() if is_empty else collected(act.scope)
    staging.prepare(cursor)
    brought = [shape for shape in SHAPES if shape.name in reading.brought]
    for shape in brought:  # all of them first: a student's grade stands in the enrollments
        staging.stage(cursor, shape, reading.rows[shape.name])
    for shape in brought:
        carried.objects.append(
            _carry_kind(cursor, shape, reading, values, act, carried, is_empty=is_empty)
        )
    is_written = carried.total("new") + carried.total("changed")
    after = collected(act.scope, has_records=not is_empty) if is_written else before
    carried.effects = Effects(before, after)
    return carried


def _carry_kind(
    cursor: Any,
    shape: Shape,
    reading: Reading,
    values: dict[str, Any],
    act: ledger.Act,
    carried: Carried,
    *,
    is_empty: bool,
) -> dict[str, Any]:
    counts = ledger.plan(cursor, shape, values, act.to_overrule)
    # Questions whose answer is known to be empty are not asked: of a small district they cost more
    # than its rows.
    planned = _problems(cursor, shape) if set(counts) - set(WITHOUT_PROBLEM) else []
    carried.problems += planned
    if counts.get("update"):
        carried.changes += _changed(cursor, shape, MOST_CHANGED - len(carried.changes))
    if planned:
        most = MOST_CHANGED - len(carried.on_screen)
        carried.on_screen += _changed(cursor, shape, most, ON_SCREEN.id)
    missing, absent = (0, None) if is_empty else absent_rows(shape, act.scope)
    if absent is not None:
        carried.absent[shape.name] = absent
    if shape is ENROLLMENT and any(row.problem == LOWER_GRADE.id for row in planned):
        cursor.execute(
            f"SELECT grade, COUNT(*) FROM {shape.plan} WHERE problem = %s GROUP BY grade ORDER BY"
            " grade",
            [LOWER_GRADE.id],
        )
        carried.lower_grades = dict(cursor.fetchall())
    _hold(cursor, shape, reading.read[shape.name], counts.get("update", 0), carried, values)
    ledger.apply(cursor, shape, values, counts)
    if shape is not CALENDAR:  # whose school stands in the same line, and is refused with it
        carried.problems += _what_else(cursor, shape, reading, planned, values)
    becomes = Counter(PROBLEMS[row.problem].becomes.value for row in planned)
    return {
        "type": shape.name,
        "read": reading.read[shape.name],
        "new": counts.get("create", 0),
        "changed": counts.get("update", 0),
        "unchanged": counts.get("unchanged", 0) + becomes["kept"],
        "held": reading.on_hold[shape.name] + becomes["held"],
        "refused": reading.refused[shape.name] + becomes["refused"],
        "set_aside": reading.set_aside[shape.name] + becomes["set_aside"],
        "absent": missing,
    }


def _what_else(
    cursor: Any, shape: Shape, reading: Reading, planned: list[Planned], values: dict[str, Any]
) -> Iterator[Planned]:
    """What is wrong with refused rows beside what the plan or their cells have said already."""
    first = {
        (row.part, row.line): row.problem
        for row in planned
        if PROBLEMS[row.problem].becomes is Becomes.REFUSED
    }
    rows = reading.rows[shape.name] if first else []
    refused = [UnreadRow(*row, frozenset()) for row in rows if row[0] in first]
    beside = problems_beside(cursor, shape, refused + reading.unread[shape.name], values)
    for line, problem in beside:
        if problem.id != first.get(line):
            yield Planned(*line, shape.name, problem.id, None)


def _problems(cursor: Any, shape: Shape) -> list[Planned]:
    """The rows of a plan that have one, by file and line."""
    keys = [column for column in shape.key if column != "end_year"]
    cursor.execute(
        "SELECT part, line, problem, row_id,"
        f" {', '.join(f'key_{column}' for column in keys)} FROM {shape.plan} WHERE problem IS NOT"
        " NULL ORDER BY part, line"
    )
    rows = cursor.fetchall()
    people = _mixed_up(cursor) if shape is STUDENT else {}
    return [
        Planned(
            *(part, line, shape.name, problem, row),
            people.get((part, line)) or _called(shape, keys, values_of_keys),
        )
        for part, line, problem, row, *values_of_keys in rows
    ]


def _changed(
    cursor: Any, shape: Shape, most: int, problem: str | None = None
) -> Iterator[ChangedRosterRow]:
    for part, line, row, columns in differences.changed(cursor, shape, most, problem):
        yield ChangedRosterRow(part, line, shape.name, row, columns)


def _called(shape: Shape, keys: list[str], values: list[Any]) -> str:
    """What a row of a file names, such as *999000123 0001 001 P 08/21/2024*."""
    return " ".join(
        words.text(
            datetime.date.fromisoformat(value)
            if shape.staged[column] == DATE and isinstance(value, str)  # SQLite's
            else value
        )
        for column, value in zip(keys, values, strict=True)
        if value is not None
    )


def _mixed_up(cursor: Any) -> dict[tuple[int, int], str]:
    """Whom the file names where the portal has somebody else under the State ID, by file and
    line.
    """
    cursor.execute(
        f"SELECT part, line, last_name, first_name, birth_date FROM {STUDENT.plan} WHERE problem ="
        " %s",
        [MIX_UP.id],
    )
    born = STUDENT.fields["birth_date"]
    return {
        (part, line): " ".join(
            words.text(value) for value in (last, first, born.to_python(birth_date))
        )
        for part, line, last, first, birth_date in cursor.fetchall()
    }


def is_too_much(rows: int, of: int, percent: float) -> bool:
    """Whether so many of the rows are more than anybody should let through without a look."""
    return rows > FROM_ROWS and rows * 100 > of * percent


def _hold(
    cursor: Any, shape: Shape, read: int, changed: int, carried: Carried, values: dict[str, Any]
) -> None:
    """What is too much to let through without somebody who has looked at it."""
    if is_too_much(changed, read, settings.ROSTER_CHANGED_PERCENT):
        carried.holds.append(
            {"type": shape.name, "what": "changed", "number": changed, "of": read, "where": ""}
        )
    if shape is not ENROLLMENT or not changed:
        return
    cursor.execute(
        "SELECT school.number, COUNT(*), (  SELECT COUNT(*) FROM pathways_enrollment open JOIN"
        " pathways_calendar own ON own.id = open.calendar_id  WHERE own.school_id = school.id AND"
        f" own.end_year = %(year)s AND open.end_date IS NULL) FROM {shape.plan} plan JOIN"
        " pathways_enrollment stored ON stored.id = plan.row_id JOIN pathways_calendar calendar ON"
        " calendar.id = plan.calendar_id JOIN pathways_school school ON school.id ="
        " calendar.school_id WHERE plan.problem IS NULL AND plan.operation = 'update' AND"
        " plan.end_date IS NOT NULL AND stored.end_date IS NULL GROUP BY school.id, school.number"
        " ORDER BY school.number",
        values,
    )
    for school, ended, still_open in cursor.fetchall():
        if is_too_much(ended, still_open, settings.ROSTER_ENDED_PERCENT):
            carried.holds.append(
                {
                    "type": shape.name,
                    "what": "ended",
                    "number": ended,
                    "of": still_open,
                    "where": school,
                }
            )


def cursor_of(cursor: Any, district: str) -> int:
    """A number that moves with every write to the district's roster data or records: two equal ones
    mean that a test still holds.
    """
    histories = (Change._meta.db_table, *(shape.history for shape in SHAPES))
    last = (
        f"COALESCE((SELECT MAX(id) FROM {history} WHERE district = %(district)s), 0)"
        for history in histories
    )
    cursor.execute(f"SELECT {' + '.join(last)}", {"district": district})
    return int(cursor.fetchone()[0])
