"""A worker that dies holds its batch until the lease ends. A test waits for no clock: what a dead
process holds is free at once, and what a living one holds is its own for as long as it takes.
"""

from __future__ import annotations

import os
from pathlib import Path

from cte_portal.batches.models import Batch, Status, moment


def free_what_the_dead_hold() -> None:
    """The end of their leases is brought forward, for the dispatcher to find."""
    for batch in Batch.objects.filter(status=Status.PROCESSING, lease_until__gt=moment(0)):
        if not lives(int(batch.worker.rpartition(":")[2])):
            Batch.objects.held(batch).update(lease_until=moment(-1))


def lives(pid: int) -> bool:
    """Whether a process of this machine runs; one that ended and whose parent has not yet asked
    after it does not.
    """
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # where there is no /proc
        return not Path("/proc/self").exists()
