"""One save of the grid: what was changed goes through the ledger as one staged relation. Each row
that is not saved says why.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import filled_up, prepared
from pathways.elements import many
from pathways.elements.values import ElementEdit, ValueMoved
from pathways.ledger import ledger
from pathways.ledger.current_year import demand_current
from pathways.ledger.locks import lock_district
from pathways.ledger.shape import TYPED, Row
from pathways.models import Change, ElementValueChange, Participation
from pathways.records import entry
from pathways.roster.grid.elements import RETIRED, TypedElements, typed_elements
from pathways.roster.grid.typed import COLUMNS, Cells, TypedRow
from pathways.roster.worklist.line import Pair
from pathways.rules import Finding


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
    """Save the rows in which something was changed: their records, and the District Defined
    Elements of those that stand then. Raises NotApplied where nothing can be saved.
    """
    typed = typed_elements(scope, rows)
    changed = _changed_rows(scope, rows, typed)
    unsaved = _not_to_save(scope, [row for row, _ in changed], typed)
    good = [(row, differs) for row, differs in changed if row.pair not in unsaved]
    records = [row for row, differs in good if differs or not row.version]
    if not good:
        demand_current(scope)
        return GridSaved(unsaved=unsaved)
    batch = uuid.uuid4()
    with ledger.refusals_named(), transaction.atomic() if typed.edits else nullcontext():
        if typed.edits:
            lock_district(scope, exclusive=True)
        written, warnings = 0, tuple[Finding, ...]()
        if records:
            ledger_rows = [row.row() for row in records]
            source = Change.Source.GRID
            saved = entry.save_each(
                scope, ledger_rows, by=by, by_id=by_id, source=source, batch=batch
            )
            unsaved |= _refused(scope, records, saved)
            written, warnings = saved.applied.written, saved.warnings
            if not written:
                demand_current(scope)
        edits = {
            row.pair: typed.edits[row.pair]
            for row, _ in good
            if row.pair in typed.edits and row.pair not in unsaved
        }
        moved = _save_elements(scope, edits, batch, by=by, by_id=by_id)
    unsaved |= {pair: Unsaved(reason=ValueMoved.sentence) for pair in moved}
    written += len(set(edits) - moved - {row.pair for row in records})
    return GridSaved(
        written,
        batch if written else None,
        unsaved,
        tuple((records[finding.key - 1].pair, f"{finding.message}.") for finding in warnings),
    )


def _not_to_save(
    scope: Scope, rows: Sequence[TypedRow], typed: TypedElements
) -> dict[Pair, Unsaved]:
    """The rows in which something cannot be read, or in which an element has no record any more."""
    unsaved = {}
    for row in rows:
        is_retired, own = row.pair in typed.retired, typed.problems.get(row.pair, {})
        if own or is_retired or row.problems:
            unsaved[row.pair] = Unsaved({**row.problems, **own}, RETIRED if is_retired else "")
    stored = [row.pair for row in rows if row.version and row.pair in typed.edits]
    standing = standing_of(scope, stored) if stored else {}
    for pair in set(stored) - set(standing) - set(unsaved):
        unsaved[pair] = Unsaved(reason=_meanwhile(None), is_stale=True)
    return unsaved


def _refused(
    scope: Scope, records: Sequence[TypedRow], saved: entry.EachSaved
) -> dict[Pair, Unsaved]:
    """Why the ledger did not take some of the rows."""
    unsaved: dict[Pair, Unsaved] = {}
    numbers = sorted({*saved.refused, *saved.stale})
    pairs = [records[number - 1].pair for number in numbers]
    standing = standing_of(scope, pairs) if numbers else {}
    for number, pair in zip(numbers, pairs, strict=True):
        row, record = records[number - 1].row(), standing.get(pair)
        if record and values_of(record) == values_of(row):
            continue  # the second click of a double click finds its work done
        if number in saved.stale or (record and not row.version):
            unsaved[pair] = Unsaved(reason=_meanwhile(record), is_stale=True)
        else:
            unsaved[pair] = Unsaved(
                {finding.rule.field: finding.message for finding in reversed(saved.refused[number])}
            )
    return unsaved


def _save_elements(
    scope: Scope,
    edits: Mapping[Pair, Sequence[ElementEdit]],
    batch: UUID,
    *,
    by: str,
    by_id: int | None,
) -> set[Pair]:
    """The rows of which somebody else has just saved an element."""
    if not edits:
        return set()
    typed = [(pair, edit) for pair, own in edits.items() for edit in own]
    saved = many.save(
        scope,
        [(Participation(student_id=pair[0], pathway_id=pair[1]), edit) for pair, edit in typed],
        by=by,
        by_id=by_id,
        source=ElementValueChange.Source.SCREEN,
        batch=batch,
    )
    return set(saved.moved)


def changed_rows(scope: Scope, rows: Sequence[TypedRow]) -> list[TypedRow]:
    """Those that differ from what the page showed; what somebody else saved since is no change of
    theirs.
    """
    return [row for row, _ in _changed_rows(scope, rows, typed_elements(scope, rows))]


def _changed_rows(
    scope: Scope, rows: Sequence[TypedRow], typed: TypedElements
) -> list[tuple[TypedRow, bool]]:
    """With each, whether its record differs; elsewhere an element does alone."""
    rows = with_sums(scope, rows)
    unsure = [row for row in rows if not row.surely_differs]
    images = _images(scope, unsure)
    alike = {row.pair for row in unsure if not row.differs(images.get((row.pair, row.version)))}
    judged = [(row, row.pair not in alike) for row in rows]
    return [(row, differs) for row, differs in judged if differs or typed.has(row.pair)]


def with_sums(scope: Scope, rows: Sequence[TypedRow]) -> list[TypedRow]:
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


def _images(scope: Scope, rows: Iterable[TypedRow]) -> dict[tuple[Pair, int], Cells]:
    """What stood in the versions that the page showed. Most records still stand at theirs."""
    seen = {row.pair: row.version for row in rows if row.version}
    if not seen:
        return {}
    people = filled_up(tuple({student for student, _ in seen}))
    images = {
        ((student, pathway), version): cells
        for student, pathway, version, *cells in _standing_cells(scope, people)
    }
    older = [(pair, version) for pair, version in seen.items() if (pair, version) not in images]
    if older:
        changes = Change.objects.filter(
            district=scope.district,
            student_id__in={student for (student, _), _ in older},
            version__in={version for _, version in older},
        ).exclude(operation=Change.Operation.DELETE)
        images |= {
            ((student, pathway), version): cells
            for student, pathway, version, *cells in changes.values_list(*_WITH_KEY)
        }
    return images


_WITH_KEY = ("student_id", "pathway_id", "version", *COLUMNS)


@prepared
def _standing_cells(scope: Scope, people: tuple[int, ...]) -> QuerySet[Any]:
    """The records of so many students, each as its key and its cells."""
    records = Participation.objects.of_district(scope).filter(student__pk__in=people)
    return records.values_list(*_WITH_KEY)


def standing_of(scope: Scope, pairs: Iterable[Pair]) -> dict[Pair, Participation]:
    chosen = set(pairs)
    records = Participation.objects.of_district(scope).filter(
        student_id__in={student for student, _ in chosen}
    )
    return {
        pair: record
        for record in records
        if (pair := (record.student_id, record.pathway_id)) in chosen
    }


def values_of(record: Participation | Row) -> list[object]:
    return [getattr(record, name) for name in TYPED]


def _meanwhile(record: Participation | None) -> str:
    if record is None:
        return "Someone deleted this record after you opened the page. What you typed is kept."
    return (
        f"{record.modified_by} saved this record after you opened the page:"
        f" {record.total_credits:.2f} credits. What you typed is kept, and nothing was overwritten."
    )
