"""The collection of an event, and of a sealed copy."""

from __future__ import annotations

from dataclasses import replace

from certification.collections.collection import Collection
from certification.collections.end_of_year import END_OF_YEAR
from certification.collections.fall.description import FALL, FALL_OF_FORM_2
from certification.models import CertificationEvent, SealedCopy

COLLECTIONS = {collection.slug: collection for collection in (END_OF_YEAR, FALL)}

FALL_OF_RELEASE_0_1_0 = replace(
    END_OF_YEAR, slug=FALL.slug, short=FALL.short, receipt_code=FALL.receipt_code
)
"""Release 0.1.0 sealed Fall CTE from End of Year's records, in their form: its seals are read by
this.
"""
EARLIER_FALLS = {earlier.form: earlier for earlier in (FALL_OF_RELEASE_0_1_0, FALL_OF_FORM_2)}


def collection_of(event: CertificationEvent) -> Collection:
    return COLLECTIONS[event.collection]


def collection_of_copy(copy: SealedCopy) -> Collection:
    """The collection in the form in which the copy was sealed."""
    collection = collection_of(copy.round.event)
    is_of_fall = collection.slug == FALL.slug
    if is_of_fall and copy.form_version in EARLIER_FALLS:
        return EARLIER_FALLS[copy.form_version]
    return collection
