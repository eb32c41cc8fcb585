"""The figures of a year's leavers, counted from canonical rows: of the State edition before
signing, of a sealed copy ever after.

Each leaver has one row. In the figures of pathways a leaver counts in each of the own ones. Whom
OPI counts on another district's list is in no figure but `records` and `elsewhere` (R-FUP-16).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pathways.models import FollowUpEntry, Student
from pathways.reports.leavers.rows import OutcomeRow

OPEN = "No outcome"
GROUPINGS = ("pathways", "statuses", "schools", "exits", "genders")


def counts_of(rows: Iterable[OutcomeRow]) -> dict[str, Any]:
    """The figures of rows, as JSON holds them; the same for the same rows in any order.

    {"totals": {"records", "students", "graduates", "dropouts", "answered", "placed", "unknown",
    "elsewhere"}, "pathways": [{"code", "name", …the same}], "statuses": […], "schools": […],
    "exits": […], "genders": […]}
    """
    totals = dict.fromkeys((*FIGURES, ELSEWHERE), 0)
    groups: dict[str, dict[str, dict[str, int]]] = {grouping: {} for grouping in GROUPINGS}
    names: dict[tuple[str, str], str] = {}
    for row in rows:
        _add(totals, row)
        if row.counted_elsewhere:
            continue
        for grouping, code, name in _groups(row):
            _add(groups[grouping].setdefault(code, dict.fromkeys(FIGURES, 0)), row)
            names[grouping, code] = min(names.get((grouping, code), name), name)
    return {
        "totals": totals,
        **{
            grouping: [
                {"code": code, "name": names[grouping, code], **figures}
                for code, figures in sorted(by_code.items())
            ]
            for grouping, by_code in groups.items()
        },
    }


def counts_of_form_2(rows: Iterable[OutcomeRow]) -> dict[str, Any]:
    """As form 2 had them: without `elsewhere`."""
    counts = counts_of(rows)
    del counts["totals"][ELSEWHERE]
    return counts


FIGURES = {
    "records": lambda row: True,
    "students": lambda row: True,
    "graduates": lambda row: row.exit == FollowUpEntry.Exit.GRADUATE,
    "dropouts": lambda row: row.exit == FollowUpEntry.Exit.DROPOUT,
    "answered": lambda row: row.is_answered,
    "placed": lambda row: row.is_placed,
    "unknown": lambda row: not row.is_answered,
}
ELSEWHERE = "elsewhere"


def _add(figures: dict[str, int], row: OutcomeRow) -> None:
    for name, counts in FIGURES.items():
        figures[name] += counts(row) and (name == "records" or not row.counted_elsewhere)
    if row.counted_elsewhere:
        figures[ELSEWHERE] += 1


def _groups(row: OutcomeRow) -> Iterator[tuple[str, str, str]]:
    """(grouping, code, name) of all groups of a row."""
    for code, name in row.named_pathways:
        yield "pathways", code, name
    yield "statuses", row.status, row.status_name or OPEN
    yield "schools", row.school_number, row.school_name
    yield "exits", row.exit, str(FollowUpEntry.Exit(row.exit).label)
    genders = Student.Gender
    gender = str(genders(row.gender).label) if row.gender in genders.values else row.gender
    yield "genders", row.gender, gender
