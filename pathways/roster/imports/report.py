"""What a roster file's job leaves behind: the summary of all rows that need a look, the rows to
correct, and what its page shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from cte_portal import words
from cte_portal.batches.job import Job
from cte_portal.ui import csv_file
from pathways.files import writer
from pathways.models import Participation, Pathway, Roster
from pathways.models.student import by_name_of
from pathways.roster.imports.carrying import Carried, ChangedRosterRow
from pathways.roster.imports.reading import Reading
from pathways.roster.imports.recognizing import RosterPart
from pathways.roster.imports.returned import Stored, by_line, rows_to_correct
from pathways.roster.problems import LOWER_GRADE, ON_SCREEN, PROBLEMS
from pathways.roster.shapes import BY_NAME

TITLES = (
    "File",
    "Line",
    "Type",
    "Result",
    "Rule",
    "Column",
    "In your file",
    "What is wrong",
    "What to do",
    "In the portal",
)
ON_THE_PAGE = 200
CREDITS = BY_NAME["Course"].labels["credits"]

ABSENT_COLUMNS: dict[str, tuple[str, ...]] = {
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


def write(job: Job, parts: list[RosterPart], reading: Reading, carried: Carried) -> None:
    """All files of the job. Must run while the plans still stand."""
    pathways = dict(Pathway.objects.values_list("pk", "name"))
    stored = _stored(carried)
    in_file = {
        (row.part, row.line): ", ".join(
            f"{column}: {after}" for column, _, after in _columns(row, pathways)
        )
        for row in carried.on_screen
    }
    students = _students_of_courses(job, carried)
    name = f"Roster Import Summary {job.scope.district} {job.scope.end_year}"
    with job.writing("report.csv", f"{name}.csv", writer.CSV) as file:
        csv_file.write(
            file, TITLES, _lines(parts, reading, carried, pathways, stored, in_file, students)
        )
    elsewhere = (LOWER_GRADE.id, ON_SCREEN.id)
    problems = by_line(reading, carried, stored)
    if problems:
        with job.writing(
            "rejected.zip",
            f"Roster rows to correct {job.scope.district} {job.scope.end_year}.zip",
            "application/zip",
        ) as file:
            rows_to_correct(file, parts, problems)
    page = {
        "findings": [
            _for_page(line)
            for line in islice(
                (
                    line
                    for line in _problem_lines(parts, reading, carried, stored, in_file)
                    if line[4] not in elsewhere
                ),
                ON_THE_PAGE,
            )
        ],
        "changes": [
            _for_page(line)
            for line in islice(_change_lines(parts, carried, pathways, students), ON_THE_PAGE)
        ],
        "on_screen": [
            {
                "row": f"{row.name}:{row.row}",
                "name": stored.get((row.name, row.row), ""),
                "type": row.name,
                "columns": [
                    {"column": column, "on_screen": before, "in_file": after}
                    for column, before, after in _columns(row, pathways)
                ],
            }
            for row in carried.on_screen[:ON_THE_PAGE]
        ],
        "absent": {
            kind: [_absent_words(row) for row in rows[:50].values_list(*ABSENT_COLUMNS[kind])]
            for kind, rows in carried.absent.items()
        },
        "leaving": _record_words(carried.leaving),
        "entering": _record_words(carried.entering),
    }
    with job.writing("page.json", "page.json", "application/json") as file:
        file.write(json.dumps(page, ensure_ascii=False).encode())


KINDS = {"refused": "problem", "held": "warning", "kept": "none", "set_aside": "none"}
"""The status that a page shows for what became of a row."""


def _for_page(line: tuple[str, ...]) -> dict[str, str]:
    names = (
        "file",
        "line",
        "type",
        "result",
        "rule",
        "column",
        "value",
        "message",
        "remedy",
        "stored",
    )
    row = dict(zip(names, line, strict=True))
    return {
        **row,
        "kind": KINDS.get(row["result"], "none"),
        "result": row["result"].replace("_", " ").capitalize(),
    }


def _lines(
    parts: list[RosterPart],
    reading: Reading,
    carried: Carried,
    pathways: dict[int, str],
    stored: Stored,
    in_file: dict[tuple[int, int], str],
    students: dict[int, str],
) -> Iterator[tuple[str, ...]]:
    yield from _problem_lines(parts, reading, carried, stored, in_file)
    yield from _change_lines(parts, carried, pathways, students)
    for year, number in sorted(reading.other_years.items()):
        yield (
            "",
            "",
            "",
            "set aside",
            "",
            "End Year",
            str(year),
            f"{number} rows belong to End Year {year}",
            "Upload them again in that year.",
            "",
        )
    for kind, rows in carried.absent.items():
        for row in rows.values_list(*ABSENT_COLUMNS[kind]).iterator(chunk_size=5000):
            yield (
                "",
                "",
                kind,
                "in the portal, not in this file",
                "",
                "",
                _absent_words(row),
                "",
                "No action needed. It stays as it is.",
                "",
            )


def _problem_lines(
    parts: list[RosterPart],
    reading: Reading,
    carried: Carried,
    stored: Stored,
    in_file: dict[tuple[int, int], str],
) -> Iterator[tuple[str, ...]]:
    """What was found while reading, then what was found beside the district's data, each by file
    and line.
    """
    for finding in reading.findings:
        problem = finding.problem
        yield (
            parts[finding.part].name,
            str(finding.line),
            "",
            problem.becomes.value,
            problem.id,
            finding.column,
            finding.value,
            finding.message,
            problem.remedy,
            "",
        )
    for row in carried.problems:
        problem = PROBLEMS[row.problem]
        yield (
            parts[row.part].name,
            str(row.line),
            row.name,
            problem.becomes.value,
            problem.id,
            "",
            row.person or (in_file.get((row.part, row.line), "") if problem is ON_SCREEN else ""),
            problem.title,
            problem.remedy,
            stored.get((row.name, row.row), ""),
        )


def _change_lines(
    parts: list[RosterPart],
    carried: Carried,
    pathways: dict[int, str],
    students: dict[int, str],
) -> Iterator[tuple[str, ...]]:
    for change in carried.changes:
        for column, before, after in _columns(change, pathways):
            yield (
                parts[change.part].name,
                str(change.line),
                change.name,
                "changed",
                "",
                column,
                "",
                f"{before} becomes {after}",
                "",
                students.get(change.row, "") if column == CREDITS else "",
            )


def _students_of_courses(job: Job, carried: Carried) -> dict[int, str]:
    """Whom a course's new credits concern: the students in its sections, by course."""
    courses = [
        row.row for row in carried.changes if row.name == "Course" and "credits" in row.columns
    ][:ON_THE_PAGE]
    names: dict[int, dict[str, None]] = {}
    lines = Roster.objects.filter(
        section__course__in=courses, section__calendar__school_year=job.scope.end_year
    )
    for line in lines.select_related("section", "enrollment__student").order_by(
        *by_name_of("enrollment__student")
    ):
        of_course = names.setdefault(line.section.course_id, {})
        of_course.setdefault(line.enrollment.student.name)
    return {course: "; ".join(of_course) for course, of_course in names.items()}


def _columns(change: ChangedRosterRow, pathways: dict[int, str]) -> Iterator[tuple[str, str, str]]:
    """Column, before and after, in words."""
    labels = BY_NAME[change.name].labels
    for column, (before, after) in change.columns.items():
        if column == "pathway_id":
            before, after = pathways.get(before, ""), pathways.get(after, "")
        yield labels[column], words.text(before), words.text(after)


def _stored(carried: Carried) -> Stored:
    """The rows that stand in the portal where a file's row was not accepted, as people name them."""
    keys: dict[str, set[int]] = {}
    for row in carried.problems:
        if row.row is not None:
            keys.setdefault(row.name, set()).add(row.row)
    stored: Stored = {}
    for kind, chosen in keys.items():
        columns = (*ABSENT_COLUMNS[kind], *(("birth_date",) if kind == "Student" else ()))
        rows, waiting = BY_NAME[kind].model._default_manager.order_by(), sorted(chosen)
        for first in range(0, len(waiting), 5000):
            part = rows.filter(pk__in=waiting[first : first + 5000])
            for key, *values in part.values_list("pk", *columns):
                stored[kind, key] = _absent_words(tuple(values))
    return stored


def _absent_words(row: tuple[Any, ...]) -> str:
    return " ".join(words.text(value) for value in row)


def _record_words(records: set[int]) -> list[str]:
    """Records by student and pathway, the first of them."""
    first = sorted(records)[:ON_THE_PAGE]
    rows = Participation.objects.filter(pk__in=first).select_related("student", "pathway")
    return [f"{record.student.name} – {record.pathway.name}" for record in rows]
