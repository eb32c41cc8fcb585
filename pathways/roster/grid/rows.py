"""The rows of the grid as the page shows them: what stands, and over it what was typed and not yet
saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from cte_portal.words import text
from pathways.files import values
from pathways.ledger.shape import CREDITS, PARTS_OF_THE_TOTAL
from pathways.models.participation import CONCENTRATOR_CREDITS
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


@dataclass(frozen=True)
class GridCell:
    """`text` is what the cell shows; `head` stands over its column, `name` is its own on the form."""

    kind: str
    """credits, answer, or day."""
    column: str
    name: str
    label: str
    head: str
    text: str
    problem: str = ""
    before: str = ""
    """Credits at the end of last year, to which +0.50 is added."""


_LABELS = {name: label(name) for name in COLUMNS}


@dataclass(frozen=True)
class GridRow:
    """A student and a pathway. `typed` stands where the row was not saved as it was typed."""

    line: RosterLine
    typed: TypedRow | None = None
    unsaved: Unsaved = field(default_factory=Unsaved)

    @cached_property
    def name(self) -> str:
        return f"{self.line.student.pk}-{self.line.pathway.pk}"

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
    def about(self) -> str:
        return f"{self.line.student.name}, {self.line.pathway.name}"

    @cached_property
    def cells(self) -> list[GridCell]:
        before = self.line.before
        return [
            GridCell(
                kind="credits" if name in CREDITS else "answer" if name in ANSWERS else "day",
                column=name,
                name=f"{self.name}-{name}",
                label=f"{_LABELS[name]}, {self.about}",
                head=HEADS[name],
                text=self.texts[name],
                problem=self.unsaved.problems.get(name, ""),
                before=text(getattr(before, name), "") if before and name in CREDITS else "",
            )
            for name in COLUMNS
        ]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(name of the cell, sentence) of what keeps the row from being saved; the cell is empty for
        the row as a whole.
        """
        own = [
            (f"{self.name}-{name}" if name in COLUMNS else "", f"{words}.")
            for name, words in self.unsaved.problems.items()
        ]
        return [*own, ("", self.unsaved.reason)] if self.unsaved.reason else own

    def amount(self, column: str) -> Decimal | None:
        """The credits of a cell; None where they cannot be read."""
        try:
            return values.credits(self.texts[column], "") or Decimal(0)
        except values.Unreadable:
            return None

    @cached_property
    def total(self) -> Decimal | None:
        parts = [self.amount(name) for name in PARTS_OF_THE_TOTAL]
        return None if None in parts else sum((part for part in parts if part), Decimal(0))

    @property
    def mark(self) -> str:
        """What the total says of the concentrator answer: a proposal, never a change. grid.js says
        the same.
        """
        if self.total is None or self.texts[CREDITS[0]] == "":
            return ""
        enough = self.total >= CONCENTRATOR_CREDITS
        if enough == (self.texts["concentrator"].strip().lower() in ("yes", "y")):
            return ""
        return "Yes from 2.00" if enough else "below 2.00"

    @property
    def before(self) -> str:
        """The total at the end of last year."""
        return text(self.line.before.total_credits if self.line.before else None)


def rows_of(
    lines: Iterable[RosterLine],
    typed: Iterable[TypedRow] = (),
    unsaved: Mapping[Pair, Unsaved] | None = None,
) -> list[GridRow]:
    kept = {row.pair: row for row in typed}
    return [
        GridRow(line, kept.get(line.pair), (unsaved or {}).get(line.pair, Unsaved()))
        for line in lines
    ]


def sums_of(rows: Sequence[GridRow]) -> list[Decimal]:
    """Of the page: in and out of district, the total, and the credits within it."""
    amounts = {
        name: sum((row.amount(name) or Decimal(0) for row in rows), Decimal(0)) for name in CREDITS
    }
    inside, outside = (amounts[name] for name in PARTS_OF_THE_TOTAL)
    return [inside, outside, inside + outside, *(amounts[name] for name in CREDITS[2:])]
