"""One save of the grid: what was changed goes through the ledger as one staged relation. Each row
that is not saved says why.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cte_portal.editions import Scope
from pathways.ledger import ledger, staging
from pathways.ledger.current_year import demand_current
from pathways.ledger.shape import TYPED, Row
from pathways.models import Change, Participation
from pathways.records import entry
from pathways.roster.grid.typed import TypedRow
from pathways.roster.worklist.line import Pair


@dataclass(frozen=True)
class Unsaved:
    """Why a row was not saved: what is wrong with a cell, or in `reason` with the row. `is_stale`:
    somebody else saved the record meanwhile.
    """

    problems: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    is_stale: bool = False


@dataclass(frozen=True)
class GridSaved:
    """`written` counts rows, `batch` names them together; `unsaved` has the rows that stay typed."""

    written: int = 0
    batch: UUID | None = None
    unsaved: dict[Pair, Unsaved] = field(default_factory=dict)
    warnings: tuple[tuple[Pair, str], ...] = ()


def save(scope: Scope, rows: Sequence[TypedRow], *, by: str, by_id: int | None = None) -> GridSaved:
    """Save the rows in which something was changed. Raises NotApplied where nothing can be saved."""
    demand_current(scope)
    changed = changed_rows(scope, rows)
    unsaved = {row.pair: Unsaved(row.problems) for row in changed if row.problems}
    good = [row for row in changed if not row.problems]
    if not good:
        return GridSaved(unsaved=unsaved)
    batch, typed = uuid.uuid4(), [row.row() for row in good]
    saved = entry.save_each(
        scope, typed, by=by, by_id=by_id, source=Change.Source.GRID, batch=batch
    )
    numbers = sorted({*saved.refused, *saved.stale})
    standing = _standing(scope, [good[number - 1].pair for number in numbers]) if numbers else {}
    for number in numbers:
        pair, row = good[number - 1].pair, typed[number - 1]
        record = standing.get(pair)
        if record and _values(record) == _values(row):
            continue  # the second click of a double click finds its work done
        if number in saved.stale or (record and not row.version):
            unsaved[pair] = Unsaved(reason=_meanwhile(record), is_stale=True)
        else:
            unsaved[pair] = Unsaved(
                {finding.rule.field: finding.message for finding in reversed(saved.refused[number])}
            )
    warnings = tuple(
        (good[finding.key - 1].pair, f"{finding.message}.") for finding in saved.warnings
    )
    written = saved.applied.written
    return GridSaved(written, batch if written else None, unsaved, warnings)


def changed_rows(scope: Scope, rows: Sequence[TypedRow]) -> list[TypedRow]:
    """Those that differ from what the page showed; what somebody else saved since is no change of
    theirs.
    """
    rows = _with_sums(scope, rows)
    images = _images(scope, rows)
    return [row for row in rows if row.differs(images.get((row.pair, row.version)))]


def _with_sums(scope: Scope, rows: Sequence[TypedRow]) -> list[TypedRow]:
    """*+0.50* is added to the credits of last year; of a record that was deleted by then nothing is
    left.
    """
    adding = {row.pair[0] for row in rows if row.adds}
    if not adding:
        return list(rows)
    changes = Change.objects.filter(
        district=scope.district, student_id__in=adding, end_year__lt=scope.end_year
    )
    before = {
        (change.student_id, change.pathway_id): None
        if change.operation == Change.Operation.DELETE
        else change
        for change in changes.order_by("version")
    }
    return [row.added_to(before.get(row.pair)) if row.adds else row for row in rows]


def _images(
    scope: Scope, rows: Iterable[TypedRow]
) -> dict[tuple[Pair, int], Participation | Change]:
    """The versions that the page showed. Most records still stand at theirs."""
    seen = {row.pair: row.version for row in rows if row.version}
    images: dict[tuple[Pair, int], Participation | Change] = {
        (pair, record.version): record for pair, record in _standing(scope, seen).items()
    }
    older = [(pair, version) for pair, version in seen.items() if (pair, version) not in images]
    if older:
        changes = Change.objects.filter(
            district=scope.district,
            student_id__in={student for (student, _), _ in older},
            version__in={version for _, version in older},
        ).exclude(operation=Change.Operation.DELETE)
        images |= {
            ((change.student_id, change.pathway_id), change.version): change for change in changes
        }
    return images


def _standing(scope: Scope, pairs: Iterable[Pair]) -> dict[Pair, Participation]:
    chosen = set(pairs)
    records = Participation.objects.of_district(scope).filter(
        student_id__in={student for student, _ in chosen}
    )
    return {
        pair: record
        for record in records
        if (pair := (record.student_id, record.pathway_id)) in chosen
    }


def _values(record: Participation | Row) -> list[object]:
    return [getattr(record, name) for name in TYPED]


def _meanwhile(record: Participation | None) -> str:
    if record is None:
        return "Someone deleted this record after you opened the page. What you typed is kept."
    return (
        f"{record.modified_by} saved this record after you opened the page:"
        f" {record.total_credits:.2f} credits. What you typed is kept, and nothing was overwritten."
    )


@dataclass(frozen=True)
class GridUndone:
    """How many rows of a save are as they were before, and how many somebody has changed since."""

    rows: int
    changed_since: int


def take_back(scope: Scope, batch: UUID, *, by: str, by_id: int | None = None) -> GridUndone:
    """Undo one save of the grid in the year of `scope`: each row that nobody has changed since.
    Raises NotApplied.
    """
    changes = list(
        Change.objects.filter(
            district=scope.district,
            end_year=scope.end_year,
            batch=batch,
            source=Change.Source.GRID,
        )
    )
    if not changes:
        return GridUndone(0, 0)
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
        staged = staging.stage(rows)
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
    standing = _standing(scope, [(row.student_id or 0, row.pathway_id or 0) for row in rows])
    stale = [rows[line - 1] for line in applied.stale]
    # The second click of a double click finds its work done.
    moved = [row for row in stale if not _is_so(row, standing)]
    return GridUndone(len(rows) - len(moved), len(moved))


def _before(scope: Scope, changes: Sequence[Change]) -> Iterable[Change]:
    """The images of the versions before; there may be others among them."""
    return Change.objects.filter(
        district=scope.district,
        student_id__in={change.student_id for change in changes},
        version__in={change.version - 1 for change in changes},
    )


def _is_so(row: Row, standing: dict[Pair, Participation]) -> bool:
    record = standing.get((row.student_id or 0, row.pathway_id or 0))
    if row.delete_row or record is None:
        return row.delete_row and record is None
    return _values(record) == _values(row)
