"""One save of the grid taken back: its records, and the District Defined Elements."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cte_portal.editions import Scope
from pathways.elements import many
from pathways.ledger import ledger
from pathways.ledger.locks import lock_district
from pathways.ledger.shape import Row
from pathways.ledger.staged_values import stage_values
from pathways.models import Change, ElementValueChange, Participation
from pathways.roster.grid.saving import standing_of, values_of
from pathways.roster.worklist.line import Pair

SCREEN = ElementValueChange.Source.SCREEN


@dataclass(frozen=True)
class GridUndone:
    """How many rows of a save are as they were before, and how many somebody has changed since."""

    rows: int
    changed_since: int


def take_back(scope: Scope, batch: UUID, *, by: str, by_id: int | None = None) -> GridUndone:
    """Undo one save of the grid in the year of `scope`: each row that nobody has changed since.
    Raises NotApplied.
    """
    elements = ElementValueChange.objects.filter(
        district=scope.district, end_year=scope.end_year, batch=batch, source=SCREEN
    )
    pairs = set(elements.values_list("student_id", "pathway_id"))
    with ledger.refusals_named(), transaction.atomic() if pairs else nullcontext():
        if pairs:
            lock_district(scope, exclusive=True)
        records, moved = _take_back_records(scope, batch, by=by, by_id=by_id)
        if pairs:
            undone = many.take_back(scope, batch, by=by, by_id=by_id, source=SCREEN)
            moved |= set(undone.moved)
    return GridUndone(len((records | pairs) - moved), len(moved))


def _take_back_records(
    scope: Scope, batch: UUID, *, by: str, by_id: int | None
) -> tuple[set[Pair], set[Pair]]:
    """Those that the save wrote, and those of them that somebody has changed since."""
    changes = list(
        Change.objects.filter(
            district=scope.district,
            end_year=scope.end_year,
            batch=batch,
            source=Change.Source.GRID,
        )
    )
    if not changes:
        return set(), set()
    before = {
        (change.student_id, change.pathway_id, change.version): change
        for change in _before(scope, changes)
    }
    rows = []
    for change in changes:
        key = (change.student_id, change.pathway_id, change.version - 1)
        is_new = change.operation == Change.Operation.CREATE
        image = change if is_new else before[key]
        rows.append(Row.of(image, version=change.version, delete_row=is_new))
    with ledger.refusals_named():
        staged = stage_values(rows)
    applied = ledger.apply(
        scope,
        staged,
        by=by,
        by_id=by_id,
        source=Change.Source.UNDO,
        checked=None,
        skip_stale=True,
        batch=uuid.uuid4(),
    )
    standing = standing_of(scope, map(_pair, rows))
    stale = [rows[line - 1] for line in applied.stale]
    # The second click of a double click finds its work done.
    moved = {_pair(row) for row in stale if not _is_so(row, standing)}
    return {_pair(row) for row in rows}, moved


def _pair(row: Row) -> Pair:
    return row.student_id or 0, row.pathway_id or 0


def _before(scope: Scope, changes: Sequence[Change]) -> Iterable[Change]:
    """The images of the versions before; there may be others among them."""
    return Change.objects.filter(
        district=scope.district,
        student_id__in={change.student_id for change in changes},
        version__in={change.version - 1 for change in changes},
    )


def _is_so(row: Row, standing: dict[Pair, Participation]) -> bool:
    record = standing.get(_pair(row))
    if row.delete_row or record is None:
        return row.delete_row and record is None
    return values_of(record) == values_of(row)
