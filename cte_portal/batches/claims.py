"""Taking a batch for one attempt, and what the attempt says of itself while it goes on: every job
asks this, so that its SQL is kept (docs/adr/0013).
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, Q, QuerySet
from django.db.models.functions import Now

from cte_portal.batches.models import DUE, MOST_ATTEMPTS, Batch, Status, moment
from cte_portal.prepared import prepared
from cte_portal.prepared_changes import Change, prepared_change


def claim(key: uuid.UUID, worker: str) -> Batch | None:
    """Take a batch for one attempt, or None: it is taken, finished, not yet due, or another one's
    turn. A message may come twice.
    """
    lease = datetime.timedelta(seconds=settings.BATCH_LEASE_SECONDS)
    if not _take(key.hex, worker[:100], lease):
        return None
    (batch,) = _by_key(key.hex)
    return batch


def say_step(batch: Batch, name: str, done: int | None, total: int | None) -> bool:
    """Say where the work is. False where the batch is canceled or lost."""
    return bool(_say_step(batch.pk.hex, batch.attempt, name, done, total))


@prepared_change
def _take(key: str, worker: str, lease: datetime.timedelta) -> Change:
    due = Q(DUE, status=Status.QUEUED) | Q(status=Status.PROCESSING, lease_until__lt=Now())
    others_turn = Q(in_turn=True) & Exists(Batch.objects.earlier_in_turn())
    batches = Batch.objects.filter(due, pk=key, attempt__lt=MOST_ATTEMPTS, cancel_by="")
    return batches.exclude(others_turn), {
        "status": Status.PROCESSING,
        "attempt": F("attempt") + 1,
        "lease_until": moment(lease.total_seconds()),
        "worker": worker,
        "started_at": Now(),
        "stage": "Starting",
        "done": None,
        "total": None,
    }


@prepared
def _by_key(key: str) -> QuerySet[Batch]:
    """By its key in hexadecimal, as both databases read it."""
    return Batch.objects.filter(pk=key)


@prepared_change
def _say_step(key: str, attempt: int, name: str, done: int | None, total: int | None) -> Change:
    batches = Batch.objects.filter(pk=key, attempt=attempt, status=Status.PROCESSING, cancel_by="")
    columns: dict[str, Any] = {"stage": name, "done": done, "total": total}
    return batches, columns
