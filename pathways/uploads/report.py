"""The Import Results Summary and the other files of an upload, written in one pass over the file
and its findings.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from itertools import groupby
from typing import IO, Any

from django.utils import timezone

from cte_portal import words
from cte_portal.batches.job import Job
from cte_portal.ui import csv_file, xlsx_file
from pathways.files import values, writer
from pathways.files.cells import plain, unquoted
from pathways.files.damage import whole_number
from pathways.files.known import Known
from pathways.files.layout import ERRORS_ADDED, Layout
from pathways.files.text import Lines
from pathways.ledger.staging import Staged
from pathways.models import Student
from pathways.rules.severities import informing
from pathways.uploads.changed_rows import changed_rows
from pathways.uploads.findings import Found, counts_by_rule, findings_of
from pathways.uploads.screen_words import screen_name

PATHWAY = "CTE Pathway"
"""Only of a layout that has pathways."""
TITLES = (
    "Line",
    "Level",
    "Rule",
    "Student State ID",
    "Student",
    PATHWAY,
    "Column",
    "Field on the screen",
    "In your file",
    "What is wrong",
    "What to do",
)
SHOWN_PER_RULE, SHOWN, SHOWN_CHANGES = 200, 10_000, 200
IN_WORKBOOK = 10_000
"""Rows of the summary as XLSX: each costs ten times its row in the CSV file, which has them all."""
CHECKED_EVERY = 2_000  # lines or rows, between which a canceled upload goes on


class ImportResults:
    """Made once for a file that has been judged: files on the job, and what the page shows in
    `shown`.
    """

    def __init__(
        self, job: Job, layout: Layout, known: Known, lines: Lines, name: str, staged: Staged
    ) -> None:
        self.job, self.layout, self.known, self.lines, self.staged = (
            job,
            layout,
            known,
            lines,
            staged,
        )
        self.name = name.rsplit(".", 1)[0][:80] or "file"
        self.summary_name = f"Import Results Summary {job.mark}"
        self.columns = {column.field: column.name for column in layout.columns}
        self.positions = {column.field: at for at, column in enumerate(layout.columns)}
        self.rows_by_rule: dict[str, list[dict[str, Any]]] = {}
        self.informing = informing(job.scope.end_year)
        self._count = 0
        self.titles = [title for title in TITLES if title != PATHWAY or "pathway" in self.positions]

    def _level(self, finding: Found) -> str:
        """`error` when the row is refused, else what the rule weighs in the school year."""
        if finding.refuses:
            return "error"
        return "info" if finding.rule.id in self.informing else "warning"

    def write(self, *, rejected: int) -> None:
        """Summary as CSV and XLSX, rejected rows in the file's own layout, and the whole file with
        its errors.
        """
        groups = counts_by_rule(self.staged)
        with (
            tempfile.TemporaryFile() as rejects,
            tempfile.TemporaryFile() as annotated,
            self.job.writing("report.csv", f"{self.summary_name}.csv", writer.CSV) as summary,
        ):
            walk = self._walk(rejects, annotated) if groups else ()
            rows = csv_file.written(summary, self.titles, walk)
            with self.job.writing(
                "report.xlsx", f"{self.summary_name}.xlsx", xlsx_file.XLSX
            ) as workbook:
                xlsx_file.write_xlsx(
                    workbook,
                    self.titles,
                    rows,
                    sheet="Import Results Summary",
                    most=IN_WORKBOOK,
                )
                for _ in rows:  # that the workbook does not hold
                    pass
            if rejected:
                self.job.keep(
                    "rejected.tsv", f"{self.name} – rejected rows.tsv", writer.TSV, rejects
                )
            if groups:
                self.job.keep("errors.tsv", f"{self.name} – with errors.tsv", writer.TSV, annotated)
        self._keep_rows()

    def write_refused(self) -> None:
        """A refused file has its findings, but no rows that could be sent again by themselves."""
        with (
            tempfile.TemporaryFile() as rejects,
            tempfile.TemporaryFile() as annotated,
            self.job.writing("report.csv", f"{self.summary_name}.csv", writer.CSV) as file,
        ):
            csv_file.write(file, self.titles, self._walk(rejects, annotated))
        self._keep_rows()

    def _walk(self, rejects: IO[bytes], annotated: IO[bytes]) -> Iterator[list[str]]:
        """File and findings side by side, both in the order of the lines: a row of the summary for
        each finding. A byte order mark lets Excel read the letters.
        """
        findings = findings_of(self.job.scope, self.staged)
        by_line = groupby(findings, key=lambda finding: finding.line)
        line, findings_of_line = next(by_line, (None, iter(())))
        now = timezone.localtime()
        rejects.write(b"\xef\xbb\xbf" + writer.header(self.layout, now).encode())
        annotated.write(b"\xef\xbb\xbf" + writer.header(self.layout, now, ERRORS_ADDED).encode())
        untouched = len(self.layout.columns) - 1
        waiting: list[str] = []
        for number, text, _ in self.lines:
            if line != number:
                if number == self.header_line:
                    continue
                if text.count("\t") == untouched and text[:2] != "HD" and text[:3] != '"HD':
                    waiting.append(f"{text}\t\n")
                elif text.strip(values._AROUND):
                    cells = text.split("\t")
                    if unquoted(cells[0]).upper() != "HD":
                        waiting.append(writer.tsv_line([*self._fit(cells), ""]))
            else:
                of_line = list(findings_of_line)
                line, findings_of_line = next(by_line, (None, iter(())))
                cells = text.split("\t")
                for finding in of_line:
                    yield self._row(finding, cells)
                if number != self.header_line and unquoted(cells[0]).upper() != "HD":
                    row = self._fit(cells)
                    if any(finding.refuses for finding in of_line):
                        rejects.write(writer.tsv_line(row).encode())
                    waiting.append(
                        writer.tsv_line(
                            [
                                *row,
                                "; ".join(
                                    f"{finding.rule.id} {finding.message}" for finding in of_line
                                ),
                            ]
                        )
                    )
            if len(waiting) > CHECKED_EVERY:
                self.job.check()
                annotated.write("".join(waiting).encode())
                waiting.clear()
        annotated.write("".join(waiting).encode())

    def _fit(self, cells: list[str]) -> list[str]:
        """As many cells as the layout has columns."""
        width = len(self.layout.columns)
        return [*cells[:width], *[""] * (width - len(cells))]

    def _cell(self, cells: list[str], field: str) -> str:
        """The value of a column; empty where the line or the layout has none."""
        at = self.positions.get(field)
        return unquoted(cells[at]) if at is not None and at < len(cells) else ""

    def _row(self, finding: Found, cells: list[str]) -> list[str]:
        """Of the summary; the first of each rule are kept for the page."""
        value = finding.value if finding.value is not None else self._cell(cells, finding.field)
        state_id = self._cell(cells, "student")
        student = self.known.student(state_id)
        names = self._cell(cells, "last_name"), self._cell(cells, "first_name")
        name = (
            f"{student.last_name}, {student.first_name}"
            if student
            else ", ".join(filter(None, names))
        )
        pathway = self._cell(cells, "pathway")
        pathway_pk = self.known.pathways.get(pathway) or self.known.pathways.get(plain(pathway))
        if not pathway_pk and (number := whole_number(pathway)) is not None:
            pathway_pk = self.known.numbers.get(number)
        column = self.columns.get(finding.field, "")
        row = [
            str(finding.line),
            self._level(finding).capitalize(),
            finding.rule.id,
            state_id[:40],
            name.upper()[:110],
        ]
        row += [pathway[:100]] if "pathway" in self.positions else []
        row += [
            column,
            screen_name(finding.field),
            value[:200],
            finding.message,
            finding.rule.remedy,
        ]
        rows_of_rule = self.rows_by_rule.setdefault(finding.rule.id, [])
        if len(rows_of_rule) < SHOWN_PER_RULE and self._count < SHOWN:
            self._count += 1
            rows_of_rule.append(
                {
                    "line": finding.line,
                    "student": name.upper()[:110],
                    "student_pk": student.pk if student else None,
                    "pathway": self.known.names.get(pathway_pk or 0, pathway)[:100],
                    "pathway_pk": pathway_pk,
                    "field": screen_name(finding.field),
                    "level": self._level(finding),
                    "value": value[:200],
                    "message": finding.message,
                }
            )
        return row

    def _keep_rows(self) -> None:
        rows = changed_rows(self.staged, SHOWN_CHANGES) if self.with_changes else []
        names = {
            student.pk: student.name
            for student in Student.objects.filter(pk__in={row.student_id for row in rows})
        }
        changed = [
            {
                "line": row.line,
                "student_pk": row.student_id,
                "student": names.get(row.student_id, ""),
                "pathway": self.known.names.get(row.pathway_id, ""),
                "pathway_pk": row.pathway_id,
                "changes": [
                    [screen_name(name), words.text(old), words.text(new)]
                    for name, (old, new) in row.changes.items()
                ],
            }
            for row in rows
        ]
        with self.job.writing("findings.json", "findings.json", "application/json") as file:
            file.write(json.dumps({"findings": self.rows_by_rule, "changed": changed}).encode())

    with_changes = True
    header_line = 0
    """Of a header record that is read as HD."""
