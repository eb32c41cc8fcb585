"""The one message there is: run the batch with this id."""

import uuid

from celery import shared_task

from cte_portal.batches.models import Batch
from cte_portal.batches.running import run
from cte_portal.watch import worker
from cte_portal.watch.service import service

worker.connect()  # here, as its table is known only once the apps are loaded

TRIES = 5  # another worker may be quicker by a moment


@shared_task(name="batch")
def run_batch(key: str) -> None:
    """A message may be old, double or about nothing: the claim decides. It says that there is work;
    districts take turns at it.
    """
    if not service.current().takes_writes:
        return  # it is handed over again when the portal is open
    for _ in range(TRIES):
        turn = Batch.objects.next_turn(uuid.UUID(key))
        if run(turn) or str(turn) == key:
            return
