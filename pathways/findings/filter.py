"""What the findings can be narrowed to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from cte_portal.accounts.listing.table import ListTable
from cte_portal.editions import Scope
from cte_portal.pages.offered import KeptSelect, offer
from pathways.findings.finding_list import BY_RECORD, BY_RULE
from pathways.findings.findings import LEVELS
from pathways.pages.student_filter import NOT_LISTED, OF_STUDENTS, StudentFilter
from pathways.rules import judging_stored


class FindingFilter(StudentFilter):
    """Where the rules come first, `rule` is the one that is open."""

    at = forms.CharField(required=False, widget=forms.HiddenInput)
    level = forms.ChoiceField(
        widget=KeptSelect,
        label="Show",
        required=False,
        choices=[(level.value, label) for level, label in LEVELS.items()],
        error_messages=NOT_LISTED,
    )
    by = forms.ChoiceField(
        widget=KeptSelect,
        label="Order",
        required=False,
        choices=[(BY_RECORD, "By record"), (BY_RULE, "By rule")],
        error_messages=NOT_LISTED,
    )
    rule = forms.ChoiceField(
        widget=KeptSelect, label="Rule", required=False, error_messages=NOT_LISTED
    )

    field_order = ("at", "level", "by", "rule", *OF_STUDENTS)

    def __init__(
        self, query: QueryDict, table: type[ListTable], scope: Scope, known: dict[Any, Any]
    ) -> None:
        super().__init__(query, table, scope, known)
        if query.get("at") == "state":
            self.fields.pop("element", None)
        rules = [(rule.id, f"{rule.id} {rule.problem}") for rule in judging_stored(scope.end_year)]
        offer(self, "rule", [("", "All"), *sorted(rules)])

    @property
    def is_narrowed(self) -> bool:
        """By more than the level."""
        return not self.is_readable or any(self.values.get(name) for name in OF_STUDENTS)
