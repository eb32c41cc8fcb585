"""What is entered for a district's elements in one record: written with its history, and taken back
by the id of the act. The seal does not stop it (R-DDE-09, R-DDE-10).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from cte_portal.refusals import Refusal
from pathways.ledger.current_year import demand_current
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.models import Element, ElementValue, ElementValueChange, Participation
from pathways.models.author import told_apart

Content = str | Decimal | datetime.date | bool | None
Columns = dict[str, object]
Source = ElementValueChange.Source
TYPED_COLUMNS = ("text", "number", "date", "yes")


@dataclass(frozen=True)
class ElementEdit:
    """The value as it should become, at the version that the person saw; 0 where there was none."""

    element: Element
    content: Content
    seen: int


class ValueMoved(Refusal):
    """Somebody else saved an element of the record in between."""

    sentence = (
        "Someone else saved an element of this record after you opened it. Nothing was saved yet,"
        " and what you typed is kept. Save again to replace it."
    )


def columns_of(kind: str, content: Content) -> Columns:
    """A value by the columns of its row."""
    empty: Columns = {"text": "", "number": None, "date": None, "yes": None}
    column = {Element.Kind.CHOICE: "text", Element.Kind.YES_NO: "yes"}.get(Element.Kind(kind), kind)
    return empty if content is None else {**empty, column: content}


def values_of(record: Participation) -> dict[int, ElementValue]:
    """The rows of one record, by element."""
    return {row.element_id: row for row in _values_of(record.student_id, record.pathway_id)}


@prepared
def _values_of(student: int, pathway: int) -> QuerySet[ElementValue]:
    return ElementValue.objects.filter(student=student, pathway=pathway)


def edits_of_new(record: Participation, edits: Iterable[ElementEdit]) -> list[ElementEdit]:
    """What was typed for a record that was just entered. The values of one that was deleted have
    waited for it: what was typed takes their place, and what was left empty leaves them.
    """
    waiting = values_of(record)
    return [
        replace(edit, seen=waiting[edit.element.pk].version if edit.element.pk in waiting else 0)
        for edit in edits
        if edit.content is not None
    ]


def history_of(
    scope: Scope, student: int, pathway: int
) -> list[tuple[ElementValueChange, str, str]]:
    """Each change of a record's elements with the element's name and the value before it, newest
    first.
    """
    changes = ElementValueChange.objects.filter(student_id=student, pathway_id=pathway)
    lines = told_apart(changes.order_by("-pk"))
    if not lines:
        return []
    names = dict(Element.objects.of_district(scope).values_list("pk", "name"))
    images = {(line.row, line.version): line.words for line in lines}
    return [
        (line, names.get(line.element_id, ""), images.get((line.row, line.version - 1), ""))
        for line in lines
    ]


def save(
    scope: Scope,
    record: Participation,
    edits: Iterable[ElementEdit],
    *,
    by: str,
    by_id: int,
    source: ElementValueChange.Source = ElementValueChange.Source.SCREEN,
) -> uuid.UUID | None:
    """Write what differs, all or none. Returns the id of the act, None where nothing differs.

    Raises ValueMoved, and what the ledger raises of the year and of the district.
    """
    batch = uuid.uuid4()
    try:
        with refusals_named(), transaction.atomic():
            lock_district(scope)
            demand_current(scope)
            stored = values_of(record)
            changes = [write(scope, record, edit, stored.get(edit.element.pk)) for edit in edits]
            lines = [change for change in changes if change]
            keep(lines, batch, by=by, by_id=by_id, source=source)
    except IntegrityError as error:
        raise ValueMoved from error
    return batch if lines else None


def keep(
    lines: Iterable[ElementValueChange],
    batch: uuid.UUID,
    *,
    by: str,
    by_id: int | None,
    source: ElementValueChange.Source,
) -> None:
    """Write an act's lines of history."""
    lines = list(lines)
    for line in lines:
        line.by, line.by_id, line.source = by, by_id, source.value
        line.batch, line.at = batch, timezone.now()
    ElementValueChange.objects.bulk_create(lines)


def write(
    scope: Scope, record: Participation, edit: ElementEdit, stored: ElementValue | None
) -> ElementValueChange | None:
    """Write one row, and say what its history has to say; None where it is so already."""
    planned = plan(scope, record, edit, stored)
    if planned is None:
        return None
    value, line = planned
    if stored is None:
        value.save()
    elif not ElementValue.objects.filter(pk=value.pk, version=edit.seen).update(
        version=value.version, **{name: getattr(value, name) for name in TYPED_COLUMNS}
    ):
        raise ValueMoved
    line.row = value.pk
    return line


def plan(
    scope: Scope, record: Participation, edit: ElementEdit, stored: ElementValue | None
) -> tuple[ElementValue, ElementValueChange] | None:
    """The row as it will be, and its line of history, which has the row's key once that is known;
    None where nothing differs. Raises ValueMoved.
    """
    after = columns_of(edit.element.kind, edit.content)
    empty = columns_of("text", None)
    before = {name: getattr(stored, name) for name in TYPED_COLUMNS} if stored else empty
    if before == after:
        return None
    if (stored.version if stored else 0) != edit.seen:
        raise ValueMoved
    about = {"student_id": record.student_id, "pathway_id": record.pathway_id}
    value = stored or ElementValue(element=edit.element, **about)
    value.version = edit.seen + 1
    for name, content in after.items():
        setattr(value, name, content)
    operation = ElementValueChange.Operation
    return value, ElementValueChange(
        district=scope.district,
        end_year=scope.end_year,
        row=value.pk or 0,
        version=value.version,
        operation=(
            operation.DELETE
            if edit.content is None
            else operation.CREATE
            if before == empty
            else operation.UPDATE
        ),
        element_id=edit.element.pk,
        **about,
        **after,
    )


def take_back(
    scope: Scope, record: Participation, batch: uuid.UUID, *, by: str, by_id: int
) -> uuid.UUID | None:
    """Bring the values of one act of the year back to what they were before it. Raises ValueMoved
    where somebody changed one since.
    """
    changes = ElementValueChange.objects.filter(
        district=scope.district,
        end_year=scope.end_year,
        batch=batch,
        student_id=record.student_id,
        pathway_id=record.pathway_id,
    )
    elements = Element.objects.of_district(scope).in_bulk()
    edits = []
    for change in changes:
        before = ElementValueChange.objects.filter(
            row=change.row, version=change.version - 1
        ).first()
        edits.append(
            ElementEdit(
                elements[change.element_id], before.content if before else None, change.version
            )
        )
    source = ElementValueChange.Source.UNDO
    return save(scope, record, edits, by=by, by_id=by_id, source=source)


def carry(
    scope: Scope, student: int, twin: int, batch: uuid.UUID, *, by: str, by_id: int | None
) -> None:
    """Give the values of one row of a student to the other row, as a part of their merge; retired
    elements too. A value that waits for a deleted record stays where the other row has its own.

    Called in the merge's transaction, with the district held.
    """
    own = {
        (value.pathway_id, value.element_id): value
        for value in ElementValue.objects.filter(student=student)
    }
    lines = []
    for value in ElementValue.objects.filter(student=twin).select_related("element"):
        there = own.get((value.pathway_id, value.element_id))
        if value.content is None or (there and there.content is not None):
            continue
        for owner, stored, content in ((student, there, value.content), (twin, value, None)):
            record = Participation(student_id=owner, pathway_id=value.pathway_id)
            edit = ElementEdit(value.element, content, stored.version if stored else 0)
            lines.append(write(scope, record, edit, stored))
    source = ElementValueChange.Source.SCREEN
    keep(filter(None, lines), batch, by=by, by_id=by_id, source=source)


def carry_back(scope: Scope, batch: uuid.UUID, *, by: str, by_id: int | None) -> None:
    """Undo of that part. Raises a Refusal where somebody changed a value since."""
    changes = ElementValueChange.objects.filter(district=scope.district, batch=batch)
    elements = Element.objects.of_district(scope).in_bulk()
    rows = ElementValue.objects.in_bulk(changes.values_list("row", flat=True))
    lines = []
    for change in changes.order_by("pk"):
        earlier = ElementValueChange.objects.filter(row=change.row, version=change.version - 1)
        before = earlier.first()
        record = Participation(student_id=change.student_id, pathway_id=change.pathway_id)
        content = before.content if before else None
        if rows[change.row].version != change.version:
            raise Refusal(
                "This can no longer be undone: an element of a record was changed since. Nothing"
                " was saved."
            )
        edit = ElementEdit(elements[change.element_id], content, change.version)
        lines.append(write(scope, record, edit, rows[change.row]))
    source = ElementValueChange.Source.UNDO
    keep(filter(None, lines), uuid.uuid4(), by=by, by_id=by_id, source=source)


def copy(
    scope: Scope, record: Participation, target: Participation, *, by: str, by_id: int
) -> uuid.UUID | None:
    """Give a record the values of another one of its student, where it has none of its own."""
    own = values_of(target)
    stored = ElementValue.objects.filter(student=record.student_id, pathway=record.pathway_id)
    edits = [
        ElementEdit(value.element, value.content, there.version if there else 0)
        for value in stored.select_related("element")
        if value.content is not None
        and ((there := own.get(value.element_id)) is None or there.content is None)
    ]
    return save(scope, target, edits, by=by, by_id=by_id) if edits else None


def shown(
    elements: Sequence[Element], values: dict[int, ElementValue]
) -> list[tuple[Element, str]]:
    """Label and value of what is asked or was answered, as text."""
    return [
        (element, values[element.pk].words if element.pk in values else "")
        for element in elements
        if not element.is_retired or (element.pk in values and values[element.pk].words)
    ]
