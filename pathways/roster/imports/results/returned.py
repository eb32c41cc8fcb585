"""The rows that come back because they were not accepted: their cells, and why."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import astuple, dataclass
from typing import IO, Any

from cte_portal import words
from cte_portal.ui import csv_file
from pathways.roster.imports.aim import BY_RECORD_TYPE
from pathways.roster.imports.carrying import Carried
from pathways.roster.imports.layout import RosterColumn, RosterLayout
from pathways.roster.imports.reading import Reading
from pathways.roster.imports.recognizing import LINE_BEFORE, RosterPart
from pathways.roster.problems import PROBLEMS, Becomes
from pathways.roster.shapes import BY_NAME

WHY = ("Rule", "What is wrong", "What to do", "In the portal")
"""What stands behind the cells of a row that comes back; an upload does not read it."""
Stored = dict[tuple[str, int | None], str]
"""By kind and key."""

NAMED_BY: dict[str, tuple[str, ...]] = {
    "School": ("number", "name"),
    "Calendar": ("school__number", "number"),
    "Student": ("state_id", "last_name", "first_name"),
    "Enrollment": (
        "student__state_id",
        "student__last_name",
        "student__first_name",
        "calendar__school__number",
        "service_type",
        "start_date",
    ),
    "Course": ("school__number", "number", "name"),
    "Section": ("course__school__number", "course__number", "calendar__number", "number"),
    "Roster": ("enrollment__student__state_id", "section__course__number", "section__number"),
}


@dataclass(frozen=True)
class RowProblem:
    """What keeps a row out, and the row that the portal has in its place."""

    rule: str
    message: str
    remedy: str
    stored: str = ""


def by_line(
    reading: Reading, carried: Carried, stored: Stored
) -> dict[tuple[int, int], list[RowProblem]]:
    """What keeps each line out, by file and line."""
    lines: dict[tuple[int, int], list[RowProblem]] = {}
    kept_out = (Becomes.REFUSED, Becomes.HELD)
    for finding in reading.findings:
        problem = finding.problem
        if problem.becomes in kept_out:
            lines.setdefault((finding.part, finding.line), []).append(
                RowProblem(
                    problem.id,
                    finding.message,
                    problem.remedy,
                    stored.get((finding.name, finding.row), ""),
                )
            )
    for row in carried.problems:
        problem = PROBLEMS[row.problem]
        if problem.becomes in kept_out:
            lines.setdefault((row.part, row.line), []).append(
                RowProblem(
                    problem.id, problem.title, problem.remedy, stored.get((row.name, row.row), "")
                )
            )
    return lines


def rows_to_correct(
    file: IO[bytes], parts: list[RosterPart], problems: dict[tuple[int, int], list[RowProblem]]
) -> None:
    """A zip with one file for each that had such rows. It can be uploaded as it is once the rows
    are corrected.

    Columns that the portal does not read are left out, whatever they held.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, part in enumerate(parts):
            problems_of = {
                line: messages for (number, line), messages in problems.items() if number == place
            }
            if problems_of:
                base = part.name.rsplit(".", 1)[0] or "rows"
                text = (
                    _aim_lines(part, problems_of)
                    if part.is_aim
                    else _titled_lines(part, problems_of)
                )
                archive.writestr(f"{place + 1} {base}{'.txt' if part.is_aim else '.csv'}", text)


def columns_with_cells(
    part: RosterPart, layout: RosterLayout, cells: list[str]
) -> list[tuple[RosterColumn, str]]:
    """All columns of the layout, each with what the line has of it."""
    last = len(cells)
    return [
        (column, cells[place] if place < last else "") for column, place in part.columns_of(layout)
    ]


def _titled_lines(part: RosterPart, problems_of: dict[int, list[RowProblem]]) -> bytes:
    assert part.layout is not None  # noqa: S101 - only AIM parts have none
    rows = []
    for row in part.rows():
        if row.line in problems_of:
            cells = row.cells or []
            own = [cell for _, cell in columns_with_cells(part, part.layout, cells)]
            rows.append((*own, str(row.line), *_why(problems_of[row.line])))
    into = io.BytesIO()
    csv_file.write(
        into,
        (*(column.title for column in part.layout.columns), LINE_BEFORE, *WHY),
        rows,
    )
    return into.getvalue()


def _aim_lines(part: RosterPart, problems_of: dict[int, list[RowProblem]]) -> bytes:
    """As the state's system writes them, with what is wrong behind the last cell of each."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(["HD"])
    for row in part.rows():
        if row.line in problems_of:
            cells = row.cells or [""]
            layout = BY_RECORD_TYPE.get(cells[0].strip().upper())
            own = (
                [
                    "" if column.kind == "unread" else cell
                    for column, cell in columns_with_cells(part, layout, cells)
                ]
                if layout
                else cells[:1]
            )
            writer.writerow([*own, f"{LINE_BEFORE}: {row.line}", *_why(problems_of[row.line])])
    return text.getvalue().encode()


def _why(problems: list[RowProblem]) -> list[str]:
    """Everything that is wrong with a row, in the columns of `WHY`."""
    return [
        "; ".join(dict.fromkeys(filter(None, texts)))
        for texts in zip(*(astuple(problem) for problem in problems), strict=True)
    ]


def stored_rows(reading: Reading, carried: Carried) -> Stored:
    """The rows that stand in the portal where a file's row was not accepted, as people name them."""
    keys: dict[str, set[int]] = {}
    named = [(row.name, row.row) for row in carried.problems]
    named += [(finding.name, finding.row) for finding in reading.findings]
    for name, row in named:
        if row is not None:
            keys.setdefault(name, set()).add(row)
    stored: Stored = {}
    for kind, chosen in keys.items():
        columns = (*NAMED_BY[kind], *(("birth_date",) if kind == "Student" else ()))
        rows, waiting = BY_NAME[kind].model._default_manager.order_by(), sorted(chosen)
        for first in range(0, len(waiting), 5000):
            part = rows.filter(pk__in=waiting[first : first + 5000])
            for key, *values in part.values_list("pk", *columns):
                stored[kind, key] = as_named(tuple(values))
    return stored


def as_named(row: tuple[Any, ...]) -> str:
    return " ".join(words.text(value) for value in row)
