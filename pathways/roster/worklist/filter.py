"""What the worklist can be narrowed to: as a list of students, and which lines are shown. The day
from which a record was changed, and the district's own elements, only where lines have a record.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from cte_portal.accounts.listing.table import ListTable
from cte_portal.editions import Scope
from cte_portal.pages.offered import KeptSelect, offer
from pathways.pages.student_filter import (
    NOT_LISTED,
    OF_STUDENTS,
    StudentFilter,
)
from pathways.roster.worklist.line import LinePart
from pathways.roster.worklist.which import Show, Which


class WorklistFilter(StudentFilter):
    show = forms.ChoiceField(
        widget=KeptSelect,
        label="Show",
        required=False,
        choices=[(show.key, show.title) for show in Show],
        error_messages=NOT_LISTED,
    )

    def __init__(
        self,
        query: QueryDict,
        table: type[ListTable],
        scope: Scope,
        known: dict[Any, Any],
        *,
        which: Which,
    ) -> None:
        is_open = query.get("show", Show.OPEN.key) == Show.OPEN.key
        spare = (*table.spare, *(["decided"] if is_open else []))
        of_records = LinePart.RECORD in which.parts
        super().__init__(query, table, scope, known, spare=spare, of_records=of_records)

    def count(self, counts: dict[Show, int]) -> None:
        """Beside each choice, how many lines it has."""
        choices = [(show.key, f"{show.title} ({counts[show]:,})") for show in Show]
        offer(self, "show", choices)

    @property
    def is_narrowed(self) -> bool:
        """By more than what is shown."""
        return not self.is_readable or any(self.values.get(name) for name in OF_STUDENTS)
