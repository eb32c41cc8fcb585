"""What a school's list of students can be narrowed to: pathways and grades that it has."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.http import QueryDict

from cte_portal.accounts.listing.filter import ListFilter
from cte_portal.accounts.listing.table import ListTable
from cte_portal.pages.offered import offer
from pathways.pages.grades import by_grade
from pathways.pages.student_filter import NOT_LISTED
from pathways.schools.students import StudentInCte, names_of


class SchoolFilter(ListFilter):
    pathway = forms.TypedChoiceField(
        label="CTE Pathway", required=False, coerce=int, empty_value=None, error_messages=NOT_LISTED
    )
    grade = forms.ChoiceField(label="Grade", required=False, error_messages=NOT_LISTED)
    standing = forms.ChoiceField(
        label="Records",
        required=False,
        choices=[
            ("", "All"),
            ("open", "Open findings"),
            ("missing", "No record yet"),
            ("concentrator", "Concentrators"),
        ],
        error_messages=NOT_LISTED,
    )

    def __init__(
        self, query: QueryDict, table: type[ListTable], students: Iterable[StudentInCte]
    ) -> None:
        super().__init__(query, table)
        students = list(students)
        names = names_of({pathway for student in students for pathway in student.pathways})
        grades = sorted({student.grade for student in students}, key=by_grade)
        everything = [("", "All")]
        offer(self, "pathway", everything + sorted(names.items(), key=lambda pathway: pathway[1]))
        offer(self, "grade", everything + [(grade, grade) for grade in grades])
