"""The files of what a district has certified, as MT Extracts offers them."""

from __future__ import annotations

from django.urls import reverse

from certification.collections.chosen import collection_of_copy
from certification.models import SealedCopy
from certification.receipts.receipts import receipt_url
from cte_portal.editions import Scope
from pathways.certified import SealedFiles
from pathways.files.extract import FORMATS


def sealed_files(scope: Scope) -> list[SealedFiles]:
    """Of each collection of the year that is certified (pathways/certified.py)."""
    copies = SealedCopy.objects.official().of_district(scope.district)
    of_year = copies.filter(round__event__end_year=scope.end_year).select_related("round__event")
    return [
        SealedFiles(
            title=collection_of_copy(copy).extract_name,
            receipt=copy.receipt,
            url=receipt_url(copy),
            sealed_at=copy.sealed_at,
            rows=collection_of_copy(copy).number_in(copy),
            files=tuple(
                (
                    name,
                    reverse(
                        "certification-extract",
                        args=[scope.district, scope.end_year, copy.pk, form],
                    ),
                )
                for form, name in FORMATS.items()
            ),
        )
        for copy in of_year.order_by("round__event__collection")
    ]
