"""The upload batch: read, stage, check, compare, report; then, if that was asked for, save through
the ledger in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.conf import settings
from django.utils import timezone

from cte_portal.batches.job import CannotRun, Job, Outcome, sent_file
from cte_portal.batches.models import Batch, Status
from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of
from pathways import rules
from pathways.files.layout import LAYOUTS
from pathways.files.reader import Reader
from pathways.files.text import FileRefused
from pathways.ledger import ledger, statistics
from pathways.ledger.current_year import demand_current
from pathways.ledger.locks import lock_district
from pathways.ledger.shape import PARTICIPATION
from pathways.ledger.staging import Staged
from pathways.models import Change
from pathways.rules import Checked as Judged
from pathways.rules.rule import Severity
from pathways.rules.severities import informing
from pathways.uploads import checking, cleaning
from pathways.uploads.findings import counts_by_rule
from pathways.uploads.lookups import known_in
from pathways.uploads.report import ImportResults
from pathways.uploads.stored_file import refusal_of, refused_as_sent

TITLE = "MT Data Upload"
VALIDATE, UPLOAD = "validate", "upload"
NAMES = {VALIDATE: "Validate and Test File", UPLOAD: "Upload File"}
ANALYZE_FROM = 2_000
AGAIN = 3  # times that somebody may save in between before the district is held for the whole check


class RecordsMoved(Exception):
    """Records or OPI's lists have changed since the rows were checked."""


def run(job: Job) -> None:
    for _ in range(AGAIN):
        try:
            return _once(job)
        except (RecordsMoved, ledger.StagingLost):
            job.drop_files()
    _once(job, exclusive=True)


def _once(job: Job, *, exclusive: bool = False) -> None:
    with ledger.refusals_named():
        _go(job, exclusive=exclusive)


def _go(job: Job, *, exclusive: bool) -> None:
    scope, batch, options = job.scope, job.batch, job.batch.options
    layout = LAYOUTS[options["type"]]
    _may_be_read(batch)
    if refused_as_sent(job):
        return
    with sent_file(batch) as file:
        job.step("Reading", 0)
        known = known_in(scope)
        try:
            reader = Reader(
                file, layout, known, today=timezone.localdate(), most_rows=settings.UPLOAD_MOST_ROWS
            )
            staged = checking.prepare()
            report = ImportResults(job, layout, known, reader.lines, batch.subject, staged)
            try:
                checking.stage_file(job, reader, staged, joined="student_id, pathway_id")
            except FileRefused:
                report.with_changes = False
                report.write_refused()
                raise
        except FileRefused as refused:
            groups = groups_in(job.scope.end_year, staged) if job.files else []
            job.outcome = refusal_of(refused, groups)
            return
        job.step("Checking")
        with _holding(job) if exclusive else nullcontext():
            checked = checking.judge(scope, reader, staged, since=options.get("since"))
            if not exclusive:
                job.step("Writing the report")
            report.with_changes = bool(checked.preview.updated)
            report.write(rejected=checked.rejected)
            result = _result(job, checked, reader, staged)
            if not _saves(options, checked):
                result["saved"] = False
                job.outcome = Outcome(
                    _words(options, checked), with_errors=bool(checked.rejected), result=result
                )
                return
            del known, reader, report  # room for all students of the district
            if not exclusive:
                job.step("Saving")
            _save(job, staged, checked, result, nullcontext() if exclusive else job.finishing())


def _may_be_read(batch: Batch) -> None:
    try:
        demand_current(Scope(batch.district, int(batch.end_year or 0)))
    except ledger.OtherYear as refusal:
        raise CannotRun(refusal.why) from refusal


@contextmanager
def _holding(job: Job) -> Iterator[None]:
    """The district stands still from the check to the end; who saves meanwhile waits, and is told
    after five seconds.
    """
    with ledger.refusals_named(), job.finishing():
        lock_district(job.scope, exclusive=True)
        yield


def _saves(options: dict[str, Any], checked: checking.CheckedFile) -> bool:
    return options["work"] == UPLOAD and not (options.get("all_or_nothing") and checked.rejected)


def _save(
    job: Job,
    staged: Staged,
    checked: checking.CheckedFile,
    result: dict[str, Any],
    ending: AbstractContextManager[None],
) -> None:
    def moved(scope: Scope, staged: Staged) -> Judged:
        raise RecordsMoved

    judged = Judged((), checked.cursor, checked.generation)
    try:
        with ending:
            applied = ledger.apply(
                job.scope,
                staged,
                by=job.batch.submitted_name,
                by_id=job.batch.submitted_by_id,
                source=Change.Source.UPLOAD,
                checked=judged,
                check=moved,
                plan=checked.preview,
                batch=job.batch.pk,
                exclusive=True,
            )
            result["counts"] |= {
                "new": applied.created,
                "changed": applied.updated,
                "unchanged": applied.unchanged + checked.repeated,
            }
            result["saved"] = True
            job.outcome = Outcome(
                _words(job.batch.options, checked),
                with_errors=bool(checked.rejected),
                result=result,
            )
    except ledger.Locked as locked:
        raise CannotRun(locked.sentence) from locked
    except ledger.OtherYear as refusal:
        raise CannotRun(refusal.why) from refusal
    if applied.written > ANALYZE_FROM:
        statistics.renew(PARTICIPATION.table, PARTICIPATION.history)


def _result(
    job: Job, checked: checking.CheckedFile, reader: Reader, staged: Staged
) -> dict[str, Any]:
    preview, groups = checked.preview, groups_in(job.scope.end_year, staged)
    return {
        "counts": {
            "read": checked.read,
            "new": preview.created,
            "changed": preview.updated,
            "unchanged": preview.unchanged + checked.repeated,
            "rejected": checked.rejected,
            "warnings": sum(group["count"] for group in groups if level_of(group) == "warning"),
        },
        "by_field": checked.by_field,
        "not_in_file": checked.not_in_file,
        "adjusted": [*job.batch.options.get(cleaning.NOTES, ()), *reader.summary.what_we_adjusted],
        "groups": groups,
        "cursor": checked.cursor,
        "same_as": same_as(job.batch),
    }


def groups_in(end_year: int, staged: Staged) -> list[dict[str, Any]]:
    """What was found, by rule, with what each rule weighed when it was found."""
    informs = informing(end_year)
    return [
        {
            "rule": rule,
            "count": number,
            "first": line,
            "refuses": refuses,
            "informs": rule in informs,
        }
        for rule, number, line, refuses in counts_by_rule(staged)
    ]


def level_of(group: dict[str, Any]) -> str:
    """`error` when rows are refused, else what the rule weighed in the school year when it was
    met.
    """
    if group["refuses"]:
        return "error"
    informs = group.get("informs", rules.by_id(group["rule"]).severity is Severity.INFO)
    return "info" if informs else "warning"


def same_as(batch: Batch) -> str:
    """The earlier upload of the very same bytes, in words (C-02)."""
    ended = (Status.COMPLETED, Status.WITH_ERRORS)
    uploads = Batch.objects.filter(
        kind=batch.kind, district=batch.district, input_sha256=batch.input_sha256, status__in=ended
    )
    earlier = (
        uploads.filter(result__saved=True).exclude(pk=batch.pk).order_by("-finished_at").first()
    )
    if earlier is None or earlier.finished_at is None:
        return ""
    return (
        f"Identical to the upload of {timezone.localtime(earlier.finished_at):%m/%d/%Y} by"
        f" {earlier.submitted_name}."
    )


def _words(options: dict[str, Any], checked: checking.CheckedFile) -> str:
    """What was done, and what was not."""
    good = checked.read - checked.rejected
    rejected = number_of(checked.rejected, "row")
    if options["work"] == VALIDATE:
        preview = checked.preview
        counts = (
            f"{preview.created:,} new, {preview.updated:,} changed,"
            f" {preview.unchanged + checked.repeated:,} unchanged, {checked.rejected:,} rejected"
        )
        return f"Tested: {counts}. Nothing has been saved yet."
    if not checked.rejected:
        written = checked.preview.created + checked.preview.updated
        return (
            f"{number_of(written, 'record')} saved."
            if written
            else "All rows were already in the portal. No changes to save."
        )
    if options.get("all_or_nothing"):
        return (
            f"{rejected} {'has' if checked.rejected == 1 else 'have'} errors, so nothing was saved,"
            " as you chose."
        )
    saved = f"{good:,} row{' is' if good == 1 else 's are'} now saved. " if good else ""
    was, pronoun, file = (
        ("was", "it", "it") if checked.rejected == 1 else ("were", "them", "that file")
    )
    return (
        f"{saved}{rejected} {was} not saved. Download {pronoun}, correct {pronoun}, and upload {file}, or"
        f" fix {pronoun} here."
    )
