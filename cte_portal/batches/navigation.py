"""Where the Batch Queue stands in the navigation, and the count of running jobs in the top bar."""

from __future__ import annotations

from django.db.models import QuerySet

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope
from cte_portal.frame import Screen, Standing
from cte_portal.prepared import counted

BATCH_QUEUE = Screen(
    name="Batch Queue",
    path=("Reporting", "MT State Reporting"),
    url_name="batch-queue",
    capability=Capability.SEE_BATCHES,
    synonyms=(
        "show top 50",
        "cancel a job",
        "stuck",
        "Batch Queue List",
        "jobs",
        "uploads",
        "status of an upload",
        "get the report",
        "System Administration > Batch Queue",
        "queue",
        "refresh",
        "is my file done",
        "processing",
        "download results",
        "Import Results Summary",
        "job status",
        "Process Inbox",
    ),
    also=("batch", "batch-queue-file"),
)

STATEWIDE_QUEUE = Screen(
    name="Batch Queue of all districts",
    path=("Reporting", "MT State Reporting"),
    url_name="statewide-queue",
    capability=Capability.WORK_STATEWIDE,
    synonyms=(
        "Batch Queue List",
        "jobs",
        "statewide",
        "queue",
        "all jobs",
        "failed jobs",
    ),
    scoped=False,
    also=("statewide-batch",),
)


def running(scope: Scope, standing: Standing) -> int | None:
    """How many jobs of the district wait or run; None for who does not see them."""
    if not standing.can(Capability.SEE_BATCHES):
        return None
    ((number,),) = _live(scope.district)
    return int(number)


@counted("COUNT(*)")
def _live(district: str) -> QuerySet[Batch, tuple[object]]:
    return Batch.objects.of_district(district).live().order_by().values_list("pk")
