"""Reporting > Data Validation > Students of two districts: OPI Staff see who is reported twice
(FR-227).
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from cte_portal.accounts.access import purpose
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.purpose import PurposeForm
from cte_portal.accounts.access.reach import active_end_year
from cte_portal.accounts.access.scoped import StatewideView, access
from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.editions import Scope, school_year_label
from cte_portal.ui import csv_file
from pathways.reports.shared_students import HEADS, MOST_SHOWN, reported, rows, shared_ids

NAME = "Students of two districts.csv"


class SharedStudents(StatewideView):
    """Every look is logged, like those of record changes, and every file asks for its purpose."""

    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(PurposeForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if not self.can(Capability.EXPORT_FOR_PURPOSE):
            raise PermissionDenied
        form, end_year = PurposeForm(request.POST), active_end_year(request)
        if not form.is_valid() or end_year is None:
            return self.show(form)
        ids = shared_ids(end_year)
        person = self.person
        stated = form.cleaned_data["purpose"]
        purpose.record(
            person,
            stated,
            file=NAME,
            key="shared-students",
            end_year=end_year,
            records=f"{len(ids):,} students",
        )
        access.info("downloaded file=shared-students user=%s", person.pk)
        return csv_file.download(NAME, HEADS, rows(ids, end_year))

    def show(self, form: PurposeForm) -> HttpResponse:
        end_year = active_end_year(self.request)
        ids = shared_ids(end_year) if end_year else []
        lines = reported(ids[:MOST_SHOWN], end_year) if end_year else []
        students = ",".join(str(line.student.pk) for line in lines)
        for line in lines:
            scope = Scope(line.student.district_id, end_year or 0)
            VIEW_LOG.note(self.person, scope, "shared-students", line.student.pk)
        access.info(
            "viewed page=shared-students user=%s students=%s", self.request.user.pk, students
        )
        context = {
            "form": form,
            "lines": lines,
            "number": len(ids),
            "shown": min(len(ids), MOST_SHOWN),
            "school_year": school_year_label(end_year) if end_year else "",
            "may_take": self.can(Capability.EXPORT_FOR_PURPOSE),
        }
        return render(self.request, "pathways/reports/shared_students.html", context)
