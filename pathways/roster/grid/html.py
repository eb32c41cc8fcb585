"""The rows of the grid for its page, as patterns that are filled in."""

from __future__ import annotations

from collections.abc import Iterator

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from cte_portal.editions import Scope
from cte_portal.ui.patterns import Patterns, joined
from cte_portal.words import text
from pathways.ledger.shape import PARTS_OF_THE_TOTAL
from pathways.roster.grid.rows import GridCell, GridRow


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


class Rows:
    """`first` is the name of the cell that takes the focus."""

    def __init__(self, scope: Scope, *, may_edit: bool, first: str = "") -> None:
        self.scope, self.may_edit, self.first = scope, may_edit, first
        self.patterns = Patterns()
        self.elements = ElementCells(self.patterns, may_edit=may_edit, first=first)

    def row(self, row: GridRow) -> SafeString:
        line = row.line
        keys = [line.student.pk, line.pathway.pk] if line.record else [line.student.pk]
        page = "cte-record" if line.record else "cte-student"
        values = {
            "name": row.name,
            "address": reverse(page, args=[self.scope.district, self.scope.end_year, *keys]),
            "student": line.student.name,
            "grade": line.student.grade,
            "pathway": line.pathway.name,
            "seen": row.seen,
            "before": row.before,
            "problems": self._problems(row),
            "cells": joined(self._cells(row)),
        }
        return self.patterns.fill(
            "pathways/roster/grid_row.html",
            values,
            has_record=bool(line.record),
            has_error=bool(row.problems),
            is_typed=bool(row.typed),
            may_edit=self.may_edit,
        )

    @staticmethod
    def _problems(row: GridRow) -> str:
        return (
            render_to_string("pathways/roster/grid_problems.html", {"row": row})
            if row.problems
            else ""
        )

    def _cells(self, row: GridRow) -> Iterator[SafeString]:
        for at, cell in enumerate(row.cells):
            if at == len(PARTS_OF_THE_TOTAL):
                total = {"label": f"Total Pathway Credits, {row.about}", "text": text(row.total)}
                yield self.patterns.fill("pathways/roster/grid_total.html", total)
            yield self._cell(cell, row)
        for cell in row.element_cells:
            yield self.elements.cell(cell)

    def _cell(self, cell: GridCell, row: GridRow) -> SafeString:
        values = {
            "name": cell.name,
            "label": cell.label,
            "text": cell.text if self.may_edit else text(cell.text),
            "before": cell.before,
            "mark": row.mark if cell.column == "concentrator" else "",
        }
        return self.patterns.fill(
            "pathways/roster/grid_cell.html",
            values,
            column=cell.column,
            head=cell.head,
            kind=cell.kind,
            is_yes=cell.kind == "answer" and cell.text == "Yes",
            has_problem=bool(cell.problem),
            has_focus=cell.name == self.first,
            adds=bool(cell.before),
            may_edit=self.may_edit,
        )
