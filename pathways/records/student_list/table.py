"""The columns of the list of students."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import django_tables2 as tables

from cte_portal import words
from cte_portal.accounts.listing.table import NUMBER, ListTable
from cte_portal.ui.tables.cells import PatternColumn, WholeColumn
from cte_portal.ui.templatetags.portal import all_in_threes, us_date


class StudentColumn(PatternColumn):
    """The name, which leads to the student by the row's `address`."""

    def __init__(self, *, order_by: tuple[str, ...]) -> None:
        super().__init__(
            "pathways/records/list_student.html",
            values={"address": "address", "name": "student.name"},
            accessor="student__name",
            verbose_name="Student",
            orderable=True,
            order_by=order_by,
        )


class StateIdColumn(WholeColumn):
    def cells(self, values: Sequence[str]) -> Sequence[str]:
        return all_in_threes(values)


class StudentColumns(ListTable):
    """Who a row is about, for every list whose rows have a `student`; `address` leads there."""

    state_id = StateIdColumn(
        accessor="student__state_id",
        verbose_name="State ID",
        orderable=True,
        order_by=("state_id",),
    )
    grade = tables.Column(
        accessor="student__grade",
        verbose_name="Grade",
        orderable=True,
        order_by=("by_grade",),
    )
    school = tables.Column(
        accessor="student__school_name",
        verbose_name="School",
        orderable=True,
        order_by=("by_school",),
    )

    def value_state_id(self, value: str) -> str:
        return value


class NamedStudentColumns(StudentColumns):
    """For lists that are sorted by name and show the local ID where it is wanted."""

    student = StudentColumn(
        order_by=("last_name_folded", "first_name_folded", "middle_name_folded")
    )
    local_id = tables.Column(
        accessor="student__local_id",
        verbose_name="Local ID",
        orderable=True,
        order_by=("local_id",),
    )


class StudentListTable(NamedStudentColumns):
    spare = ("local_id", "modified")

    records = tables.Column(
        verbose_name="Records",
        attrs=NUMBER,
        empty_values=(),
        orderable=True,
        order_by=("by_records",),
    )
    pathways = tables.Column(verbose_name="CTE Pathways")
    concentrates = tables.Column(verbose_name="Concentrator in")
    modified = tables.Column(verbose_name="Modified", orderable=True, order_by=("by_modified",))

    class Meta(ListTable.Meta):
        sequence = ("student", "state_id", "local_id", "...")
        attrs = {"caption": "Students"}

    def render_records(self, value: tuple[object, ...]) -> str:
        return str(len(value))

    def render_modified(self, value: datetime.date) -> str:
        return us_date(value)

    def value_modified(self, value: datetime.date) -> str:
        return words.text(value)
