"""Sealed outcomes as MT Extracts writes them: byte for byte the same whenever they are taken out."""

from __future__ import annotations

from typing import IO

from django.utils import timezone

from certification.models import SealedCopy
from cte_portal.folding import name_order
from cte_portal.words import text
from pathways.files.extract import write_lines
from pathways.files.layout import CTE_FALL


def write(into: IO[bytes], copy: SealedCopy, form: str) -> int:
    """The header record bears the moment of the seal. Sorted here: a database's collation may
    change. Returns the number of students.
    """
    fields = (
        "last_name",
        "first_name",
        "state_id",
        "local_id",
        "school_number",
        "status",
        "date_contacted",
        "end_year",
    )
    outcomes = sorted(
        copy.outcomes.values_list(*fields), key=lambda outcome: name_order(*outcome[:3])
    )
    district = copy.round.district
    lines = (
        (
            CTE_FALL.record_type,
            district,
            school,
            "",
            state_id,
            local_id,
            last,
            first,
            "Y" if status and contacted else "",
            status,
            text(contacted, empty=""),
            str(end_year),
        )
        for last, first, state_id, local_id, school, status, contacted, end_year in outcomes
    )
    at = timezone.localtime(copy.sealed_at)
    return write_lines(into, lines, form, layout=CTE_FALL, at=at)
