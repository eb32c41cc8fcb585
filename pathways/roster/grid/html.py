"""The rows of the grid for its page, as patterns that are filled in."""

from __future__ import annotations

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
from pathways.roster.grid.typed import COLUMNS, label


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
    """A cell of a record's column, with marks where rows differ: `row` for the row's name, `about`
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
        return f"{{row}}-{self.column}"

    @property
    def label(self) -> str:
        return f"{label(self.column)}, {{about}}"

    @property
    def text(self) -> str:
        return f"{{{self.column}}}"

    @property
    def before(self) -> str:
        return f"{{before_{self.column}}}"


_STUDENT, _PATHWAY = 10**17 + 1, 10**17 + 2  # longer than any key: places in an address


class Rows:
    """`first` is the name of the cell that takes the focus."""

    def __init__(self, scope: Scope, *, may_edit: bool, first: str = "") -> None:
        self.scope, self.may_edit, self.first = scope, may_edit, first
        self.patterns = Patterns()
        self.elements = ElementCells(self.patterns, may_edit=may_edit, first=first)

    def row(self, row: GridRow) -> SafeString:
        line = row.line
        values = {
            "name": row.name,
            "address": self._addresses[bool(line.record)].format(*line.pair),
            "student": row.student,
            "grade": line.student.grade,
            "pathway": line.pathway.name,
            "seen": row.seen,
            "before": row.before,
            "problems": self._problems(row),
            "cells": joined([self._cells(row), *map(self.elements.cell, row.element_cells)]),
        }
        return self.patterns.fill(
            "pathways/roster/grid_row.html",
            values,
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

    def _cells(self, row: GridRow) -> SafeString:
        """The record's cells as one pattern: the rows of a class are of few kinds."""
        texts, adds = row.texts, bool(row.line.before)
        cells = tuple(
            CellPattern(
                name,
                is_yes=texts[name] == "Yes",
                has_problem=name in row.unsaved.problems,
                has_focus=self.first == f"{row.name}-{name}",
                adds=adds and name in CREDITS,
            )
            for name in COLUMNS
        )
        values = {
            "row": row.name,
            "about": row.about,
            "total": text(row.total),
            "mark": row.mark,
            **(texts if self.may_edit else {name: text(texts[name]) for name in COLUMNS}),
            **{f"before_{name}": row.before_of(name) for name in CREDITS if adds},
        }
        return self.patterns.fill(
            "pathways/roster/grid_cells.html", values, cells=cells, may_edit=self.may_edit
        )
