"""One batch for all districts: a parent, and a child for each district, which stands in that district's Batch Queue too.

The parent runs its children one after the other in its own process; a child that another worker has taken, or whose turn has not come, is
waited for. When the parent's worker dies, the next attempt finds the children that have ended.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from cte_portal.batches.job import Job, run
from cte_portal.batches.kinds import STATEWIDE
from cte_portal.batches.models import LIVE, Batch, Status
from cte_portal.batches.submit import cancel, submit
from cte_portal.editions import Scope

WAIT = 0.5  # seconds, before what could not be claimed is tried again


def children_of(parent: Batch) -> QuerySet[Batch]:
    return Batch.objects.filter(about=parent, hidden=False).exclude(district="").order_by("district")


def for_each_district(job: Job, kind: str, districts: Iterable[str], *, stage: str, title: str, options: dict[str, Any]) -> dict[str, int]:
    """Run a batch of `kind` in each district; returns how many ended in which status. Raises CancelAsked and Lost like any step."""
    parent = job.batch
    numbers = list(districts)
    job.step("Preparing", 0, len(numbers))
    known = set(children_of(parent).values_list("district", flat=True))
    for number in numbers:
        if number not in known:
            scope = Scope(number, int(parent.end_year or 0))
            submit(
                kind,
                by=parent.submitted_by,
                title=title,
                scope=scope,
                options=options,
                key=f"{parent.pk}:{number}",
                about=parent,
                queue=STATEWIDE,
            )
    while True:
        waiting = list(children_of(parent).filter(status__in=LIVE))
        if not waiting:
            break
        claimed = False
        for child in waiting:
            _told(job, stage, len(numbers), waiting)
            claimed |= run(child.pk)
        if not claimed:
            time.sleep(WAIT)
    ended = {status.value: 0 for status in Status}
    for status in children_of(parent).values_list("status", flat=True):
        ended[status] += 1
    return ended


def _told(job: Job, stage: str, total: int, waiting: list[Batch]) -> None:
    """How many districts have ended; when somebody has canceled the parent, what waits is canceled with it."""
    done = children_of(job.batch).exclude(status__in=LIVE).count()
    try:
        job.step(stage, done, total)
    except Exception:
        if by := Batch.objects.filter(pk=job.batch.pk).values_list("cancel_by", flat=True).first():
            for child in waiting:
                cancel(child, by=by)
        raise
