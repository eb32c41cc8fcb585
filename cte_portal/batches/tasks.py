"""The one message there is: run the batch with this id."""

import uuid

from celery import shared_task

from cte_portal.batches.job import run


@shared_task(name="batch")
def run_batch(key: str) -> None:
    """A message may be old, double or about nothing: the claim decides."""
    run(uuid.UUID(key))
