"""Run the portal > Record changes: OPI Staff look up what was done to records (ux O-19)."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from cte_portal.accounts.capabilities import Capability
from cte_portal.accounts.scoped import StatewideView, access
from pathways.files.writer import safe
from pathways.models.change import ChangeQuerySet
from pathways.record_changes import MOST_SHOWN, ChangeFilter, lines, rows


class RecordChanges(StatewideView):
    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "pathways/record_changes.html", {"form": ChangeFilter()})

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = ChangeFilter(request.POST)
        if not form.is_valid():
            return render(request, "pathways/record_changes.html", {"form": form})
        found = form.changes()
        if "file" in request.POST:
            access.info("downloaded file=record-changes user=%s", request.user.pk)
            response = StreamingHttpResponse(_file(found), content_type="text/csv; charset=utf-8")
            response["Content-Disposition"] = 'attachment; filename="Record changes.csv"'
            return response
        shown = lines(list(found[:MOST_SHOWN]))
        students = ",".join(sorted({str(one.change.student_id) for one in shown}))
        access.info("viewed page=record-changes user=%s students=%s", request.user.pk, students)
        return render(request, "pathways/record_changes.html", {"form": form, "searched": True, "lines": shown, "number": found.count()})


def _file(changes: ChangeQuerySet) -> Iterator[str]:
    made: list[str] = []

    class Line:
        def write(self, text: str) -> None:
            made.append(text)

    writer = csv.writer(Line())
    for row in rows(changes):
        writer.writerow([safe(cell) for cell in row])
        yield from made
        made.clear()
