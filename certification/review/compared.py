"""What was sealed beside what stands now: one comparison, record by record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from certification.models import SealedRecord
from cte_portal.words import text
from pathways.ledger import canonical
from pathways.ledger.canonical import COLUMNS, CanonicalRow

_NAMES = {
    field.name: str(field.verbose_name)
    for field in SealedRecord._meta.local_fields
    if field.name in COLUMNS
}
LABELS = {
    **{name: word if word[0].isupper() else word.capitalize() for name, word in _NAMES.items()},
    "school_name": "School",
    "modified_end_year": "Modified in the school year that ends",
}


@dataclass(frozen=True)
class Difference:
    """One field, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ComparedRecord:
    """A record on both sides; None where one side does not have it."""

    before: CanonicalRow | None
    after: CanonicalRow | None

    @property
    def row(self) -> CanonicalRow:
        row = self.after or self.before
        assert row is not None  # noqa: S101 - the record is of one of the sides
        return row

    def differences(self, names: Iterable[str]) -> list[Difference]:
        """Those of the fields that differ in canonical text; none where a side has no record."""
        if self.before is None or self.after is None:
            return []
        pairs = ((name, getattr(self.before, name), getattr(self.after, name)) for name in names)
        return [
            Difference(LABELS[name], text(before), text(after))
            for name, before, after in pairs
            if canonical.text(before) != canonical.text(after)
        ]


def compared(before: Iterable[CanonicalRow], after: Iterable[CanonicalRow]) -> list[ComparedRecord]:
    """Every record of either side, by State ID and pathway."""
    earlier, now = _by_key(before), _by_key(after)
    return [
        ComparedRecord(earlier.get(key), now.get(key))
        for key in sorted(earlier.keys() | now.keys())
    ]


def _by_key(rows: Iterable[CanonicalRow]) -> dict[tuple[str, str], CanonicalRow]:
    return {(row.state_id, row.pathway_code): row for row in rows}
