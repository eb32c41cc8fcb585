"""The columns of a school's list of students."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import escape
from django.utils.safestring import SafeString

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

    def render_student(self, value: str, record: Any) -> SafeString:
        """It leads to the student, for who may open one."""
        return super().render_student(value, record) if record.address else escape(value)
