"""What is different now from what was certified: the sealed copy beside the district's records,
record by record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from certification.models import SealedCopy, SealedRecord
from certification.review.changes import LABELS, name_of
from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.ledger import canonical

NAMES = tuple(canonical.COLUMNS)
WHO_AND_WHEN = ("modified_date", "modified_by")
"""A record that was put back as it was says so; it is the same record."""
_AT = {name: at for at, name in enumerate(NAMES)}
_COMPARED = tuple(at for name, at in _AT.items() if name not in WHO_AND_WHEN)


@dataclass(frozen=True)
class Different:
    """One record: what happened to it, and its fields as (label, as certified, now)."""

    state_id: str
    student: str
    pathway: str
    what: str
    fields: tuple[tuple[str, str, str], ...] = ()


class Since:
    """The comparison; `scope` says of which edition."""

    def __init__(self, copy: SealedCopy, scope: Scope) -> None:
        self.copy, self.scope = copy, scope

    @cached_property
    def records(self) -> list[Different]:
        sealed = _by_key(SealedRecord.objects.filter(copy=self.copy).values_list(*NAMES))
        now = _by_key(canonical.rows(self.scope))
        found = []
        for key in sorted(sealed.keys() | now.keys()):
            before, after = sealed.get(key), now.get(key)
            if before is None or after is None:
                row = before or after
                assert row is not None  # noqa: S101 - the key is of one of them
                found.append(_different(row, "No longer there" if after is None else "New"))
            elif fields := tuple(_fields(before, after)):
                found.append(_different(after, "Changed", fields))
        return found

    @property
    def sentence(self) -> str:
        """2 records changed, 1 new, 0 no longer there."""
        if not self.records:
            return "Nothing has changed since certification."
        numbers = {
            what: sum(one.what == what for one in self.records)
            for what in ("Changed", "New", "No longer there")
        }
        told = ", ".join(f"{number:,} {what.lower()}" for what, number in numbers.items() if number)
        return (
            f"{number_of(len(self.records), 'record')}"
            f" differ{'s' if len(self.records) == 1 else ''}: {told}."
        )


def _by_key(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {(row[_AT["state_id"]], row[_AT["pathway_code"]]): row for row in rows}


def _different(
    row: tuple[Any, ...], what: str, fields: tuple[tuple[str, str, str], ...] = ()
) -> Different:
    return Different(row[_AT["state_id"]], name_of(row), row[_AT["pathway_name"]], what, fields)


def _fields(before: tuple[Any, ...], after: tuple[Any, ...]) -> Iterable[tuple[str, str, str]]:
    for at in _COMPARED:
        was, now = canonical.text(before[at]), canonical.text(after[at])
        if was != now:
            yield LABELS[NAMES[at]], text(before[at]), text(after[at])
