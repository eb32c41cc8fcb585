"""What was sealed beside what stands now: one comparison, record by record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from certification.collections.collection import Collection, Row
from pathways.ledger import canonical


@dataclass(frozen=True)
class Difference:
    """One field, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ComparedRecord:
    """A record on both sides; None where one side does not have it."""

    collection: Collection
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        row = self.after or self.before
        assert row is not None  # noqa: S101 - the record is of one of the sides
        return row

    def differences(self, names: Iterable[str]) -> list[Difference]:
        """Those of the fields that differ in canonical text; none where a side has no record."""
        if self.before is None or self.after is None:
            return []
        pairs = ((name, getattr(self.before, name), getattr(self.after, name)) for name in names)
        return [
            Difference(
                self.collection.labels[name],
                self.collection.words(name, before),
                self.collection.words(name, after),
            )
            for name, before, after in pairs
            if canonical.text(before) != canonical.text(after)
        ]


def compared(
    collection: Collection, before: Iterable[Row], after: Iterable[Row]
) -> list[ComparedRecord]:
    """Every record of either side, by the collection's key."""
    earlier, now = ({collection.key_of(row): row for row in side} for side in (before, after))
    return [
        ComparedRecord(collection, earlier.get(key), now.get(key))
        for key in sorted(earlier.keys() | now.keys())
    ]
