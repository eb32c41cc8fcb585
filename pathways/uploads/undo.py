"""Taking an upload back: what nobody has touched since becomes what it was before; the rest is
listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.db import connection

from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.models import Batch, Status
from cte_portal.ui import csv_file
from pathways.files import writer
from pathways.ledger import ledger, staging
from pathways.ledger.shape import TYPED
from pathways.ledger.staging import PLAN, TABLE, Staged
from pathways.models import Change, Pathway, Student

_BEFORE = ", ".join(
    f"CASE WHEN before.id IS NULL THEN mine.{name} ELSE before.{name} END" for name in TYPED
)
_STAGE = f"""
INSERT INTO {TABLE} (line, student_id, pathway_id, {", ".join(TYPED)}, version, delete_row)
SELECT ROW_NUMBER() OVER (ORDER BY mine.id), mine.student_id, mine.pathway_id, {_BEFORE}, mine.version,
    before.id IS NULL OR before.operation = 'delete'
FROM pathways_change mine
LEFT JOIN pathways_change before
    ON before.student_id = mine.student_id AND before.pathway_id = mine.pathway_id AND before.version = mine.version - 1
WHERE mine.batch = %s AND mine.district = %s
"""


def run(job: Job) -> None:
    upload = job.batch.about
    assert upload is not None  # noqa: S101 - an undo is always of an upload
    if earlier := upload.followers.filter(
        kind="undo", status__in=(Status.COMPLETED, Status.WITH_ERRORS)
    ).first():
        raise CannotRun(f"{earlier.submitted_name} already undid this upload.")
    job.step("Reading what the upload changed")
    with ledger.refusals_named():
        _take_back(job, upload)


def _take_back(job: Job, upload: Batch) -> None:
    staged = staging.prepare()
    with connection.cursor() as cursor:
        cursor.execute(
            staged.own(_STAGE),
            [upload.pk.hex if connection.vendor == "sqlite" else upload.pk, job.scope.district],
        )
        staged = replace(staged, rows=cursor.rowcount)
        cursor.execute(staged.own(f"ANALYZE {TABLE}"))
    job.step("Saving")
    try:
        with job.finishing():
            applied = ledger.apply(
                job.scope,
                staged,
                by=job.batch.submitted_name,
                by_id=job.batch.submitted_by_id,
                source=Change.Source.UNDO,
                checked=None,
                skip_stale=True,
                batch=job.batch.pk,
                exclusive=True,
            )
            untouched = len(applied.stale)
            if untouched:
                with job.writing(
                    "left.csv", f"Changed since the upload {job.mark}.csv", writer.CSV
                ) as file:
                    csv_file.write(
                        file, ("Student State ID", "Student", "CTE Pathway"), _changed_since(staged)
                    )
            job.outcome = Outcome(
                _words(applied.written, untouched),
                with_errors=bool(untouched),
                result={"restored": applied.written, "left": untouched},
            )
    except ledger.Locked as locked:
        raise CannotRun(locked.sentence) from locked
    except ledger.OtherYear as refusal:
        raise CannotRun(refusal.why) from refusal


def _changed_since(staged: Staged) -> Iterator[tuple[str, str, str]]:
    """Records that somebody has changed since."""
    names = dict(Pathway.objects.values_list("pk", "name"))
    with connection.cursor() as cursor:
        cursor.execute(
            staged.own(
                f"SELECT student_id, pathway_id FROM {PLAN} WHERE operation = 'stale' ORDER BY line"
            )
        )
        rows = cursor.fetchall()
    for at in range(0, len(rows), 500):
        part = rows[at : at + 500]
        students = {
            student.pk: student
            for student in Student.objects.filter(pk__in={student for student, _ in part})
        }
        for student, pathway in part:
            yield students[student].state_id, students[student].name, names.get(pathway, "")


def _words(restored: int, untouched: int) -> str:
    done = (
        f"{restored:,} record{' is' if restored == 1 else 's are'} back to what"
        f" {'it was' if restored == 1 else 'they were'} before the upload."
    )
    stay = (
        "1 was changed since then and stays as it is."
        if untouched == 1
        else f"{untouched:,} were changed since then and stay as they are."
    )
    return f"{done} {stay}" if untouched else done
