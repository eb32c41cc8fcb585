"""The daily clean-up: what is over its time goes, and OPI sees how much (Plug.daily,
Plug.retention).
"""

from __future__ import annotations

import logging

from django.db import IntegrityError, transaction
from django.utils import timezone

from cte_portal.batches.models import CleanUp
from cte_portal.logs import name_of, places
from cte_portal.plugs import plugs
from cte_portal.ui.errors import new_reference

log = logging.getLogger("cte_portal.batches.retention.clean_up")


def clean_up() -> None:
    """Once a day, however often it is asked and by however many; one that fails keeps no other from
    it.
    """
    try:
        with transaction.atomic():
            today = CleanUp.objects.create(day=timezone.localdate())
    except IntegrityError:
        return
    for store in (store for plug in plugs() for store in plug.retention):
        try:
            with transaction.atomic():
                today.removed[store.name] = store.remove()
        except Exception as error:  # noqa: BLE001 - the others have their day all the same
            today.failed[store.name] = reference = new_reference()
            log.error(
                "reference=%s clean-up of %s: %s\n%s",
                reference,
                store.name,
                name_of(error),
                places(error),
            )
    today.ended_at = timezone.now()
    today.save(update_fields=["removed", "failed", "ended_at"])
    log.info(
        "cleaned up %s", " ".join(f"{name}={number}" for name, number in today.removed.items())
    )
