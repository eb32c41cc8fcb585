"""Values of many records, written and taken back as one act: as many statements for 2,000 as for
ten.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from cte_portal.editions import Scope
from pathways.elements.values import TYPED_COLUMNS, ElementEdit, ValueMoved, keep, plan
from pathways.ledger.current_year import demand_current
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.models import Element, ElementValue, ElementValueChange, Participation

Source = ElementValueChange.Source
AT_ONCE = 500
Edits = Sequence[tuple[Participation, ElementEdit]]


@dataclass(frozen=True)
class ValuesSaved:
    """`moved` has the student and the pathway of each value that somebody else has saved meanwhile;
    those are left.
    """

    batch: uuid.UUID | None
    written: int
    unchanged: int
    moved: tuple[tuple[int, int], ...]


def save(
    scope: Scope,
    edits: Edits,
    *,
    by: str,
    by_id: int | None,
    source: ElementValueChange.Source,
    batch: uuid.UUID | None = None,
) -> ValuesSaved:
    """Write what differs and stands at the version that the person saw. `batch` names an act of
    which this is a part.

    Raises what the ledger raises of the year and of the district.
    """
    try:
        with refusals_named(), transaction.atomic():
            lock_district(scope, exclusive=True)
            demand_current(scope)
            return _save(scope, edits, by=by, by_id=by_id, source=source, batch=batch)
    except IntegrityError as error:
        raise ValueMoved from error


def _save(
    scope: Scope,
    edits: Edits,
    *,
    by: str,
    by_id: int | None,
    source: ElementValueChange.Source,
    batch: uuid.UUID | None,
) -> ValuesSaved:
    students = {record.student_id for record, _ in edits}
    elements = {edit.element for _, edit in edits}
    rows = ElementValue.objects.filter(student__in=students, element__in=elements)
    stored = {(row.student_id, row.pathway_id, row.element_id): row for row in rows}
    pairs, moved, unchanged = [], [], 0
    for record, edit in edits:
        key = (record.student_id, record.pathway_id, edit.element.pk)
        try:
            planned = plan(scope, record, edit, stored.get(key))
        except ValueMoved:
            moved.append((record.student_id, record.pathway_id))
            continue
        if planned:
            pairs.append(planned)
            stored[key] = planned[0]
        else:
            unchanged += 1
    old = [value for value, _ in pairs if value.pk]
    ElementValue.objects.bulk_update(old, ["version", *TYPED_COLUMNS], AT_ONCE)
    ElementValue.objects.bulk_create([value for value, _ in pairs if not value.pk], AT_ONCE)
    for value, line in pairs:
        line.row = value.pk
    batch = batch or uuid.uuid4()
    keep([line for _, line in pairs], batch, by=by, by_id=by_id, source=source)
    return ValuesSaved(batch if pairs else None, len(pairs), unchanged, tuple(moved))


def take_back(
    scope: Scope,
    batch: uuid.UUID,
    *,
    by: str,
    by_id: int | None,
    source: ElementValueChange.Source,
) -> ValuesSaved:
    """Undo an act of the year on many records: each value that nobody has changed since."""
    own = ElementValueChange.objects.filter(district=scope.district, end_year=scope.end_year)
    changes = list(own.filter(batch=batch, source=source))
    elements = Element.objects.of_district(scope).in_bulk()
    earlier = ElementValueChange.objects.filter(
        row__in=[change.row for change in changes],
        version__in={change.version - 1 for change in changes},
    )
    before = {(change.row, change.version): change.content for change in earlier}
    edits = [
        (
            Participation(student_id=change.student_id, pathway_id=change.pathway_id),
            ElementEdit(
                elements[change.element_id],
                before.get((change.row, change.version - 1)),
                change.version,
            ),
        )
        for change in changes
    ]
    return save(scope, edits, by=by, by_id=by_id, source=Source.UNDO)
