"""Pages around roster files: templates, the page about columns, saving what was tested, and
undo.
"""

from __future__ import annotations

import logging
import tempfile
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.models import Batch
from cte_portal.batches.queue.views import OneBatch
from cte_portal.batches.submit import submit
from cte_portal.ui import csv_file
from pathways.files import writer
from pathways.models import EndStatus, Pathway
from pathways.roster.imports import filled, result
from pathways.roster.imports.batch import TITLE, UPLOAD
from pathways.roster.imports.layout import AIM_LAYOUTS, CSV_LAYOUTS
from pathways.roster.shapes import SHAPES

access = logging.getLogger("cte_portal.access")

TYPES = {
    "roster": "Roster files – the portal recognizes which kind",
    **{layout.slug: layout.title for layout in CSV_LAYOUTS},
}
"""Import Types of MT Data Upload beside CTE End of Year."""


class RosterColumns(ScopedView, TemplateView):
    """Which roster files the portal reads and what each column holds, from the layouts."""

    capability = Capability.SEE_BATCHES
    template_name = "pathways/roster/columns.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pathways = Pathway.objects.offered_in(self.scope.end_year).order_by("code")
        statuses = EndStatus.objects.offered_in(self.scope.end_year)
        return super().get_context_data(
            own=CSV_LAYOUTS,
            aim=AIM_LAYOUTS,
            pathways=pathways,
            end_statuses=statuses,
            **kwargs,
        )


NOTES = (
    "Fill in the first sheet. All columns are formatted as text to keep leading zeros.",
    "The sample row is not a real one: delete it.",
    "Then choose Save As, CSV UTF-8, in Excel, and upload that file.",
)


class RosterTemplate(ScopedView):
    """The titles of a layout with one sample row, as CSV or workbook, or with what the district
    has, which uploads back as it is.
    """

    capability = Capability.SEE_BATCHES

    def get(self, request: HttpRequest, *args: Any, layout: str, **kwargs: Any) -> HttpResponseBase:
        chosen = next((own for own in CSV_LAYOUTS if own.slug == layout), None)
        form = request.GET.get("form", "csv")
        if chosen is None or form not in ("csv", "xlsx", "filled"):
            raise Http404("There is no such template.")
        if form == "filled" and not self.can(Capability.EXPORT_RECORDS):
            raise PermissionDenied
        own = {"district": self.scope.district, "end_year": str(self.scope.end_year)}
        sample = tuple(own.get(column.name, column.example) for column in chosen.columns)
        titles = tuple(column.title for column in chosen.columns)
        content = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        if form == "xlsx":
            writer.write_xlsx(content, titles, [sample], sheet=chosen.title, notes=NOTES)
        elif form == "csv":
            csv_file.write(content, titles, [sample])
        else:
            csv_file.write(content, titles, filled.rows_of(chosen, self.scope))
            access.info(
                "downloaded file=roster-filled user=%s district=%s",
                self.person.pk,
                self.scope.district,
            )
        content.seek(0)
        names = {
            "csv": f"{chosen.title} Template.csv",
            "xlsx": f"{chosen.title} Template.xlsx",
            "filled": f"{chosen.title} {self.scope.district} {self.scope.end_year}.csv",
        }
        return FileResponse(
            content,
            as_attachment=True,
            filename=names[form],
            content_type=writer.XLSX if form == "xlsx" else writer.CSV,
        )


class ConfirmForm(forms.Form):
    """The number of rows that a held file asks for, typed by somebody who has looked at it."""

    use_required_attribute = False

    number = forms.IntegerField(
        label="Number of rows",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class OneRosterFile(OneBatch):
    write_capability = Capability.EDIT_RECORDS

    def roster_file(self) -> Batch:
        if self.batch.kind not in ("roster-file", "roster-file-of-all"):
            raise Http404("This batch is no roster file.")
        if not self.in_active_year or self.batch.end_year != self.scope.end_year:
            raise PermissionDenied("Rosters can be changed only in the current school year.")
        return self.batch


class SaveTestedRoster(OneRosterFile):
    """*Upload this file* after a test: the very same bytes. Where the district's data have moved
    since, nothing is saved and the new counts are shown.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tested = self.roster_file()
        page = result.of(tested)[1]
        if page["uploaded"]:
            return redirect("batch", self.scope.district, self.scope.end_year, page["uploaded"].pk)
        form = ConfirmForm(request.POST)
        number = form.cleaned_data["number"] if form.is_valid() else None
        if not page["can_upload"] or not is_stored(tested.input_file):
            messages.warning(request, "This file cannot be uploaded from here. Choose it again.")
            return redirect("mt-data-upload", self.scope.district, self.scope.end_year)
        if page["holds"] and number != page["to_confirm"]:
            messages.warning(
                request,
                f"Nothing was saved. Enter {page['to_confirm']:,} to confirm the changes below.",
            )
            return redirect(self.address)
        batch = submit(
            "roster-file",
            by=self.person,
            title=tested.title.replace("Validate and Test", "Upload"),
            subject=tested.subject,
            scope=self.scope,
            options={
                **tested.options,
                "work": UPLOAD,
                "since": tested.result["cursor"],
                "confirmed": number,
            },
            key=f"save:{tested.pk}:{tested.followers.filter(kind='roster-file').count()}",
            content=open_stored(tested.input_file),
            about=tested,
            notify=tested.notify,
        )
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)


class UndoRosterFile(OneRosterFile, TemplateView):
    """Says first what will happen."""

    capability = Capability.EDIT_RECORDS
    template_name = "pathways/roster/undo.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        file = self.roster_file()
        rows = sum(shape.change.objects.filter(batch=file.pk).count() for shape in SHAPES)
        own = {"batch": file, "rows": rows, "can_undo": result.of(file)[1]["can_undo"]}
        return super().get_context_data(**{**kwargs, **own})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        file = self.roster_file()
        if earlier := result.follower(file, "roster-undo"):
            return redirect("batch", self.scope.district, self.scope.end_year, earlier.pk)
        if not result.of(file)[1]["can_undo"]:
            messages.warning(request, "This upload saved nothing, so there is nothing to undo.")
            return redirect(self.address)
        batch = submit(
            "roster-undo",
            by=self.person,
            title=f"{TITLE} – Undo",
            subject=file.subject,
            scope=self.scope,
            key=f"{file.pk}:{file.followers.filter(kind='roster-undo').count()}",
            about=file,
        )
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)
