"""What a roster file's job leaves behind: the summary of all rows that need a look, the rows to
correct, and what its page shows.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

from cte_portal import words
from cte_portal.batches.job import Job
from cte_portal.ui import csv_file
from pathways.files import writer
from pathways.models import Participation, Pathway
from pathways.roster.imports.carrying import Carried
from pathways.roster.imports.layout import BY_RECORD_TYPE
from pathways.roster.imports.reading import Reading, columns_with_cells
from pathways.roster.imports.recognizing import RosterPart, cells_of
from pathways.roster.problems import LOWER_GRADE, PROBLEMS, Becomes
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
)
ON_THE_PAGE = 200

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
    name = f"Roster Import Summary {job.scope.district} {job.scope.end_year}"
    with job.writing("report.csv", f"{name}.csv", writer.CSV) as file:
        csv_file.write(file, TITLES, _lines(parts, reading, carried, pathways))
    problems = _by_line(reading, carried)
    if problems:
        with job.writing(
            "rejected.zip",
            f"Roster rows to correct {job.scope.district} {job.scope.end_year}.zip",
            "application/zip",
        ) as file:
            _rows_to_correct(file, parts, problems)
    page = {
        "findings": [
            _for_page(line)
            for line in islice(
                (
                    line
                    for line in _problem_lines(parts, reading, carried)
                    if line[4] != LOWER_GRADE.id
                ),
                ON_THE_PAGE,
            )
        ],
        "changes": [
            _for_page(line) for line in islice(_change_lines(parts, carried, pathways), ON_THE_PAGE)
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
    names = ("file", "line", "type", "result", "rule", "column", "value", "message", "remedy")
    row = dict(zip(names, line, strict=True))
    return {
        **row,
        "kind": KINDS.get(row["result"], "none"),
        "result": row["result"].replace("_", " ").capitalize(),
    }


def _lines(
    parts: list[RosterPart], reading: Reading, carried: Carried, pathways: dict[int, str]
) -> Iterator[tuple[str, ...]]:
    yield from _problem_lines(parts, reading, carried)
    yield from _change_lines(parts, carried, pathways)
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
            )


def _problem_lines(
    parts: list[RosterPart], reading: Reading, carried: Carried
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
            "",
            problem.title,
            problem.remedy,
        )


def _change_lines(
    parts: list[RosterPart], carried: Carried, pathways: dict[int, str]
) -> Iterator[tuple[str, ...]]:
    for change in carried.changes:
        labels = BY_NAME[change.name].labels
        for column, (before, after) in change.columns.items():
            if column == "pathway_id":
                before, after = pathways.get(before, ""), pathways.get(after, "")
            sentence = f"{words.text(before)} becomes {words.text(after)}"
            yield (
                parts[change.part].name,
                str(change.line),
                change.name,
                "changed",
                "",
                labels[column],
                "",
                sentence,
                "",
            )


def _by_line(reading: Reading, carried: Carried) -> dict[tuple[int, int], list[str]]:
    """What keeps each line out, by file and line."""
    lines: dict[tuple[int, int], list[str]] = {}
    for finding in reading.findings:
        lines.setdefault((finding.part, finding.line), []).append(finding.message)
    for row in carried.problems:
        if PROBLEMS[row.problem].becomes in (Becomes.REFUSED, Becomes.HELD):
            lines.setdefault((row.part, row.line), []).append(PROBLEMS[row.problem].title)
    return lines


def _rows_to_correct(
    file: IO[bytes], parts: list[RosterPart], problems: dict[tuple[int, int], list[str]]
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


def _titled_lines(part: RosterPart, problems_of: dict[int, list[str]]) -> bytes:
    assert part.layout is not None  # noqa: S101 - only AIM parts have none
    rows = []
    for line, text, _ in part.lines():
        if line in problems_of:
            cells = cells_of(part, text) or []
            own = [cell for _, cell in columns_with_cells(part, part.layout, cells)]
            rows.append((*own, str(line), "; ".join(problems_of[line])))
    into = io.BytesIO()
    csv_file.write(
        into,
        (*(column.title for column in part.layout.columns), "Line in your file", "What is wrong"),
        rows,
    )
    return into.getvalue()


def _aim_lines(part: RosterPart, problems_of: dict[int, list[str]]) -> bytes:
    lines = []
    for line, text, _ in part.lines():
        if line in problems_of:
            cells = cells_of(part, text) or []
            layout = BY_RECORD_TYPE.get(cells[0].strip().upper()) if cells else None
            if layout is not None:
                lines.append(
                    "\t".join(
                        "" if column.kind == "unread" else cell
                        for column, cell in columns_with_cells(part, layout, cells)
                    )
                )
    return "".join(f"{line}\n" for line in lines).encode()


def _absent_words(row: tuple[Any, ...]) -> str:
    return " ".join(words.text(value) for value in row)


def _record_words(records: set[int]) -> list[str]:
    """Records by student and pathway, the first of them."""
    first = sorted(records)[:ON_THE_PAGE]
    rows = Participation.objects.filter(pk__in=first).select_related("student", "pathway")
    return [f"{record.student.name} – {record.pathway.name}" for record in rows]
