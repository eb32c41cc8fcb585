"""What a roster file's job leaves behind: the summary of all rows that need a look, the rows to
correct, and what its page shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from cte_portal import words
from cte_portal.batches.job import Job
from cte_portal.ui import csv_file
from pathways.files import writer
from pathways.models import Pathway, Roster
from pathways.models.student import by_name_of
from pathways.roster.imports.carrying import Carried, ChangedRosterRow
from pathways.roster.imports.reading import Reading
from pathways.roster.imports.recognizing import RosterPart
from pathways.roster.imports.results.effects import ON_THE_PAGE
from pathways.roster.imports.results.leavers import who_may_have_left
from pathways.roster.imports.results.returned import (
    NAMED_BY,
    Stored,
    as_named,
    by_line,
    rows_to_correct,
    stored_rows,
)
from pathways.roster.problems import (
    LOWER_GRADE,
    MARKED_GONE,
    ON_SCREEN,
    PROBLEMS,
    SAME_PERSON,
)
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
CREDITS = BY_NAME["Course"].labels["credits"]


def write(job: Job, parts: list[RosterPart], reading: Reading, carried: Carried) -> None:
    """All files of the job. Must run while the plans still stand."""
    shows_values = carried.changes or carried.on_screen
    pathways = dict(Pathway.objects.values_list("pk", "name")) if shows_values else {}
    stored = stored_rows(reading, carried)
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
    elsewhere = (LOWER_GRADE.id, ON_SCREEN.id, SAME_PERSON.id)
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
        "same_persons": [
            {
                "choice": f"{finding.part}:{finding.line}:{finding.row}",
                "file": parts[finding.part].name,
                "line": finding.line,
                "in_file": finding.value,
                "in_portal": stored.get((finding.name, finding.row), ""),
            }
            for finding in reading.of_problem(SAME_PERSON)[:ON_THE_PAGE]
        ],
        "gone": {
            kind: sorted(
                {
                    finding.row
                    for finding in reading.of_problem(MARKED_GONE)
                    if finding.name == kind and finding.row is not None
                }
            )
            for kind in ("Student", "Enrollment")
        },
        "not_in_file": who_may_have_left(parts, reading, carried, problems),
        "absent": {
            kind: [as_named(row) for row in rows[:50].values_list(*NAMED_BY[kind])]
            for kind, rows in carried.absent.items()
        },
        **carried.effects.for_page(),
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
        for row in rows.values_list(*NAMED_BY[kind]).iterator(chunk_size=5000):
            yield (
                "",
                "",
                kind,
                "in the portal, not in this file",
                "",
                "",
                "",
                "",
                "No action needed. It stays as it is.",
                as_named(row),
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
            stored.get((finding.name, finding.row), ""),
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
            in_file.get((row.part, row.line), "") if problem is ON_SCREEN else row.in_file,
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
    if not courses:
        return {}
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
