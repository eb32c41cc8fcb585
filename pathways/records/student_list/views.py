"""Student Information › State Programs › Student List: the district's students as a table, narrowed
and sorted, as a page and as a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.listing.rows import RowsFile, RowsView
from pathways.ledger.kept import kept
from pathways.models import Student
from pathways.pages.roster_entry import roster_entry
from pathways.pages.scoped import RecordsView
from pathways.records.student_list.filter import StudentListFilter
from pathways.records.student_list.students import StudentRow, keys_of, rows_of
from pathways.records.student_list.table import StudentListTable


class StudentListRows(RecordsView, RowsView):
    capability = Capability.VIEW_RECORDS
    file_name = "students"
    filter_class = StudentListFilter

    @property
    def table(self) -> type[StudentListTable]:
        return StudentListTable

    def filter_of(self, query: QueryDict) -> StudentListFilter:
        return StudentListFilter(query, self.table, self.scope, self.known)

    def keys(self) -> list[int]:
        """Kept until the district moves: a page further on asks nothing anew. It does not move with
        its elements, so what they narrow is not kept.
        """
        values = self.filter.values
        order = self.table.fields_of(self.filter.sorting)
        if values.get("element"):
            return keys_of(self.scope, values, order)
        chosen = [values.get(field.name) for field in self.filter.narrowing]
        return kept(
            self.scope,
            self.known,
            "student-list",
            lambda: keys_of(self.scope, values, order),
            *chosen,
            order,
        )

    def rows(self, keys: Sequence[int]) -> list[StudentRow]:
        return rows_of(self.scope, keys)

    def file_address(self, form: str) -> str:
        if not self.can(Capability.EXPORT_RECORDS):
            return ""
        return reverse("student-list-file", args=[self.scope.district, self.scope.end_year, form])


class StudentListPage(StudentListRows):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        listing = self.listing()
        nobody = listing.is_empty and not Student.objects.in_scope(self.scope).exists()
        context = {
            "listing": listing,
            "nobody": nobody,
            "in_active_year": self.in_active_year,
            "grid": "" if listing.is_empty else self.grid,
        }
        return render(request, "pathways/records/students.html", context)

    @property
    def grid(self) -> str:
        """Where the records of just these students are entered together; empty where nothing is
        chosen, or what the grid does not narrow to.
        """
        values = self.filter.values
        places = {name: values.get(name) for name in ("school", "pathway", "grade")}
        chosen = {name: value for name, value in places.items() if value}
        if not chosen or values.get("since") or values.get("without_record") or not self.may_edit:
            return ""
        if element := values.get("element"):
            chosen |= {"element": element.key, "only": str(element)}
        return roster_entry(self.scope, **chosen)


class StudentListFile(RowsFile, StudentListRows):
    capability = Capability.EXPORT_RECORDS
