"""Asking for the archive of a district, and the job that makes it. Who asked, and why, stands in
the audit before anything is written.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from certification.archives.archive import Archive
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import STATEWIDE, Batch, BatchQuerySet
from cte_portal.batches.submit import submit
from cte_portal.editions import Edition
from cte_portal.ui.wording import number_of
from pathways.models import District

AUDITED_AS = "archive"
ROLE = "archive.zip"
CONTENT_TYPE = "application/zip"


def ask(district: str, *, by: User, reason: str, key: str = "", limited: bool = True) -> Batch:
    """Queue the archive of a district; the same `key` asks once. The job is no job of the district:
    its file holds who signed in and who looked, which not everybody there may see.
    """
    with transaction.atomic():
        batch = submit(
            ARCHIVE.name,
            by=by,
            title="Archive of a district",
            subject=f"District {district}",
            options={"district": district},
            key=key,
            limited=limited,
        )
        deed = Deed(
            AUDITED_AS,
            str(batch.pk),
            f"Archive of district {district}",
            AuditEvent.Operation.ADD,
            after={"District": district},
            district=district,
        )
        if not _asked(batch).exists():
            AuditEvent.objects.record([deed], by=by, reason=reason)
    return batch


def _asked(batch: Batch) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(kind=AUDITED_AS, key=str(batch.pk))


def archives() -> BatchQuerySet:
    """Newest first."""
    batches: BatchQuerySet = Batch.objects.filter(kind=ARCHIVE.name)
    return batches.order_by("-queued_at", "pk")


def run(job: Job) -> None:
    district = str(job.batch.options["district"])
    if not District.objects.filter(pk=district).exists():
        raise CannotRun(f"There is no district {district}.")
    request = _asked(job.batch).first()
    job.step("Reading the district's tables")
    with job.writing(ROLE, f"CTE archive {district} {job.mark}.zip", CONTENT_TYPE) as file:
        archive = Archive(district, file, job.check)
        archive.add_tables(Edition.DISTRICT)
        job.step("Reading the state's tables")
        archive.add_tables(Edition.STATE)
        archive.add_columns()
        job.step("Adding sealed copies")
        seals = archive.add_seals()
        job.step("Adding files")
        archive.add_files()
        archive.finish(
            by=job.batch.submitted_name, reason=request.reason if request else "", seals=seals
        )
    rows = sum(part.rows or 0 for part in archive.parts)
    sentence = f"{number_of(rows, 'row')}, {number_of(seals, 'sealed copy', 'sealed copies')}."
    if archive.missing:
        sentence += f" {number_of(len(archive.missing), 'file')} could not be read."
    job.outcome = Outcome(
        sentence,
        with_errors=bool(archive.missing),
        result={"rows": rows, "seals": seals, "missing": len(archive.missing)},
    )


ARCHIVE = Kind(
    name="archive",
    run=run,
    queue=STATEWIDE,
    capability=Capability.EXPORT_FOR_PURPOSE,
    editions=(Edition.DISTRICT, Edition.STATE),
    noun="archive of a district",
)
