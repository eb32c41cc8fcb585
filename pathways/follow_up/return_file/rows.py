"""Reading a return file and judging its rows against the list. The file is kept nowhere."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.words import text
from pathways.files import damage
from pathways.files.cells import plain
from pathways.files.table import Table, TableRow
from pathways.files.text import FileRefused, printable
from pathways.follow_up.proposals.proposing import OutsideAnswer, Source, given
from pathways.follow_up.return_file.columns import Columns
from pathways.models import FollowUpEntry

MOST_BYTES, MOST_ROWS, MOST_COLUMNS, MOST_NAME = 2_000_000, 10_000, 80, 100
MOST_DETAIL = 100
NOBODY = "Nobody on this list has this State ID"
NOT_ENROLLED = {"W": "withdrawn", "A": "on leave of absence", "D": "deceased"}
"""How the Clearinghouse marks terms in which a student is not enrolled."""
_DAY = re.compile(
    r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})"
    r"|(?P<y>[0-9]{4})(?P<dash>-?)(?P<m>[0-9]{2})(?P=dash)(?P<d>[0-9]{2})"
)


class ReturnLine(NamedTuple):
    """A line of the file: its cells in the order of its columns, or why it cannot be read."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


class ReturnFile(NamedTuple):
    names: tuple[str, ...]
    lines: tuple[ReturnLine, ...]


class PassedLine(NamedTuple):
    """A line that becomes no proposal, and why."""

    line: int
    state_id: str
    reason: str


class NewAnswer(NamedTuple):
    line: int
    name: str
    state_id: str
    answer: OutsideAnswer


@dataclass
class ReturnPlan:
    """What keeping the answers would do; each row is counted in one of the four."""

    new: list[NewAnswer] = field(default_factory=list)
    known: int = 0
    """Rows whose answer waits already, or was decided."""
    silent: list[PassedLine] = field(default_factory=list)
    """Rows that say nothing of what became of the student."""
    refused: list[PassedLine] = field(default_factory=list)


class NoAnswer(Exception):
    """The row says nothing of what became of the student."""


def read(content: bytes) -> ReturnFile:
    """Raises FileRefused for what is no such file."""
    names = _names(content)
    lines: list[ReturnLine] = []
    for row in Table(io.BytesIO(content), names):
        if len(lines) == MOST_ROWS:
            raise FileRefused(f"The file has more than {MOST_ROWS:,} rows. Split it")
        lines.append(_line(row, names))
    if not lines:
        raise FileRefused("The file has column titles but no rows")
    return ReturnFile(tuple(names), tuple(lines))


def _names(content: bytes) -> list[str]:
    """The names in the first line."""
    table = Table(io.BytesIO(content), [])
    next(iter(table), None)
    names = table.other_names
    if len(names) > MOST_COLUMNS or any(len(name) > MOST_NAME for name in names):
        raise FileRefused("The first line must name the columns, separated by commas")
    seen: set[str] = set()
    for name in names:
        if plain(name) in seen:
            raise FileRefused(f"The first line names the column {printable(name)} twice")
        seen.add(plain(name))
    return names


def _line(row: TableRow, names: Sequence[str]) -> ReturnLine:
    cells = (" ".join(printable(row.values.get(name, "")).split()) for name in names)
    return ReturnLine(row.line, tuple(cells), row.problem)


def plan(scope: Scope, file: ReturnFile, columns: Columns) -> ReturnPlan:
    """Judged against the list as it stands; as many statements for any number of rows. A student of
    another district, one who is not on the list, and one who is nowhere are refused in the same
    words. Of several rows of a student the latest counts.
    """
    at = {name: place for place, name in enumerate(file.names)}
    entries = _entries(scope, {_state_id(row, at, columns) for row in file.lines})
    there = given(scope, Source.FILE, columns.source_name)
    planned = ReturnPlan()
    latest: dict[int, NewAnswer] = {}
    for row in file.lines:
        state_id = _state_id(row, at, columns)
        try:
            entry = _entry(row, state_id, entries)
            new = NewAnswer(
                row.line, entry.student.name, state_id, _answer(row, at, columns, entry)
            )
        except NoAnswer as reason:
            planned.silent.append(PassedLine(row.line, state_id, str(reason)))
            continue
        except ValueError as problem:
            planned.refused.append(PassedLine(row.line, state_id[:20], str(problem)))
            continue
        counted, passed = new, latest.get(entry.pk)
        if passed and passed.answer.as_of >= new.answer.as_of:
            counted, passed = passed, new
        latest[entry.pk] = counted
        if passed:
            words = f"Line {counted.line} of the same student counts"
            planned.silent.append(PassedLine(passed.line, state_id, words))
    for new in latest.values():
        if new.answer.key in there:
            planned.known += 1
        else:
            planned.new.append(new)
    return planned


def _state_id(row: ReturnLine, at: dict[str, int], columns: Columns) -> str:
    """The State ID of a row, without the underscore with which some senders keep a spreadsheet from
    taking it for a number.
    """
    cell = row.cells[at[columns.state_id_column]].rstrip("_")
    return damage.bare(damage.without_point(cell))


def _entries(scope: Scope, state_ids: Collection[str]) -> dict[str, FollowUpEntry]:
    on_list = FollowUpEntry.objects.in_scope(scope).on_list().select_related("student")
    return {
        entry.student.state_id: entry for entry in on_list if entry.student.state_id in state_ids
    }


def _entry(row: ReturnLine, state_id: str, entries: dict[str, FollowUpEntry]) -> FollowUpEntry:
    if row.problem:
        raise ValueError(row.problem)
    if lost := damage.lost_zeros(state_id, "State ID", 9):
        raise ValueError(lost.message)
    if not (state_id.isascii() and state_id.isdigit() and len(state_id) == 9):
        raise ValueError("A State ID has 9 digits" if state_id else "This row has no State ID")
    if state_id not in entries:
        raise ValueError(NOBODY)
    return entries[state_id]


def _answer(
    row: ReturnLine, at: dict[str, int], columns: Columns, entry: FollowUpEntry
) -> OutsideAnswer:
    """What the row says. Raises NoAnswer where it says nothing, ValueError where it cannot be."""
    cells = {name: row.cells[at[name]] for name in columns[2:] if name}
    if columns.found_column and cells[columns.found_column].upper() not in ("Y", "YES"):
        raise NoAnswer("The source has not found the student")
    enrollment = cells.get(columns.enrollment_column, "").upper()
    if enrollment in NOT_ENROLLED:
        raise NoAnswer(f"The student is {NOT_ENROLLED[enrollment]}")
    written = cells[columns.date_column]
    if not written:
        raise NoAnswer("This row has no date")
    day = day_of(written)
    if day is None:
        raise ValueError(f"{columns.date_column} must be a date, like 08/26/2024 or 20240826")
    if day > timezone.localdate():
        raise ValueError("The date must not be in the future")
    if day <= entry.exit_date:
        raise NoAnswer(f"Before the student left, {text(entry.exit_date)}")
    detail = cells.get(columns.detail_column, "")[:MOST_DETAIL]
    return OutsideAnswer(entry.pk, columns.status, day, detail)


def day_of(written: str) -> datetime.date | None:
    """A day as month, day and year, or as year, month and day; None for what is none."""
    parts = _DAY.fullmatch(damage.without_point(written))
    if parts is None:
        return None
    year, month, day = (
        int(parts[long] or parts[short])
        for long, short in (("year", "y"), ("month", "m"), ("day", "d"))
    )
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
