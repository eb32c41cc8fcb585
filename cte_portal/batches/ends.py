"""The end of a batch on its row, and who is told of it, in one transaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from cte_portal.batches.models import DISTRICT, Batch, BatchQuerySet
from cte_portal.batches.notices.notices import of_end

MOST_OF_SENTENCE = 400  # characters; the width of its column


def ending(**values: Any) -> dict[str, Any]:
    """The columns of an end. What a sent file brought into sentence and result never keeps the end
    from being stored.
    """
    values = {name: storable(value) for name, value in values.items()}
    values["sentence"] = str(values.get("sentence", ""))[:MOST_OF_SENTENCE]
    return {
        **values,
        "finished_at": Now(),
        "lease_until": None,
        "stage": "",
        "done": None,
        "total": None,
    }


def storable(value: Any) -> Any:
    """The value without zero bytes, which PostgreSQL takes in no text."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {storable(name): storable(part) for name, part in value.items()}
    return [storable(part) for part in value] if isinstance(value, list | tuple) else value


def end(claim: BatchQuerySet, batch: Batch, **values: Any) -> bool:
    """End a batch without its work, and tell of it, in one transaction. False when it is no longer
    `mine`.
    """
    with transaction.atomic():
        number = claim.update(**ending(**values))
        if number:
            tell(batch)
    return bool(number)


def tell(batch: Batch) -> None:
    """Who submitted it is told on the next page; who asked for an e-mail gets one: a batch of its
    own, in the transaction of the end, once for each batch however it ended.
    """
    of_end(batch)
    if batch.notify:
        Batch.objects.get_or_create(
            idempotency_key=f"notice:{batch.pk}",
            defaults={
                "kind": "notice",
                "queue": DISTRICT,
                "district": batch.district,
                "end_year": batch.end_year,
                "submitted_by_id": batch.submitted_by_id,
                "submitted_name": batch.submitted_name,
                "title": batch.title,
                "about": batch,
                "hidden": True,
            },
        )
