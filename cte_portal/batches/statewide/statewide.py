"""One batch for all districts: a parent, and a child for each district, which stands in that
district's Batch Queue too.

The parent runs its children one after the other in its own process. A child is queued when its turn
has come and not before: what a district submits meanwhile waits for no district but its own. A
child that another worker has taken, or that waits for its district's earlier work, is tried again
after each of the others. When the parent's worker dies, the next attempt finds the children that
have ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

from django.core.files.base import File

from cte_portal.batches.job import Job
from cte_portal.batches.models import LIVE, STATEWIDE, Batch, BatchQuerySet, Status
from cte_portal.batches.running import run
from cte_portal.batches.submit import cancel, submit
from cte_portal.editions import Scope

WAIT = 0.5  # seconds, before what could not be claimed is tried again


def children_of(parent: Batch) -> BatchQuerySet:
    children: BatchQuerySet = Batch.objects.filter(about=parent, hidden=False)
    return children.exclude(district="").order_by("district")


def for_each_district(
    job: Job,
    kind: str,
    districts: Iterable[str],
    *,
    stage: str,
    title: str,
    options: dict[str, Any],
    content: Callable[[str], File[Any]] | None = None,
) -> dict[str, int]:
    """Run a batch of `kind` in each district, on its own `content` where it has some; returns how
    many ended in which status. Raises CancelAsked and Lost like any step.
    """
    parent, children = job.batch, children_of(job.batch)
    numbers = list(districts)
    numbers_of_children = set(children.values_list("district", flat=True))
    rest = [number for number in numbers if number not in numbers_of_children]
    while rest or children.filter(status__in=LIVE).exists():
        claimed = False
        for child in children.filter(status__in=LIVE):
            _told(job, stage, len(numbers))
            claimed |= run(child.pk, within=True)
        if rest:
            _told(job, stage, len(numbers))
            number = rest.pop(0)
            with content(number) if content else nullcontext() as file:
                child = submit(
                    kind,
                    by=parent.submitted_by,
                    title=title,
                    subject=parent.subject,
                    scope=Scope(number, int(parent.end_year or 0)),
                    options=options,
                    key=f"{parent.pk}:{number}",
                    content=file,
                    about=parent,
                    queue=STATEWIDE,
                    limited=False,
                )
            run(child.pk, within=True)
        elif not claimed:
            time.sleep(WAIT)
    totals = {status.value: 0 for status in Status}
    for status in children_of(parent).values_list("status", flat=True):
        totals[status] += 1
    return totals


def _told(job: Job, stage: str, total: int) -> None:
    """How many districts have ended; when somebody has canceled the parent, what waits is canceled
    with it.
    """
    children = children_of(job.batch)
    try:
        job.step(stage, children.exclude(status__in=LIVE).count(), total)
    except Exception:
        if by := Batch.objects.filter(pk=job.batch.pk).values_list("cancel_by", flat=True).first():
            for child in children.filter(status__in=LIVE):
                cancel(child, by=by)
        raise
