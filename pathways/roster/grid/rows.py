"""The rows of the grid as the page shows them: what stands, and over it what was typed and not yet
saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.utils.functional import cached_property

from cte_portal.words import text
from pathways.elements.entry_form import choices_of
from pathways.files import values
from pathways.ledger.shape import CREDITS, PARTS_OF_THE_TOTAL
from pathways.models import Element, ElementValue
from pathways.models.participation import CONCENTRATOR_CREDITS
from pathways.roster.grid.elements import Cell, ElementColumns, column_of
from pathways.roster.grid.saving import Unsaved
from pathways.roster.grid.typed import ANSWERS, COLUMNS, Beginning, TypedRow, label, shown
from pathways.roster.worklist.line import Pair, RosterLine

_OVER_COLUMNS = (
    "In District",
    "Out of District",
    "Dual",
    "Work Based",
    "Concentrator",
    "Single Parent",
    "Start Date",
)
HEADS = dict(zip(COLUMNS, _OVER_COLUMNS, strict=True))

OF_CREDITS = ("In District", "Out of District", "Total", "Dual", "Work Based")
"""The heads over amounts, the total among them."""


class GridCell(NamedTuple):
    """`text` is what the cell shows; `head` stands over its column, `name` is its own on the form."""

    kind: str
    """credits, answer, or day; of an element its own kind."""
    column: str
    name: str
    label: str
    head: str
    text: str
    problem: str = ""
    before: str = ""
    """Credits at the end of last year, to which +0.50 is added."""
    choices: tuple[str, ...] = ()
    """What can be chosen for an element; empty where it is typed."""
    seen: int = 0
    """The version of an element's value."""


def kind_of(column: str) -> str:
    """Of a column of the record."""
    return "credits" if column in CREDITS else "answer" if column in ANSWERS else "day"


_LABELS = {name: label(name) for name in COLUMNS}


def amount_of(words: str) -> Decimal | None:
    """The credits of a cell; None where they cannot be read."""
    try:
        return values.credits(words, "") or Decimal(0)
    except values.Unreadable:
        return None


def total_of(texts: Mapping[str, str]) -> Decimal | None:
    parts = [amount_of(texts[name]) for name in PARTS_OF_THE_TOTAL]
    return None if None in parts else sum((part for part in parts if part), Decimal(0))


def advice_of(texts: Mapping[str, str]) -> str:
    """What the total says of the concentrator answer: a proposal, never a change. grid.js says the
    same.
    """
    return _advice(texts, total_of(texts))


def _advice(texts: Mapping[str, str], total: Decimal | None) -> str:
    if total is None or texts[CREDITS[0]] == "":
        return ""
    enough = total >= CONCENTRATOR_CREDITS
    if enough == (texts["concentrator"].strip().lower() in ("yes", "y")):
        return ""
    return "Yes from 2.00" if enough else "below 2.00"


@dataclass(frozen=True)
class GridRow:
    """A student and a pathway. `typed` stands where the row was not saved as it was typed."""

    line: RosterLine
    typed: TypedRow | None = None
    unsaved: Unsaved = field(default_factory=Unsaved)
    elements: Sequence[Element] = ()
    values: Mapping[Cell, ElementValue] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        return f"{self.line.student.pk}-{self.line.pathway.pk}"

    @property
    def first(self) -> str:
        """The name of its first cell."""
        return f"{self.name}-{COLUMNS[0]}"

    @property
    def seen(self) -> str:
        """What the page shows, for the save to compare with."""
        if self.typed:
            return self.typed.seen
        if self.line.record:
            return str(self.line.record.version)
        cells = Beginning.of(self.line).cells
        return f"0|{cells['single_parent']}|{cells['start_date']}"

    @cached_property
    def texts(self) -> Mapping[str, str]:
        if self.typed:
            return self.typed.cells
        return shown(self.line.record) if self.line.record else Beginning.of(self.line).cells

    @cached_property
    def student(self) -> str:
        name: str = self.line.student.name
        return name

    @cached_property
    def about(self) -> str:
        return f"{self.student}, {self.line.pathway.name}"

    @cached_property
    def cells(self) -> list[GridCell]:
        return [
            GridCell(
                kind=kind_of(name),
                column=name,
                name=f"{self.name}-{name}",
                label=f"{_LABELS[name]}, {self.about}",
                head=HEADS[name],
                text=self.texts[name],
                problem=self.unsaved.problems.get(name, ""),
                before=self.before_of(name),
            )
            for name in COLUMNS
        ]

    def before_of(self, column: str) -> str:
        """The column's credits at the end of last year; empty where there were none."""
        before = self.line.before
        return text(getattr(before, column), "") if before and column in CREDITS else ""

    @cached_property
    def element_cells(self) -> list[GridCell]:
        return [self._element_cell(element) for element in self.elements]

    def _element_cell(self, element: Element) -> GridCell:
        """What somebody else saved meanwhile is said once, beside what was typed; the next save
        replaces it.
        """
        column = column_of(element.pk)
        value = self.values.get((self.line.pair, element.pk))
        typed = self.typed.elements.get(element.pk) if self.typed else None
        problem = self.unsaved.problems.get(column, "")
        version = value.version if value else 0
        seen = typed.seen if typed and not problem else version
        words = value.words if value else ""
        choices: tuple[str, ...] = ()
        if element.kind == Element.Kind.YES_NO:
            choices = ("Yes", "No")
        elif element.kind == Element.Kind.CHOICE:
            choices = tuple(choices_of(element, words))
        return GridCell(
            kind=element.kind,
            column=column,
            name=f"{self.name}-{column}_{seen}",
            label=f"{element.name}, {self.about}",
            head=element.name,
            text=typed.text if typed else words,
            problem=problem,
            choices=choices,
            seen=seen,
        )

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(name of the cell, sentence) of what keeps the row from being saved; the cell is empty
        for the row as a whole.
        """
        if not self.unsaved.problems and not self.unsaved.reason:
            return []
        names = {cell.column: cell.name for cell in (*self.cells, *self.element_cells)}
        own = [
            (names.get(column, ""), f"{words}.") for column, words in self.unsaved.problems.items()
        ]
        return [*own, ("", self.unsaved.reason)] if self.unsaved.reason else own

    def amount(self, column: str) -> Decimal | None:
        if self.line.record and not self.typed:
            stored: Decimal = getattr(self.line.record, column)
            return stored
        return amount_of(self.texts[column])

    @cached_property
    def total(self) -> Decimal | None:
        if self.line.record and not self.typed:
            return self.line.record.total_credits
        return total_of(self.texts)

    @property
    def mark(self) -> str:
        return _advice(self.texts, self.total)

    @property
    def before(self) -> str:
        """The total at the end of last year."""
        return text(self.line.before.total_credits if self.line.before else None)


def rows_of(
    lines: Iterable[RosterLine],
    typed: Iterable[TypedRow] = (),
    unsaved: Mapping[Pair, Unsaved] | None = None,
    columns: ElementColumns | None = None,
) -> list[GridRow]:
    kept, lines = {row.pair: row for row in typed}, list(lines)
    elements = columns.shown if columns else ()
    values = columns.values(line.pair for line in lines) if columns else {}
    return [
        GridRow(
            line,
            kept.get(line.pair),
            (unsaved or {}).get(line.pair, Unsaved()),
            elements,
            values,
        )
        for line in lines
    ]


def sums_of(rows: Sequence[GridRow]) -> list[Decimal]:
    """Of the page: in and out of district, the total, and the credits within it."""
    amounts = {
        name: sum((row.amount(name) or Decimal(0) for row in rows), Decimal(0)) for name in CREDITS
    }
    inside, outside = (amounts[name] for name in PARTS_OF_THE_TOTAL)
    return [inside, outside, inside + outside, *(amounts[name] for name in CREDITS[2:])]
