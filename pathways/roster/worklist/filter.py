"""What the worklist can be narrowed to: schools and grades with students in scope, pathways that a
course or a record has, and, where lines have a record, the day from which it was changed.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from cte_portal.accounts.listing.filter import ListFilter
from cte_portal.accounts.listing.table import ListTable
from cte_portal.pages.days import DayField
from pathways.roster.worklist.which import Show, Which

LIKE = "Enter the date as MM/DD/YYYY, like 07/14/2025"
NOT_LISTED = {"invalid_choice": "Choose from the list"}


class WorklistFilter(ListFilter):
    school = forms.TypedChoiceField(
        label="School", required=False, coerce=int, empty_value=None, error_messages=NOT_LISTED
    )
    pathway = forms.TypedChoiceField(
        label="CTE Pathway", required=False, coerce=int, empty_value=None, error_messages=NOT_LISTED
    )
    grade = forms.ChoiceField(label="Grade", required=False, error_messages=NOT_LISTED)
    since = DayField(
        label="Changed since",
        required=False,
        wrong=LIKE,
        attrs={"autocomplete": "off", "inputmode": "numeric", "size": "10", "maxlength": "10"},
    )
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[(show.key, show.title) for show in Show],
        error_messages=NOT_LISTED,
    )

    def __init__(
        self,
        query: QueryDict,
        table: type[ListTable],
        which: Which,
        *,
        schools: list[Any],
        pathways: list[Any],
        grades: list[str],
    ) -> None:
        is_open = query.get("show", Show.OPEN.key) == Show.OPEN.key
        super().__init__(query, table, spare=(*table.spare, *(["decided"] if is_open else [])))
        everything = [("", "All")]
        self._choices("school", everything + [(row.pk, row.name) for row in schools])
        self._choices("pathway", everything + [(row.pk, row.name) for row in pathways])
        self._choices("grade", everything + [(grade, grade) for grade in grades])
        if which is Which.WITHOUT_RECORD:
            del self.fields["since"]

    def count(self, counts: dict[Show, int]) -> None:
        """Beside each choice, how many lines it has."""
        choices = [(show.key, f"{show.title} ({counts[show]:,})") for show in Show]
        self._choices("show", choices)

    @property
    def is_narrowed(self) -> bool:
        """By more than what is shown."""
        return not self.is_readable or any(
            self.values.get(name) for name in ("school", "pathway", "grade", "since")
        )
