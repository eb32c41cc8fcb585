"""What is different now from what was certified: the sealed copy beside the district's records,
record by record.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from certification.collections.chosen import collection_of_copy
from certification.models import SealedCopy
from certification.review.compared import ComparedRecord, Difference, compared
from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of


@dataclass(frozen=True)
class DifferentRecord:
    """What happened to one record since it was certified."""

    state_id: str
    student: str
    pathway: str
    change: str
    fields: tuple[Difference, ...] = ()


class Since:
    """The comparison; `scope` says of which edition."""

    def __init__(self, copy: SealedCopy, scope: Scope) -> None:
        self.copy, self.scope = copy, scope

    @cached_property
    def records(self) -> list[DifferentRecord]:
        collection = collection_of_copy(self.copy)
        pairs = compared(collection, collection.rows_of(self.copy), collection.rows(self.scope))
        return [record for record in map(_different, pairs) if record]

    @property
    def sentence(self) -> str:
        """2 records changed, 1 new, 0 no longer there."""
        if not self.records:
            return "Nothing has changed since certification."
        numbers = {
            change: sum(record.change == change for record in self.records)
            for change in ("Changed", "New", "No longer there")
        }
        parts = ", ".join(
            f"{number:,} {change.lower()}" for change, number in numbers.items() if number
        )
        return (
            f"{number_of(len(self.records), 'record')}"
            f" differ{'s' if len(self.records) == 1 else ''}: {parts}."
        )


def _different(record: ComparedRecord) -> DifferentRecord | None:
    collection = record.collection
    compared_names = (name for name in collection.columns if name not in collection.writing)
    fields = tuple(record.differences(compared_names))
    change = "Changed" if fields else ""
    if record.before is None or record.after is None:
        change = "No longer there" if record.after is None else "New"
    row = record.row
    return (
        DifferentRecord(row.state_id, row.student_name, collection.part(row), change, fields)
        if change
        else None
    )
