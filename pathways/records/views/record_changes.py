"""Run the portal > Record changes: OPI Staff look up what was done to records (ux O-19)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from cte_portal.accounts.access import purpose
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView, access
from cte_portal.accounts.access.view_log import VIEW_LOG
from cte_portal.editions import Scope
from cte_portal.ui import csv_file
from pathways.models.change import ChangeQuerySet
from pathways.records.record_changes import HEADS, MOST_SHOWN, ChangeFilter, lines, rows

NAME = "Record changes.csv"


class RecordChanges(StatewideView):
    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "pathways/records/record_changes.html", {"form": ChangeFilter()})

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = ChangeFilter(request.POST)
        if not form.is_valid():
            return render(request, "pathways/records/record_changes.html", {"form": form})
        changes = form.changes()
        if "file" in request.POST:
            return self.file(form, changes)
        first_lines = lines(list(changes[:MOST_SHOWN]))
        students = ",".join(sorted({str(line.change.student_id) for line in first_lines}))
        for line in first_lines:
            change = line.change
            scope = Scope(change.district, change.end_year)
            VIEW_LOG.note(self.person, scope, "record-changes", change.student_id)
        access.info("viewed page=record-changes user=%s students=%s", request.user.pk, students)
        context = {
            "form": form,
            "searched": True,
            "lines": first_lines,
            "number": changes.count(),
            "may_take": self.can(Capability.EXPORT_FOR_PURPOSE),
        }
        return render(request, "pathways/records/record_changes.html", context)

    def file(self, form: ChangeFilter, changes: ChangeQuerySet) -> HttpResponseBase:
        """Records of every district leave the portal: the purpose is asked for, and stands in the
        audit (P-03).
        """
        if not self.can(Capability.EXPORT_FOR_PURPOSE):
            raise PermissionDenied
        if not form.cleaned_data["purpose"]:
            form.add_error("purpose", "Enter what the file is for")
            return render(
                self.request,
                "pathways/records/record_changes.html",
                {"form": form, "may_take": True},
            )
        person = self.person
        search, number = form.cleaned_data, f"{changes.count():,}"
        purpose.record(
            person,
            search["purpose"],
            file=NAME,
            key="record-changes",
            district=search["district"],
            records=number,
        )
        access.info("downloaded file=record-changes user=%s", person.pk)
        return csv_file.download(NAME, HEADS, rows(changes))
