"""The Fall CTE batch: read, judge, report; then, if that was asked for, save new answers through
the ledger, and keep what differs for a person to decide.

The file is read outside any transaction. The rest is one that holds the district, so a worker that
dies leaves the district as it was before, or as it is after.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.job import CannotRun, Job, Outcome, sent_file
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of
from pathways.files.fall.reader import FallReader
from pathways.files.layout import LAYOUTS
from pathways.files.text import FileRefused
from pathways.follow_up import outcomes
from pathways.follow_up.differences import noting
from pathways.follow_up.differences.noting import Differing
from pathways.follow_up.drawing import follow_up_list
from pathways.ledger import ledger as records_ledger
from pathways.ledger.locks import lock_district
from pathways.ledger.staging import FALL_ROWS, FALL_VERDICTS, Staged
from pathways.models import FollowUpYear, OutcomeChange, PostProgramStatus, RowChange
from pathways.models import Outcome as StoredOutcome
from pathways.roster import ledger, staging
from pathways.roster.ledger import Act
from pathways.roster.shapes.outcome import OUTCOME
from pathways.uploads import checking, cleaning
from pathways.uploads.fall import result
from pathways.uploads.fall.judging import (
    CheckedFall,
    DifferingRow,
    differing_rows,
    judge,
)
from pathways.uploads.fall.staging import add_rows, prepare_fall
from pathways.uploads.lookups import known_in
from pathways.uploads.report import ImportResults
from pathways.uploads.run import (
    AGAIN,
    UPLOAD,
    VALIDATE,
    groups_in,
    level_of,
    same_as,
)
from pathways.uploads.stored_file import refusal_of, refused_as_sent

NOT_FOLLOWED_UP = "OPI does not follow up this school year."


def run(job: Job) -> None:
    for _ in range(AGAIN):
        try:
            return _once(job)
        except records_ledger.StagingLost:
            job.drop_files()
    _once(job)


def _once(job: Job) -> None:
    with records_ledger.refusals_named():
        _go(job)


def _go(job: Job) -> None:
    scope, batch = job.scope, job.batch
    layout = LAYOUTS[batch.options["type"]]
    if follow_up_list(scope) is None:
        raise CannotRun(NOT_FOLLOWED_UP)
    if refused_as_sent(job):
        return
    with sent_file(batch) as file:
        job.step("Reading", 0)
        known = known_in(scope)
        statuses = PostProgramStatus.objects.offered_in(scope.end_year)
        try:
            reader = FallReader(
                file,
                layout,
                known,
                today=timezone.localdate(),
                most_rows=settings.UPLOAD_MOST_ROWS,
                statuses=dict(statuses.values_list("code", "name")),
            )
            staged = prepare_fall()
            report = ImportResults(job, layout, known, reader.lines, batch.subject, staged)
            report.with_changes = False
            try:
                checking.stage_file(
                    job, reader, staged, add_lines=add_rows, table=FALL_ROWS, joined="student_id"
                )
            except FileRefused:
                report.write_refused()
                raise
        except FileRefused as refused:
            groups = groups_in(scope.end_year, staged) if job.files else []
            job.outcome = refusal_of(refused, groups)
            return
        report.header_line = reader.header_line
        job.step("Checking")
        with job.finishing(), _holding(scope, batch) as year:
            cursor = OutcomeChange.objects.last_of_district(scope.district)
            checked = judge(scope, year, staged, since=batch.options.get("since"))
            differing = differing_rows(staged)
            report.write(rejected=checked.rejected)
            summary: dict[str, Any] = {
                "counts": _counts(reader.summary.rows, checked),
                "adjusted": [
                    *batch.options.get(cleaning.NOTES, ()),
                    *reader.summary.what_we_adjusted,
                ],
                "groups": groups_in(scope.end_year, staged),
                "cursor": cursor,
                "same_as": same_as(batch),
                "saved": _saves(batch.options, checked),
            }
            summary["counts"]["warnings"] = sum(
                group["count"] for group in summary["groups"] if level_of(group) == "warning"
            )
            if summary["saved"]:
                _save(job, staged, differing)
            job.outcome = Outcome(
                _words(batch.options, checked),
                with_errors=bool(checked.rejected),
                result=summary,
            )


@contextmanager
def _holding(scope: Scope, batch: Batch) -> Iterator[FollowUpYear]:
    """The district's follow-up, held; what is certified is tested against and not written."""
    if batch.options["work"] == UPLOAD:
        try:
            with outcomes.follow_up_open(scope) as year:
                yield year
        except outcomes.FollowUpLocked as refusal:
            raise CannotRun(refusal.words) from refusal
        except outcomes.NotFollowedUp as refusal:
            raise CannotRun(NOT_FOLLOWED_UP) from refusal
        return
    lock_district(scope, exclusive=True)
    followed_up = FollowUpYear.objects.of(scope.end_year)
    if followed_up is None:
        raise CannotRun(NOT_FOLLOWED_UP)
    yield followed_up


def _saves(options: dict[str, Any], checked: CheckedFall) -> bool:
    return options["work"] == UPLOAD and not (options.get("all_or_nothing") and checked.rejected)


def _save(job: Job, staged: Staged, differing: list[DifferingRow]) -> None:
    """New answers are written; none that stands is touched."""
    batch = job.batch
    by, by_id = batch.submitted_name, batch.submitted_by_id
    act = Act(job.scope, by, by_id, RowChange.Source.FILE, batch.pk)
    with connection.cursor() as cursor:
        staging.prepare(cursor, OUTCOME)
        cursor.execute(
            staged.own(
                f"INSERT INTO {OUTCOME.rows_in} (part, line, student_id, end_year, status,"
                " date_contacted, origin) SELECT 0, line, student_id, %s, status, date_contacted,"
                f" %s FROM {FALL_VERDICTS} WHERE becomes = 'new'"
            ),
            [job.scope.end_year, StoredOutcome.Origin.FILE.value],
        )
        of_columns = " (student_id)" if connection.vendor == "postgresql" else ""
        cursor.execute(f"ANALYZE {OUTCOME.rows_in}{of_columns}")
        values = act.values()
        ledger.plan(cursor, OUTCOME, values)
        ledger.apply(cursor, OUTCOME, values)
        staging.clear(cursor, OUTCOME)
    noting.note(
        job.scope,
        (Differing(row.entry, row.answer, row.stored) for row in differing),
        batch.pk,
        by=by,
        by_id=by_id,
    )


def _counts(read: int, checked: CheckedFall) -> dict[str, int]:
    """Nothing is ever changed: an answer that differs stays until a person decides."""
    return {
        "read": read,
        "new": checked.new,
        "changed": 0,
        "unchanged": checked.unchanged,
        "rejected": checked.rejected,
        "differences": checked.differing,
    }


def _words(options: dict[str, Any], checked: CheckedFall) -> str:
    """What was done, and what was not."""
    if options["work"] == VALIDATE:
        return (
            f"Tested: {checked.new:,} new, {checked.unchanged:,} unchanged,"
            f" {number_of(checked.differing, 'difference')}, {checked.rejected:,} rejected. Nothing"
            " has been saved yet."
        )
    rejected = number_of(checked.rejected, "row")
    if options.get("all_or_nothing") and checked.rejected:
        return (
            f"{rejected} {'has' if checked.rejected == 1 else 'have'} errors, so nothing was saved,"
            " as you chose."
        )
    parts = [
        f"{number_of(checked.new, 'outcome')} saved." if checked.new else "No new outcomes to save."
    ]
    if checked.differing:
        differ = "answer differs" if checked.differing == 1 else "answers differ"
        parts.append(f"{checked.differing:,} {differ} from the portal's, which did not change.")
    if checked.rejected:
        was, pronoun = ("was", "it") if checked.rejected == 1 else ("were", "them")
        parts.append(f"{rejected} {was} not saved: download, correct, and upload {pronoun}.")
    return " ".join(parts)


FALL_UPLOAD = Kind(
    name="fall-upload",
    run=run,
    capability=Capability.EDIT_RECORDS,
    in_turn=True,
    noun="upload",
    of_any_year=True,
    result=result.of,
    keep=cleaning.keep,
)
