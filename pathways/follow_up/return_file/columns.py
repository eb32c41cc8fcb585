"""Which column of a return file says what: proposed from its first line, confirmed by a person, and
remembered for the district.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils import timezone

from cte_portal.editions import Scope
from pathways.files.cells import plain
from pathways.models import ReturnFileMapping

CLEARINGHOUSE = "National Student Clearinghouse"
ITS_OWN = "Requester Return Field"
"""A column that the Clearinghouse's files alone have."""
USUAL = {
    "state_id_column": ("Student State ID", "State ID", ITS_OWN, "Your Unique Identifier"),
    "date_column": ("Enrollment Begin", "Date", "As of"),
    "found_column": ("Record Found Y/N", "Record Found"),
    "enrollment_column": ("Enrollment Status",),
    "detail_column": ("College Name", "Institution", "Employer"),
}


class Columns(NamedTuple):
    """What a person confirmed: who sent the file, what it means to be found there, and the columns;
    an empty one is not in the file.
    """

    source_name: str
    status: str
    state_id_column: str
    date_column: str
    found_column: str = ""
    enrollment_column: str = ""
    detail_column: str = ""


def proposed(scope: Scope, names: Sequence[str]) -> dict[str, str]:
    """What stands in the form at first: what the district confirmed of such a file, or what the
    names of the columns suggest. The status is never guessed.
    """
    if mapping := ReturnFileMapping.objects.fitting(scope.district, names):
        return {field: getattr(mapping, field) for field in Columns._fields}
    known = {plain(name): name for name in reversed(names)}
    guess = {
        field: next((known[plain(name)] for name in usual if plain(name) in known), "")
        for field, usual in USUAL.items()
    }
    return {**guess, "source_name": CLEARINGHOUSE if plain(ITS_OWN) in known else ""}


def remember(scope: Scope, columns: Columns, *, by: str, by_id: int) -> None:
    """Must run while the district is held."""
    values: dict[str, Any] = columns._asdict()
    ReturnFileMapping.objects.update_or_create(
        district=scope.district,
        source_name=values.pop("source_name"),
        defaults={**values, "by": by, "by_id": by_id, "at": timezone.now()},
    )
