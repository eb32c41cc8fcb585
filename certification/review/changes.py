"""Changed since last certification: students added, removed and changed, field by field (ux
R-05).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from certification.collections.collection import Collection, Row
from certification.review.compared import ComparedRecord, compared
from cte_portal.folding import name_order

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
KINDS = {ADDED: "Added", REMOVED: "Removed", CHANGED: "Changed"}


@dataclass(frozen=True)
class FieldChange:
    """`pathway` is empty for what belongs to the student; `before` or `after` for a record that
    one side does not have.
    """

    pathway: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class StudentChange:
    kind: str
    state_id: str
    name: str
    fields: tuple[FieldChange, ...]

    @property
    def word(self) -> str:
        return KINDS[self.kind]


def changes(
    collection: Collection, before: Iterable[Row], after: Iterable[Row], *, same_year: bool
) -> list[StudentChange]:
    """By name. Within one year every value counts, so nothing differs exactly when the canonical
    texts are the same.
    """
    uncounted = () if same_year else collection.moves_on
    sorted_changes = []
    pairs = compared(collection, before, after)
    for state_id, group in groupby(pairs, lambda record: record.row.state_id):
        records = list(group)
        if fields := tuple(_fields(collection, records, uncounted)):
            row = next((record.after for record in records if record.after), records[0].row)
            change = StudentChange(_kind(records), state_id, row.student_name, fields)
            order = name_order(row.last_name, row.first_name, row.middle_name, row.state_id)
            sorted_changes.append((order, change))
    return [change for _, change in sorted(sorted_changes, key=lambda pair: pair[0])]


def _kind(records: list[ComparedRecord]) -> str:
    if not any(record.before for record in records):
        return ADDED
    return CHANGED if any(record.after for record in records) else REMOVED


def _fields(
    collection: Collection, records: list[ComparedRecord], uncounted: tuple[str, ...]
) -> Iterable[FieldChange]:
    earlier = next((record.before for record in records if record.before), None)
    now = next((record.after for record in records if record.after), None)
    parts = [("", ComparedRecord(collection, earlier, now), collection.of_student)]
    parts += [(collection.part(record.row), record, collection.of_record) for record in records]
    for pathway, record, names in parts:
        if pathway and (record.before is None or record.after is None):
            before, after = (
                collection.in_short(row) if row else "" for row in (record.before, record.after)
            )
            yield FieldChange(pathway, "the whole record", before, after)
        for difference in record.differences(name for name in names if name not in uncounted):
            yield FieldChange(pathway, difference.label, difference.before, difference.after)
