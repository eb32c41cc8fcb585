"""Where the Batch Queue stands in the navigation, and the count of running jobs in the top bar."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope
from cte_portal.frame import Screen, Standing

BATCH_QUEUE = Screen(
    name="Batch Queue",
    path=("Reporting", "MT State Reporting"),
    url_name="batch-queue",
    capability=Capability.SEE_BATCHES,
    synonyms=(
        "Batch Queue List",
        "jobs",
        "uploads",
        "status of an upload",
        "get the report",
        "System Administration > Batch Queue",
    ),
    also=("batch",),
)

STATEWIDE_QUEUE = Screen(
    name="Batch Queue of all districts",
    path=("Reporting", "MT State Reporting"),
    url_name="statewide-queue",
    capability=Capability.WORK_STATEWIDE,
    synonyms=("Batch Queue List", "jobs", "statewide"),
    scoped=False,
    also=("statewide-batch",),
)


def running(scope: Scope, standing: Standing) -> int | None:
    """How many jobs of the district wait or run; None for who does not see them."""
    return (
        Batch.objects.of_district(scope.district).live().count()
        if standing.can(Capability.SEE_BATCHES)
        else None
    )
