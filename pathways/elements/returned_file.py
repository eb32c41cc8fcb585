"""The district's own file of its elements, brought back (R-DDE-08): read and judged first, saved
once it has been seen, and taken back as one act.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ValidationError

from cte_portal.editions import Scope
from cte_portal.ui.csv_file import FORMULA
from pathways.elements import many
from pathways.elements.entry_form import choices_of
from pathways.elements.entry_form import read as read_value
from pathways.elements.values import ElementEdit, columns_of
from pathways.files import damage
from pathways.files.cells import plain
from pathways.files.layout import Column
from pathways.files.table import Table, TableRow
from pathways.files.text import FileRefused, printable
from pathways.models import Element, ElementValue, Participation, Pathway

MOST_BYTES, MOST_ROWS = 2_000_000, 10_000
STATE_ID, PATHWAY, PREFIX = "State ID", "CTE Pathway", "dde."
COLUMNS = (
    Column(STATE_ID, "state_id", 9, "9 digits", "999000123", provisional=False),
    Column(PATHWAY, "pathway", 100, "name or code", "Health Professions", provisional=False),
)


class NewValue(NamedTuple):
    """A value to save: of which record and element, at which version of the value the file was
    judged.
    """

    student: int
    pathway: int
    element: int
    words: str
    seen: int


class ValueLine(NamedTuple):
    """What the preview says of a value to save."""

    student: str
    pathway: str
    element: str
    before: str
    after: str


class RefusedRow(NamedTuple):
    line: int
    state_id: str
    reason: str


@dataclass
class ValuesPlan:
    """What saving the file would do. A row with a refused value is saved in its other ones."""

    new: list[NewValue] = field(default_factory=list)
    lines: list[ValueLine] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def elements_of(scope: Scope) -> dict[str, Element]:
    """Those in use, by the name of their column."""
    elements = Element.objects.of_district(scope).in_use().prefetch_related("choices")
    return {f"{PREFIX}{element.key}": element for element in elements}


def plan(scope: Scope, content: bytes) -> ValuesPlan:
    """Read and judge a file; as many statements for any number of rows. Raises FileRefused for what
    is no such file.
    """
    elements = elements_of(scope)
    table = Table(io.BytesIO(content), [STATE_ID, PATHWAY, *elements], [STATE_ID, PATHWAY])
    rows: list[TableRow] = []
    for row in table:
        if len(rows) == MOST_ROWS:
            raise FileRefused(f"The file has more than {MOST_ROWS:,} rows. Split it")
        rows.append(row)
    if not rows:
        raise FileRefused("The file has column titles but no rows")
    planned = ValuesPlan(notes=[*table.notes, *_unknown(table, elements)])
    if not any(name in elements for name in rows[0].values) and not rows[0].problem:
        raise FileRefused("The file has no column of an element in use, like dde.bus_route")
    records, stored = _standing(scope, {_state_id(row) for row in rows}, elements)
    pathways = _pathways(scope)
    lines: dict[tuple[int, int], int] = {}
    for row in rows:
        record, problems = _record(row, records, pathways, lines)
        if record is None:
            if not row.problem:
                problems += _unfit(row, elements)
            state_id = _state_id(row)[:20]
            planned.refused += [RefusedRow(row.line, state_id, problem) for problem in problems]
            continue
        _judge(planned, row, record, elements, stored)
    return planned


def _unknown(table: Table, elements: Mapping[str, Element]) -> list[str]:
    """The notice of columns that name no element in use: others, such as the record's own, are
    passed over.
    """
    own = [name for name in table.other_names if name.lower().startswith(PREFIX)]
    return [f"{name} is not an element in use: its values were left out" for name in own]


def _state_id(row: TableRow) -> str:
    return damage.bare(damage.without_point(printable(row.values.get(STATE_ID, ""))))


def _pathways(scope: Scope) -> dict[str, Pathway]:
    pathways = Pathway.objects.in_scope(scope)
    return {plain(name): pathway for pathway in pathways for name in (pathway.name, pathway.code)}


def _standing(
    scope: Scope, state_ids: set[str], elements: Mapping[str, Element]
) -> tuple[dict[tuple[str, int], Participation], dict[tuple[int, int, int], ElementValue]]:
    records = Participation.objects.in_scope(scope).select_related("student", "pathway")
    own = records.filter(student__state_id__in=state_ids)
    by_key = {(record.student.state_id, record.pathway_id): record for record in own}
    students = {record.student_id for record in by_key.values()}
    rows = ElementValue.objects.filter(element__in=elements.values(), student__in=students)
    return by_key, {(row.student_id, row.pathway_id, row.element_id): row for row in rows}


def _record(
    row: TableRow,
    records: Mapping[tuple[str, int], Participation],
    pathways: Mapping[str, Pathway],
    lines: dict[tuple[int, int], int],
) -> tuple[Participation | None, list[str]]:
    """The record of a row, or all that is wrong with how the row names one; `lines` are those of
    the rows before it.
    """
    if row.problem:
        return None, [row.problem]
    problems = []
    state_id = _state_id(row)
    if lost := damage.lost_zeros(state_id, STATE_ID, 9):
        problems.append(lost.message)
    elif not (state_id.isascii() and state_id.isdigit() and len(state_id) == 9):
        problems.append("A State ID has 9 digits" if state_id else "Enter the State ID")
    pathway = pathways.get(plain(row.values[PATHWAY]))
    if pathway is None:
        problems.append("This pathway is not known" if row.values[PATHWAY] else "Enter a pathway")
    if problems or pathway is None:
        return None, problems
    record = records.get((state_id, pathway.pk))
    if record is None:
        return None, ["This district has no such record. Values are saved for records only"]
    if earlier := lines.get((record.student_id, record.pathway_id)):
        return None, [f"Line {earlier} is about the same record"]
    lines[record.student_id, record.pathway_id] = row.line
    return record, []


def _unfit(row: TableRow, elements: Mapping[str, Element]) -> list[str]:
    """What is wrong with the values of a row, whichever record it is about: a retired choice may
    stand in that one.
    """
    problems = []
    for name, element in elements.items():
        if words := _unprotected(row.values.get(name, "")):
            try:
                read_value(element, choices_of(element, words), words)
            except ValidationError as problem:
                problems.append("; ".join(problem.messages))
    return problems


def _judge(
    planned: ValuesPlan,
    row: TableRow,
    record: Participation,
    elements: Mapping[str, Element],
    stored: Mapping[tuple[int, int, int], ElementValue],
) -> None:
    """An empty cell leaves the value that stands."""
    is_unchanged = True
    for name, element in elements.items():
        words = _unprotected(row.values.get(name, ""))
        if not words:
            continue
        value = stored.get((record.student_id, record.pathway_id, element.pk))
        before = value.words if value else ""
        if words == before:
            continue
        try:
            content = read_value(element, choices_of(element, before), words)
        except ValidationError as problem:
            planned.refused.append(
                RefusedRow(row.line, record.student.state_id, "; ".join(problem.messages))
            )
            is_unchanged = False
            continue
        image = value.content if value else None
        if columns_of(element.kind, content) == columns_of(element.kind, image):
            continue
        is_unchanged = False
        planned.new.append(
            NewValue(
                record.student_id,
                record.pathway_id,
                element.pk,
                words,
                value.version if value else 0,
            )
        )
        planned.lines.append(
            ValueLine(record.student.name, record.pathway.name, element.name, before, words)
        )
    planned.unchanged += is_unchanged


def _unprotected(cell: str) -> str:
    """The value without the apostrophe by which a file keeps it from being a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def save(
    scope: Scope, rows: Sequence[NewValue], *, by: str, by_id: int
) -> tuple[uuid.UUID | None, int]:
    """Save what was seen; the id of the act, and how many values have moved since or can no longer
    be entered, which are left. Raises what the ledger raises of the year and of the district.
    """
    elements = {element.pk: element for element in elements_of(scope).values()}
    edits = []
    for row in rows:
        element = elements.get(row.element)
        if element is None:
            continue
        try:
            content = read_value(element, choices_of(element, row.words), row.words)
        except ValidationError:
            continue
        record = Participation(student_id=row.student, pathway_id=row.pathway)
        edits.append((record, ElementEdit(element, content, row.seen)))
    saved = many.save(scope, edits, by=by, by_id=by_id, source=many.Source.FILE)
    return saved.batch, len(rows) - saved.written - saved.unchanged
