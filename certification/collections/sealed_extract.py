"""The sealed records as MT Extracts writes them, of a sealed copy: byte for byte the same whenever
they are taken out.
"""

from __future__ import annotations

from typing import IO, Any

from django.utils import timezone

from certification.models import SealedCopy
from cte_portal.editions import Scope
from cte_portal.folding import name_order
from pathways.files.extract import VALUES, lines, write_lines

_OF_SEALED = {"pathway__code": "pathway_code"}
_FIELDS = tuple(_OF_SEALED.get(name, name.removeprefix("student__")) for name in VALUES)


def write(into: IO[bytes], copy: SealedCopy, form: str) -> int:
    """The header record bears the moment of the seal. Sorted here: a database's collation may
    change. Returns the number of records.
    """
    records: list[tuple[Any, ...]] = list(
        copy.records.values_list(*_FIELDS).iterator(chunk_size=5000)
    )
    at = {name: place for place, name in enumerate(_FIELDS)}
    last, first, *others_of_name = (
        at[name] for name in ("last_name", "first_name", "state_id", "pathway_code")
    )
    records.sort(
        key=lambda record: name_order(
            record[last], record[first], *(record[key] for key in others_of_name)
        )
    )
    scope = Scope(copy.round.district, copy.round.event.end_year)
    return write_lines(into, lines(records, scope), form, at=timezone.localtime(copy.sealed_at))
