"""The collection of an event."""

from __future__ import annotations

from dataclasses import replace

from certification.collections.collection import Collection
from certification.collections.end_of_year import END_OF_YEAR
from certification.models import CertificationEvent
from pathways.models import CollectionLock

FALL = replace(
    END_OF_YEAR,
    slug=CollectionLock.Collection.FALL.value,
    short="Fall CTE",
    receipt_code="FALL",
    is_offered=False,
)
"""As release 0.1.0 sealed it, from End of Year's records: its seals are read by this. Events of it
are not made any more.
"""
COLLECTIONS = {collection.slug: collection for collection in (END_OF_YEAR, FALL)}
OFFERED = tuple(collection for collection in COLLECTIONS.values() if collection.is_offered)


def collection_of(event: CertificationEvent) -> Collection:
    return COLLECTIONS[event.collection]
