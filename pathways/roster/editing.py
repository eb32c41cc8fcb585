"""Roster rows that a person adds, changes or removes on screen: planned by their keys, and written
by the same ledger as a file's.

Each act has an id of its own in the history, by which it can be taken back.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.ledger import ledger as records_ledger
from pathways.ledger.locks import lock_district
from pathways.ledger.refusals import NoActiveYear, OtherYear
from pathways.models import RowChange, SchoolYear
from pathways.roster import certified_year, ledger, staging, undo
from pathways.roster.problems import PROBLEMS
from pathways.roster.shape import Shape
from pathways.roster.shapes import ENROLLMENT


@dataclass(frozen=True)
class RowEdit:
    """A row as it should become. `row` is the stored row's key, None for a new one; `seen` is the
    version of its history that the person saw, 0 before it has one.
    """

    image: dict[str, Any] = field(default_factory=dict)
    row: int | None = None
    seen: int = 0
    is_removed: bool = False


@dataclass(frozen=True)
class Edited:
    """What an act wrote: how many rows, and the id to take it back by."""

    rows: int
    batch: uuid.UUID


class RowMoved(Refusal):
    """Somebody else changed the row since the page was shown."""

    sentence = (
        "Someone else changed this after you opened the page. Nothing was saved. Open the page"
        " again."
    )


class RowNeeded(Refusal):
    """Other rows stand on a row that should go."""

    sentence = "Other data in the portal depend on this, so it cannot be removed."


def version_of(shape: Shape, row: int) -> int:
    """The version of a row's history; 0 where it has none yet."""
    return int(_histories(shape, [row]).get(row, 0))


def versions_of(shape: Shape, rows: Iterable[int]) -> dict[int, int]:
    """The same of many rows; those without a history are not in it."""
    return _histories(shape, rows)


def _histories(shape: Shape, rows: Iterable[int]) -> dict[int, int]:
    history = shape.change._default_manager.filter(row__in=list(rows)).order_by()
    return dict(history.values_list("row").annotate(last=Max("version")))


def image_of(shape: Shape, row: Model) -> dict[str, Any]:
    """What a row holds, by the columns of its table."""
    return {column: getattr(row, shape.fields[column].attname) for column in shape.image}


def write(
    scope: Scope,
    edits: Sequence[tuple[Shape, RowEdit]],
    *,
    by: str,
    by_id: int | None = None,
    batch: uuid.UUID | None = None,
) -> Edited:
    """Carry out all edits or none, each kind in the order in which it comes first. `batch` is the
    id of an act that has several parts.

    Raises a Refusal where somebody else was faster, where other rows stand on a removed one, where
    the year is not the current one or is certified and a record would cross, and where the ledger
    is busy.
    """
    act = ledger.Act(scope, by, by_id, RowChange.Source.SCREEN, batch or uuid.uuid4())
    with records_ledger.refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        _in_current_year(scope)
        rows = write_under_lock(act, edits)
    assert act.batch is not None  # noqa: S101 - given above
    return Edited(rows, act.batch)


def write_under_lock(act: ledger.Act, edits: Sequence[tuple[Shape, RowEdit]]) -> int:
    """The same for who holds the district alone, and has asked whether its year may be written.
    Returns how many rows were written.
    """
    by_shape: dict[str, tuple[Shape, list[RowEdit]]] = {}
    for shape, edit in edits:
        by_shape.setdefault(shape.name, (shape, []))[1].append(edit)
    with connection.cursor() as cursor:
        return sum(_write(cursor, shape, own, act) for shape, own in by_shape.values())


def _in_current_year(scope: Scope) -> None:
    year = SchoolYear.objects.filter(is_active=True).first()
    if year is None:
        raise NoActiveYear
    if year.end_year != scope.end_year:
        raise OtherYear(scope.end_year, year.end_year)


def _write(cursor: Any, shape: Shape, edits: Sequence[RowEdit], act: ledger.Act) -> int:
    values = act.values()
    rows = [edit.row for edit in edits if edit.row is not None]
    stored = shape.model._default_manager.in_bulk(rows)
    seen = versions_of(shape, rows)
    lines = []
    for line, edit in enumerate(edits, 1):
        now = stored.get(edit.row)
        if edit.row is not None and (now is None or seen.get(edit.row, 0) != edit.seen):
            raise RowMoved
        before = image_of(shape, now) if now else {}
        after = {**before, **edit.image}
        if edit.is_removed:
            operation = "delete"
        else:
            operation = "create" if now is None else "update"
            if before == after:
                continue
        lines.append((line, edit.row, operation, after))
    if removed := [row for _, row, operation, _ in lines if operation == "delete"]:
        _nothing_stands_on(cursor, shape, removed)
    _plan(cursor, shape, lines)
    if shape is ENROLLMENT and values["sealed"]:
        certified_year.hold(cursor, values)
    cursor.execute(f"SELECT problem FROM {shape.plan} WHERE problem IS NOT NULL LIMIT 1")
    if first := cursor.fetchone():
        problem = PROBLEMS[first[0]]
        raise Refusal(f"{problem.title}. {problem.remedy} Nothing was saved.")
    written = ledger.apply(cursor, shape, values)
    staging.clear(cursor, shape)
    return written


def _nothing_stands_on(cursor: Any, shape: Shape, rows: Sequence[int | None]) -> None:
    marks = ", ".join(["%s"] * len(rows))
    for table, column in shape.dependents:
        cursor.execute(f"SELECT 1 FROM {table} WHERE {column} IN ({marks}) LIMIT 1", list(rows))
        if cursor.fetchone():
            raise RowNeeded


def _plan(
    cursor: Any, shape: Shape, lines: Sequence[tuple[int, int | None, str, dict[str, Any]]]
) -> None:
    """Put the rows into the table that the ledger writes from, whose columns are the stored ones."""
    columns = tuple(shape.image)
    staging.prepare(cursor, shape)
    marks = ", ".join(["%s"] * (len(columns) + 4))
    cursor.executemany(
        f"INSERT INTO {shape.plan} (part, line, row_id, operation, {', '.join(columns)}) VALUES"
        f" ({marks})",
        [
            (
                0,
                line,
                row,
                operation,
                *(
                    shape.fields[column].get_db_prep_save(image[column], connection)
                    for column in columns
                ),
            )
            for line, row, operation, image in lines
        ],
    )


def take_back(
    scope: Scope, batch: uuid.UUID, *, by: str, by_id: int | None = None
) -> list[undo.Undone]:
    """Undo an act of a screen; what others have changed or used since stays. Raises a Refusal."""
    act = ledger.Act(scope, by, by_id, RowChange.Source.UNDO, uuid.uuid4())
    with records_ledger.refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        _in_current_year(scope)
        with connection.cursor() as cursor:
            kinds = undo.undo(cursor, act.values(), batch)
    return kinds
