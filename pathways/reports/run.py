"""The validate batch: reports of one district in one edition, counted and written to files, with
the point at which they were read.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.models import User
from cte_portal.batches.job import Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import Batch
from cte_portal.batches.running import run_here
from cte_portal.batches.submit import submit
from cte_portal.editions import Edition, Scope
from cte_portal.ui import csv_file, xlsx_file
from cte_portal.ui.wording import moment, number_of
from pathways.files import writer
from pathways.findings.findings import Findings, findings
from pathways.models import Participation
from pathways.reports.groups import BY_SLUG
from pathways.reports.leavers.reports import LeaverReport
from pathways.reports.leavers.rows import digest
from pathways.reports.report import Figure, Nature, Report
from pathways.reports.runs import KIND, point
from pathways.reports.screen import parts

AT_ONCE = 5_000  # records; more go to the queue and leave the page free
PATIENCE = 5  # seconds that a page waits for a worker who was quicker
AGAIN = 3


@dataclass(frozen=True)
class Result:
    report: Report
    figure: Figure

    @property
    def stored(self) -> dict[str, Any]:
        return {
            "slug": self.report.slug,
            "title": self.report.title,
            "count": self.figure.count,
            **self.figure.parts,
        }


def ask(
    scope: Scope,
    reports: Sequence[Report],
    *,
    by: User,
    key: str = "",
    wait: float = PATIENCE,
    limited: bool = True,
) -> Batch:
    """Run reports in the scope's edition: at once where the district is small, else by the
    queue.
    """
    batch = submit(
        KIND,
        by=by,
        title=title(scope.edition, reports),
        scope=scope,
        options={
            "edition": scope.edition.name.lower(),
            "reports": [report.slug for report in reports],
        },
        key=key,
        limited=limited,
    )
    if batch.is_live and Participation.objects.in_scope(scope)[: AT_ONCE + 1].count() <= AT_ONCE:
        return run_here(batch, patience=wait)
    return batch


def title(edition: Edition, reports: Sequence[Report]) -> str:
    return (
        f"Data Validation – {reports[0].title if len(reports) == 1 else 'All reports'},"
        f" {edition.label}"
    )


def run(job: Job) -> None:
    options = job.batch.options
    scope = Scope(job.scope.district, job.scope.end_year, Edition[options["edition"].upper()])
    reports = [BY_SLUG[slug] for slug in options["reports"]]
    of_records = any(not isinstance(report, LeaverReport) for report in reports)
    judged = None
    for _ in range(AGAIN):
        job.drop_files()
        before, at = point_of(scope, reports), timezone.now()
        results = []
        for report in reports:
            job.step(report.short)
            results.append(Result(report, report.count(scope)))
        if of_records:
            job.step("Findings")
            judged = findings(scope)
        job.step("Writing the files")
        _write(job, scope, reports)
        moved = point_of(scope, reports) != before
        if not moved:
            break
    job.outcome = outcome(scope.edition, results, judged, at=at, before=before, moved=moved)


def point_of(scope: Scope, reports: Iterable[Report]) -> dict[str, Any]:
    """Where everything stands that the reports read: calls move neither ledger nor state."""
    if any(isinstance(report, LeaverReport) for report in reports):
        return {**point(scope), "leavers": digest(scope)}
    return point(scope)


def outcome(
    edition: Edition,
    results: Sequence[Result],
    judged: Findings | None,
    *,
    at: datetime.datetime,
    before: Mapping[str, Any],
    moved: bool,
) -> Outcome:
    """`at` and `before`: when the figures were read, and the point at which everything stood then.
    `judged` is None where no report was about records.
    """
    problems = any(
        result.figure.count
        for result in results
        if result.report.nature in (Nature.ERRORS, Nature.COMPARISON)
    )
    content = {
        "edition": edition.name.lower(),
        "at": at.isoformat(),
        **before,
        "moved": moved,
        "reports": [result.stored for result in results],
    }
    if judged:
        content |= {"records": judged.records, "findings": asdict(judged.counts)}
    return Outcome(
        sentence(edition, results, moved=moved), with_errors=problems or moved, result=content
    )


def sentence(edition: Edition, results: Iterable[Result], *, moved: bool) -> str:
    """One sentence on the reports that ran and their result; never *no problems* for reports that
    look for none.
    """
    results = list(results)
    words = [f"{number_of(len(results), 'report')} run at the {edition.label.lower()}."]
    looked = [result.figure.count for result in results if result.report.nature is Nature.ERRORS]
    if looked:
        number = sum(looked)
        words.append(f"{number_of(number, 'error')} found." if number else "No errors found.")
    for result in results:
        if result.report.nature is Nature.COMPARISON:
            words.append(compared(result.figure.count))
    if moved:
        words.append("Records were changed or sent while it ran. Run it again.")
    return " ".join(words)


def compared(number: int) -> str:
    if not number:
        return "District and state totals match."
    return f"District and state do not match in {number_of(number, 'figure')}."


def _write(job: Job, scope: Scope, reports: Sequence[Report]) -> None:
    """A sheet and a CSV for each report, whose rows are read once for both; the workbook is stored
    first, it is the one the queue's list offers.
    """
    sent = ""
    if scope.edition is Edition.STATE:
        sent_at = point(scope)["sent_at"]
        sent = (
            f", as sent on {moment(datetime.datetime.fromisoformat(sent_at))}"
            if sent_at
            else ", nothing sent yet"
        )
    notes = (
        "Confidential student data.",
        (
            f"District {scope.district}, school year {scope.school_year}, {scope.edition.label}"
            f" edition{sent}."
        ),
        *(f"{report.short}: {report.says}" for report in reports),
    )
    with ExitStack() as files:
        sheets: list[tuple[str, Sequence[str], Iterator[list[str]]]] = []
        for report in reversed(reports):  # the first one is stored first
            file = files.enter_context(
                job.writing(f"{report.key}.csv", f"{report.title}.csv", writer.CSV)
            )
            rows = csv_file.written(file, report.titles, _texts(report, scope))
            sheets.insert(0, (report.short, report.titles, rows))
        with job.writing("report.xlsx", "Data Validation.xlsx", xlsx_file.XLSX) as file:
            xlsx_file.write_book(file, sheets, notes)
        for _, _, rows in sheets:
            for _ in rows:  # those that a sheet has no room for
                pass


def _texts(report: Report, scope: Scope) -> Iterator[list[str]]:
    for row in report.rows(scope):
        yield report.texts(row)


def result_of(batch: Batch, query: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The template and the context of a finished run's page."""
    files = {file.role: file for file in batch.files.all()}
    lines = [
        {
            **entry,
            "csv": files.get(f"{BY_SLUG[entry['slug']].key}.csv"),
            "parts": parts(Figure(entry["count"], entry)),
            "at_state": BY_SLUG[entry["slug"]].nature is not Nature.COMPARISON,
        }
        for entry in batch.result.get("reports", [])
        if entry["slug"] in BY_SLUG
    ]
    return "pathways/reports/validation_result.html", {
        "lines": lines,
        "book": files.get("report.xlsx"),
        "edition": batch.result.get("edition"),
    }


VALIDATE = Kind(name=KIND, run=run, capability=Capability.SEE_BATCHES, result=result_of)
