"""Handing queued batches to the workers, and finding those whose worker died (`manage.py dispatch`). Two at once do no harm."""

from __future__ import annotations

import datetime
import logging
from contextlib import suppress

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from cte_portal.batches.job import failed
from cte_portal.batches.models import MOST_ATTEMPTS, Batch, BatchFile, Status
from cte_portal.batches.submit import canceled_sentence
from cte_portal.batches.tasks import run_batch
from cte_portal.ui.errors import new_reference

log = logging.getLogger("cte_portal.batches.dispatch")

AT_ONCE = 200
INPUTS_KEPT = datetime.timedelta(days=90)
RESULTS_KEPT = datetime.timedelta(days=365)


def publish() -> int:
    """Hand over what is queued and due. When the broker does not answer, the rows wait for the next round."""
    handed = 0
    for batch in Batch.objects.to_publish()[:AT_ONCE]:
        try:
            run_batch.apply_async([str(batch.pk)], queue=batch.queue, retry=False)
        except Exception as error:  # noqa: BLE001 - whatever the broker has, the row waits
            log.warning("the broker does not answer: %s", type(error).__name__)
            return handed
        Batch.objects.filter(pk=batch.pk, status=Status.QUEUED).update(published_at=Now())
        handed += 1
    return handed


def sweep() -> int:
    """Bring back what a dead worker left: queued again, or failed after the third attempt."""
    found = 0
    for batch in Batch.objects.filter(status=Status.PROCESSING, lease_until__lt=Now()):
        mine = Batch.objects.held(batch).filter(lease_until__lt=Now())
        if batch.cancel_by:
            end = {"status": Status.CANCELED, "sentence": canceled_sentence(batch.cancel_by), "finished_at": Now(), "lease_until": None}
            found += mine.update(**end, stage="")
        elif batch.attempt >= MOST_ATTEMPTS:
            reference = new_reference()
            log.error("reference=%s batch=%s its worker died %s times", reference, batch.pk, batch.attempt)
            with transaction.atomic():
                found += mine.update(**failed(batch, reference))
        else:
            log.warning("swept batch=%s attempt=%s", batch.pk, batch.attempt)
            found += mine.update(status=Status.QUEUED, published_at=None, lease_until=None, available_at=None, stage="")
    return found


def retire() -> int:
    """Drop uploaded files after 90 days and result files after a year. The rows stay."""
    now, dropped = timezone.now(), 0
    for batch in Batch.objects.exclude(input_file="").filter(~Q(status__in=["queued", "processing"]), queued_at__lt=now - INPUTS_KEPT)[
        :500
    ]:
        with suppress(OSError):
            default_storage.delete(batch.input_file)
            dropped += Batch.objects.filter(pk=batch.pk).update(input_file="")
    for file in BatchFile.objects.filter(batch__finished_at__lt=now - RESULTS_KEPT)[:500]:
        with suppress(OSError):
            default_storage.delete(file.stored)
            file.delete()
            dropped += 1
    if dropped:
        log.info("retired files=%s", dropped)
    return dropped
