"""A worker that dies holds its batch until the lease ends. A test waits for no clock: what a dead
process holds is free at once, and what a living one holds is its own for as long as it takes.
"""

from __future__ import annotations

from cte_portal.batches.models import Batch, Status, moment
from tests.live.copies import lives


def free_what_the_dead_hold() -> None:
    """The end of their leases is brought forward, for the dispatcher to find."""
    for batch in Batch.objects.filter(status=Status.PROCESSING, lease_until__gt=moment(0)):
        if not lives(int(batch.worker.rpartition(":")[2])):
            Batch.objects.held(batch).update(lease_until=moment(-1))
