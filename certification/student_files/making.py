"""Asking for the file of an event's sealed rows, and the job that makes it. Who asked, and why,
stands in the audit before anything is written.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from certification.models import CertificationEvent, SealedCopy
from certification.student_files.student_file import StudentFile
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.batches.job import CannotRun, Job, Outcome
from cte_portal.batches.kinds import Kind
from cte_portal.batches.models import STATEWIDE, Batch, BatchQuerySet
from cte_portal.batches.submit import submit
from cte_portal.ui.wording import number_of

AUDITED_AS = "student file"
ROLE = "students.zip"
CONTENT_TYPE = "application/zip"


def events() -> QuerySet[CertificationEvent]:
    """Those in which a district has certified, the newest year first."""
    sealed = SealedCopy.objects.official().values("round__event")
    return CertificationEvent.objects.filter(pk__in=sealed).order_by("-end_year", "name")


def ask(event: CertificationEvent, *, by: User, reason: str, key: str = "") -> Batch:
    """Queue the file; the same `key` asks once."""
    with transaction.atomic():
        batch = submit(
            STUDENT_FILE.name,
            by=by,
            title="Sealed student file",
            subject=event.name,
            options={"event": event.pk},
            key=key,
        )
        deeds = AuditEvent.objects.filter(kind=AUDITED_AS, key=str(batch.pk))
        if not deeds.exists():
            deed = Deed(
                AUDITED_AS,
                str(batch.pk),
                f"Sealed student file: {event.name}",
                AuditEvent.Operation.ADD,
                after={"Event": event.name},
                end_year=event.end_year,
            )
            AuditEvent.objects.record([deed], by=by, reason=reason)
    return batch


def student_files() -> BatchQuerySet:
    """Newest first."""
    batches: BatchQuerySet = Batch.objects.filter(kind=STUDENT_FILE.name)
    return batches.order_by("-queued_at", "pk")


def run(job: Job) -> None:
    event = CertificationEvent.objects.filter(pk=job.batch.options["event"]).first()
    if event is None:
        raise CannotRun("There is no such event any more.")
    job.step("Reading sealed copies")
    name = f"CTE students {event.collection} {event.end_year}.zip"
    with job.writing(ROLE, name, CONTENT_TYPE) as file:
        made = StudentFile(event, file, job.check)
        made.write()
    districts = made.copies().count()
    sentence = f"{number_of(made.rows, 'row')} of {number_of(districts, 'district')}."
    if made.differing:
        sentence += (
            f" The figures of {', '.join(sorted(made.differing))} differ from the seal. Do"
            " not use this file, and tell who runs the portal."
        )
    job.outcome = Outcome(
        sentence,
        with_errors=bool(made.differing),
        result={"rows": made.rows, "districts": districts, "differing": len(made.differing)},
    )


STUDENT_FILE = Kind(
    name="student-file",
    run=run,
    queue=STATEWIDE,
    capability=Capability.EXPORT_FOR_PURPOSE,
    noun="sealed student file",
)
