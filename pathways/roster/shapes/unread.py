"""What is wrong with a row beside a cell that could not be read, or beside the first fault that the
district's data show, so that a row that comes back is corrected once and not once for each fault.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pathways.roster import problems, staging
from pathways.roster.problems import RosterProblem
from pathways.roster.shape import Shape
from pathways.roster.staging import Line

_BEHIND = {
    "student": {"state_id"},
    "school": {"school_number"},
    "calendar": {"school_number", "end_year", "calendar_number"},
    "course": {"school_number", "course_number"},
    "section": {
        "school_number",
        "end_year",
        "calendar_number",
        "course_number",
        "section_number",
    },
    "enrollment": {"state_id", "school_number", "end_year", "calendar_number"},
}
"""The staged columns by which a statement finds each parent of a row."""
_FOLLOWS_FROM = {
    problems.CALENDAR: {problems.SCHOOL},
    problems.COURSE: {problems.SCHOOL},
    problems.SECTION: {problems.SCHOOL, problems.CALENDAR, problems.COURSE},
    problems.NOT_ENROLLED: {problems.STUDENT, problems.SCHOOL, problems.CALENDAR},
}
"""A calendar of a school that is not there is not told besides the school."""
_NAME = re.compile(r"\b(\w+)\.(\w+)")


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """What could be read of a refused line, in the order of the shape's staged columns, and the
    names of those that could not.
    """

    line: Line
    values: tuple[Any, ...]
    unread: frozenset[str]

    @classmethod
    def of(
        cls,
        shape: Shape,
        columns: Sequence[str],
        line: Line,
        typed: Mapping[str, Any],
        unread: Container[str],
    ) -> UnreadRow:
        """`columns` of the file fill the shape's staged ones; `typed` and `unread` are by them."""
        pairs = zip(shape.staged, columns, strict=True)
        names = frozenset(staged for staged, column in pairs if column in unread)
        return cls(line, tuple(map(typed.get, columns)), names)


def problems_beside(
    cursor: Any, shape: Shape, rows: list[UnreadRow], values: dict[str, Any]
) -> Iterator[tuple[Line, RosterProblem]]:
    """The shape's problems of these rows that depend on no unread cell, by file and line. The rows'
    parents must have been written.
    """
    if not rows or not shape.problems:
        return
    table = f"unread_{shape.table}"
    columns = ", ".join(f"{name} {kind}" for name, kind in shape.staged.items())
    cursor.execute(f"CREATE TEMPORARY TABLE {table} (part integer, line integer, {columns})")
    staging.stage(cursor, shape, ((row.line, row.values) for row in rows), table)
    cases = ", ".join(f"CASE WHEN {condition} THEN 1 ELSE 0 END" for _, condition in shape.problems)
    cursor.execute(
        f"SELECT staged.part, staged.line, {cases} FROM {table} staged {shape.joins}", values
    )
    answers = {(part, line): of_row for part, line, *of_row in cursor.fetchall()}
    cursor.execute(f"DROP TABLE {table}")
    needs = [_columns_of(shape, condition) for _, condition in shape.problems]
    for row in rows:
        holding = {
            problem: needed
            for (problem, _), needed, holds in zip(
                shape.problems, needs, answers[row.line], strict=True
            )
            if holds
        }
        if problems.LOWER_GRADE in holding:
            continue  # it would be left out
        for problem, needed in holding.items():
            if not needed & row.unread and not _FOLLOWS_FROM.get(problem, set()) & holding.keys():
                yield row.line, problem


def _columns_of(shape: Shape, condition: str) -> set[str]:
    """The staged columns that a condition depends on."""
    behind = {**_BEHIND, "stored": set(shape.key)}
    columns: set[str] = set()
    for name, column in _NAME.findall(condition):
        columns |= {column} if name == "staged" else behind.get(name, set())
    return columns
