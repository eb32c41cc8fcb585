"""The columns of a school's list of students."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables

from cte_portal.accounts.listing.table import ListTable
from pathways.records.student_list.table import NamedStudentColumns
from pathways.schools.students import RECORDS


class SchoolTable(NamedStudentColumns):
    spare = ("local_id",)

    school = None
    pathways = tables.Column(verbose_name="CTE Pathways")
    concentrates = tables.Column(verbose_name="Concentrator in")
    standing = tables.Column(verbose_name="Records", orderable=True, order_by=(RECORDS,))

    class Meta(ListTable.Meta):
        sequence = ("student", "state_id", "local_id", "...")
        attrs = {"caption": "Students"}

    def render_student(self, value: str, record: Any) -> str:
        """It leads to the student, for who may open one."""
        if not record.address:
            return value
        values = {"name": value, "address": record.address}
        return self.patterns.fill("pathways/records/list_student.html", values)

    def value_student(self, value: str) -> str:
        return value
