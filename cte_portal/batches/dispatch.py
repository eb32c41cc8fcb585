"""Handing queued batches to the workers, and finding those whose worker died (`manage.py
dispatch`). Two at once do no harm.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models.functions import Now
from django.utils import timezone

from cte_portal.batches.ends import end
from cte_portal.batches.files import drop_attempts, drop_stored
from cte_portal.batches.models import (
    INPUTS_KEPT,
    LIVE,
    MOST_ATTEMPTS,
    RESULTS_KEPT,
    SET_ASIDE,
    Batch,
    BatchFile,
    Status,
)
from cte_portal.batches.running import canceled, failed
from cte_portal.batches.tasks import run_batch
from cte_portal.logs import name_of, places
from cte_portal.plugs import Kept, plugs
from cte_portal.ui.errors import new_reference
from cte_portal.watch.service import service

log = logging.getLogger("cte_portal.batches.dispatch")

AT_ONCE = 200
MOST_REFUSED = 2  # by the broker, each after its time-out

_logged_at: dict[str, float] = {}


def once_a_minute(subject: str) -> bool:
    """Whether to log it: a round comes twice a second, and what lasts is not said each time."""
    now = time.monotonic()
    if now - _logged_at.get(subject, -60.0) < 60:
        return False
    _logged_at[subject] = now
    return True


def publish() -> int:
    """Hand over what is queued and due. What the broker does not take waits for the next round; a
    single row keeps no other from going.
    """
    if not service.current().takes_writes:
        return 0
    handed = refusals = 0
    for batch in Batch.objects.to_publish()[:AT_ONCE]:
        try:
            run_batch.apply_async([str(batch.pk)], queue=batch.queue, retry=False)
        except Exception as error:  # noqa: BLE001 - whatever the broker has, the row waits
            if once_a_minute("broker"):
                log.warning("the broker does not answer: %s", type(error).__name__)
            refusals += 1
            if refusals == MOST_REFUSED:
                return handed
            continue
        Batch.objects.filter(pk=batch.pk, status=Status.QUEUED).update(published_at=Now())
        handed += 1
    return handed


def sweep() -> int:
    """Bring back what a dead worker left: queued again, or failed after the third attempt. A row
    that cannot be brought back is set aside.
    """
    number = 0
    for batch in Batch.objects.filter(status=Status.PROCESSING, lease_until__lt=Now()):
        try:
            with transaction.atomic():
                number += _brought_back(batch)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - one row must not keep the others from being found
            _set_aside(batch, error)
    return number


def _brought_back(batch: Batch) -> bool:
    nobodys: dict[str, None] = dict.fromkeys(("published_at", "lease_until", "done", "total"))
    claim = Batch.objects.held(batch).filter(lease_until__lt=Now())
    if batch.attempt < MOST_ATTEMPTS and claim.filter(cancel_by="").update(
        status=Status.QUEUED, stage="", available_at=Now(), **nobodys
    ):
        log.warning("swept batch=%s attempt=%s", batch.pk, batch.attempt)
    elif canceler := claim.exclude(cancel_by="").values_list("cancel_by", flat=True).first():
        if not end(claim, batch, **canceled(batch, canceler)):
            return False
    elif batch.attempt >= MOST_ATTEMPTS and end(
        claim, batch, **failed(batch, reference := new_reference())
    ):
        log.error(
            "reference=%s batch=%s its worker died %s times", reference, batch.pk, batch.attempt
        )
    else:
        return False
    drop_attempts(batch, batch.attempt)
    return True


def _set_aside(batch: Batch, error: Exception) -> None:
    """End it by the plainest statement there is; OPI sees it too, as the district can do nothing
    about it.
    """
    reference = new_reference()
    log.error(
        "reference=%s batch=%s set aside: error=%s\n%s",
        reference,
        batch.pk,
        name_of(error),
        places(error),
    )
    sentence = f"The portal could not finish this on its own. Reference {reference}."
    values = {
        "status": Status.FAILED,
        "sentence": sentence,
        "reference": reference,
        "finished_at": Now(),
        "lease_until": None,
        "stage": SET_ASIDE,
    }
    Batch.objects.held(batch).update(**values)


def daily() -> None:
    """What the apps look after once a day (Plug.daily); asked every hour."""
    if not connection.in_atomic_block:
        close_old_connections()  # the hour may have ended them
    for check in (check for plug in plugs() for check in plug.daily):
        try:
            check()
        except Exception as error:  # noqa: BLE001 - one must not keep the others from their day
            log.error(
                "reference=%s daily=%s error=%s",
                new_reference(),
                check.__name__,
                type(error).__name__,
            )


def retire() -> int:
    """Drop uploaded files after 90 days and result files after a year, but for those that somebody
    keeps. The rows stay.
    """
    now, dropped, batches = (
        timezone.now(),
        0,
        Batch.objects.filter(kept=False).exclude(status__in=LIVE),
    )
    for batch in batches.exclude(input_file="").filter(queued_at__lt=now - INPUTS_KEPT)[:500]:
        with suppress(OSError):
            drop_stored(batch.input_file)
            dropped += Batch.objects.filter(pk=batch.pk).update(input_file="")
    for file in BatchFile.objects.filter(
        batch__kept=False, batch__finished_at__lt=now - RESULTS_KEPT
    )[:500]:
        with suppress(OSError):
            drop_stored(file.stored)
            file.delete()
            dropped += 1
    if dropped:
        log.info("retired files=%s", dropped)
    return dropped


def _retired() -> int:
    """All that is due, part by part."""
    number = 0
    while part := retire():
        number += part
    return number


FILES = Kept("files of jobs", "90 days for uploads, one year for results", _retired)
