"""The rows of the grid for its page, as patterns that are filled in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from cte_portal.editions import Scope
from cte_portal.ui.patterns import Patterns, joined
from cte_portal.words import text
from pathways.ledger.shape import CREDITS, PARTS_OF_THE_TOTAL
from pathways.roster.grid.rows import HEADS, GridCell, GridRow, kind_of
from pathways.roster.grid.typed import ANSWERS, COLUMNS, label


class ElementCells:
    """Cells that are lists or lines of text; `first` is the name of the one that takes the focus."""

    def __init__(self, patterns: Patterns, *, may_edit: bool, first: str = "") -> None:
        self.patterns, self.may_edit, self.first = patterns, may_edit, first
        self._known_options: dict[tuple[tuple[str, ...], str], str] = {}

    def cell(self, cell: GridCell) -> SafeString:
        values = {
            "name": cell.name,
            "column": cell.column,
            "label": cell.label,
            "head": cell.head,
            "text": cell.text if self.may_edit else text(cell.text),
            "options": self._options(cell),
        }
        return self.patterns.fill(
            "pathways/roster/grid_element.html",
            values,
            kind=cell.kind,
            is_list=bool(cell.choices),
            has_problem=bool(cell.problem),
            has_focus=cell.name == self.first,
            may_edit=self.may_edit,
        )

    def _options(self, cell: GridCell) -> str:
        key = (cell.choices, cell.text)
        if cell.choices and key not in self._known_options:
            self._known_options[key] = render_to_string(
                "pathways/roster/grid_options.html", {"cell": cell}
            )
        return self._known_options.get(key, "")


class CellPattern(NamedTuple):
    """A cell of a record's column, with marks where rows differ: `name` for the row's name, `about`
    for whose it is, the column's own for what stands in it, and one for last year's credits.
    """

    column: str
    is_yes: bool
    has_problem: bool
    has_focus: bool
    adds: bool

    @property
    def kind(self) -> str:
        return kind_of(self.column)

    @property
    def head(self) -> str:
        return HEADS[self.column]

    @property
    def follows_total(self) -> bool:
        return COLUMNS.index(self.column) == len(PARTS_OF_THE_TOTAL)

    @property
    def name(self) -> str:
        return f"{{name}}-{self.column}"

    @property
    def label(self) -> str:
        return f"{label(self.column)}, {{about}}"

    @property
    def text(self) -> str:
        return f"{{{self.column}}}"

    @property
    def before(self) -> str:
        return f"{{before_{self.column}}}"


class RowKind(NamedTuple):
    """What the rows of a class differ in but for what stands in them: they are of few kinds.
    `answers` are those of ANSWERS, `problems` and `focus` name columns.
    """

    answers: tuple[bool, ...]
    problems: tuple[str, ...]
    focus: str
    adds: bool

    @property
    def cells(self) -> list[CellPattern]:
        yes = {name for name, is_yes in zip(ANSWERS, self.answers, strict=True) if is_yes}
        return [
            CellPattern(
                name,
                is_yes=name in yes,
                has_problem=name in self.problems,
                has_focus=name == self.focus,
                adds=self.adds and name in CREDITS,
            )
            for name in COLUMNS
        ]


_STUDENT, _PATHWAY = 10**17 + 1, 10**17 + 2  # longer than any key: places in an address


class Rows:
    """`first` is the name of the cell that takes the focus."""

    def __init__(self, scope: Scope, *, may_edit: bool, first: str = "") -> None:
        self.scope, self.may_edit = scope, may_edit
        self.focused_row, _, self.focused_column = first.rpartition("-")
        self.patterns = Patterns()
        self.elements = ElementCells(self.patterns, may_edit=may_edit, first=first)

    def all(self, rows: Iterable[GridRow]) -> SafeString:
        return joined(map(self._row, rows))

    def _row(self, row: GridRow) -> SafeString:
        line, texts, name = row.line, row.texts, row.name
        kind = RowKind(
            tuple([texts[column] == "Yes" for column in ANSWERS]),
            tuple(row.unsaved.problems),
            self.focused_column if name == self.focused_row else "",
            bool(line.before),
        )
        values = {
            "name": name,
            "address": self._addresses[bool(line.record)].format(*line.pair),
            "student": row.student,
            "grade": line.student.grade,
            "pathway": line.pathway.name,
            "about": row.about,
            "seen": row.seen,
            "before": row.before,
            "problems": self._problems(row),
            "total": text(row.total),
            "mark": row.mark,
            "elements": joined(map(self.elements.cell, row.element_cells)),
            **(texts if self.may_edit else {column: text(texts[column]) for column in COLUMNS}),
        }
        if kind.adds:
            values |= {f"before_{column}": row.before_of(column) for column in CREDITS}
        return self.patterns.fill(
            "pathways/roster/grid_row.html",
            values,
            kind=kind,
            has_record=bool(line.record),
            has_error=bool(row.problems),
            is_typed=bool(row.typed),
            may_edit=self.may_edit,
        )

    @cached_property
    def _addresses(self) -> tuple[str, str]:
        """Of a student's page and of a record, with the places of the two keys: asked once, as 200
        rows would ask for as long as the layout takes.
        """
        scope = [self.scope.district, self.scope.end_year]
        student = reverse("cte-student", args=[*scope, _STUDENT])
        record = reverse("cte-record", args=[*scope, _STUDENT, _PATHWAY])
        first, second = (
            address.replace(str(_STUDENT), "{0}").replace(str(_PATHWAY), "{1}")
            for address in (student, record)
        )
        return first, second

    @staticmethod
    def _problems(row: GridRow) -> str:
        return (
            render_to_string("pathways/roster/grid_problems.html", {"row": row})
            if row.problems
            else ""
        )
