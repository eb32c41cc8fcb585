"""The rows of the grid for its page, as patterns that are filled in: cells are those of District
Defined Elements in the roster's grid.
"""

from __future__ import annotations

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from cte_portal.editions import Scope
from cte_portal.ui.patterns import Patterns, joined
from pathways.follow_up.grid.rows import AttemptRow
from pathways.models import FollowUpEntry
from pathways.roster.grid.html import ElementCells


class AttemptRows:
    """`first` is the name of the cell that takes the focus."""

    def __init__(self, scope: Scope, *, query: str, first: str = "") -> None:
        self.scope, self.query = scope, f"?{query}" if query else ""
        self.patterns = Patterns()
        self.cells = ElementCells(self.patterns, may_edit=True, first=first)

    def row(self, row: AttemptRow) -> SafeString:
        line = row.called.line
        address = reverse(
            "follow-up-line", args=[self.scope.district, self.scope.end_year, line.pk]
        )
        values = {
            "name": row.name,
            "address": f"{address}{self.query}",
            "student": row.about,
            "details": row.details,
            "outcome": row.called.outcome,
            "caller": line.caller,
            "seen": row.seen,
            "problems": render_to_string("pathways/roster/grid_problems.html", {"row": row})
            if row.problems
            else "",
            "cells": joined(self.cells.cell(cell) for cell in row.cells),
        }
        return self.patterns.fill(
            "pathways/follow_up/grid_row.html",
            values,
            has_error=bool(row.problems),
            is_typed=bool(row.attempt),
            is_dropout=line.exit == FollowUpEntry.Exit.DROPOUT,
            has_outcome=bool(row.called.outcome),
            is_held=row.called.is_held,
        )
