"""What lists of students can be narrowed to: schools and grades with students in scope, pathways,
the district's own elements, and the day from which records were changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from cte_portal.accounts.listing.filter import ListFilter
from cte_portal.accounts.listing.table import ListTable
from cte_portal.editions import Scope
from cte_portal.pages.days import DayField
from cte_portal.pages.offered import KeptSelect, offer
from pathways.ledger.kept import HangsOn, kept
from pathways.models import Pathway, School
from pathways.pages.element_parts import ElementPart, parts_in
from pathways.pages.grades import grades_of

LIKE = "Enter the date as MM/DD/YYYY, like 07/14/2025"
NOT_LISTED = {"invalid_choice": "Choose from the list"}
OF_STUDENTS = ("school", "pathway", "grade", "element", "since")


class StudentFilter(ListFilter):
    school = forms.TypedChoiceField(
        widget=KeptSelect,
        label="School",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages=NOT_LISTED,
    )
    pathway = forms.TypedChoiceField(
        widget=KeptSelect,
        label="CTE Pathway",
        required=False,
        coerce=int,
        empty_value=None,
        error_messages=NOT_LISTED,
    )
    grade = forms.ChoiceField(
        widget=KeptSelect, label="Grade", required=False, error_messages=NOT_LISTED
    )
    element = forms.TypedChoiceField(
        widget=KeptSelect,
        label="District Defined Element",
        required=False,
        coerce=ElementPart.of,
        empty_value=None,
        error_messages=NOT_LISTED,
    )
    since = DayField(
        label="Changed since",
        required=False,
        wrong=LIKE,
        attrs={"autocomplete": "off", "inputmode": "numeric", "size": "10", "maxlength": "10"},
    )

    def __init__(
        self,
        query: QueryDict,
        table: type[ListTable],
        scope: Scope,
        known: dict[Any, Any],
        *,
        spare: Iterable[str] | None = None,
        of_records: bool = True,
    ) -> None:
        """What is asked of a record is left out where no line has one (`of_records`)."""
        super().__init__(query, table, spare=spare)
        everything = [("", "All")]
        schools, pathways = schools_and_pathways(scope, known)
        offer(self, "school", everything + schools)
        offer(self, "pathway", everything + pathways)
        if not of_records:
            del self.fields["since"]
        if elements := parts_in(scope) if of_records else []:
            offer(self, "element", everything + elements)
        else:
            del self.fields["element"]
        grades = grades_of(scope, known)
        offer(self, "grade", everything + [(grade, grade) for grade in grades])


Choices = list[tuple[int, str]]


def schools_and_pathways(scope: Scope, known: dict[Any, Any]) -> tuple[Choices, Choices]:
    """The district's schools and OPI's list, each by key and name."""

    def choices() -> tuple[Choices, Choices]:
        schools = School.objects.filter(district=scope.district)
        pathways = Pathway.objects.in_scope(scope)
        return [(row.pk, row.name) for row in schools], [(row.pk, row.name) for row in pathways]

    return kept(scope, known, "schools-and-pathways", choices, of_records=HangsOn.NOTHING)
