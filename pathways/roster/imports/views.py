"""Pages around roster files: templates, the page about columns, saving what was tested, and
undo.
"""

from __future__ import annotations

import io
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.batches.models import Batch
from cte_portal.batches.queue.views import OneBatch
from cte_portal.batches.submit import submit
from cte_portal.ui import csv_file
from pathways.files import writer
from pathways.models import Pathway
from pathways.roster.imports import result
from pathways.roster.imports.batch import TITLE, UPLOAD
from pathways.roster.imports.layout import AIM_LAYOUTS, CSV_LAYOUTS
from pathways.roster.shapes import SHAPES

TYPES = {
    "roster": "Roster files – the portal recognizes which kind",
    **{layout.slug: layout.title for layout in CSV_LAYOUTS},
}
"""Import Types of MT Data Upload beside CTE End of Year."""


class RosterColumns(ScopedView, TemplateView):
    """Which roster files the portal reads and what each column holds, from the layouts."""

    capability = Capability.SEE_BATCHES
    http_method_names = ["get", "head", "options"]
    template_name = "pathways/roster/columns.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pathways = Pathway.objects.offered_in(self.scope.end_year).order_by("code")
        return super().get_context_data(
            own=CSV_LAYOUTS, aim=AIM_LAYOUTS, pathways=pathways, **kwargs
        )


class RosterTemplate(ScopedView):
    """A CSV with the titles of a layout and one sample row."""

    capability = Capability.SEE_BATCHES
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, layout: str, **kwargs: Any) -> HttpResponseBase:
        chosen = next((each for each in CSV_LAYOUTS if each.slug == layout), None)
        if chosen is None:
            raise Http404("There is no such template.")
        own = {"district": self.scope.district, "end_year": str(self.scope.end_year)}
        content = io.BytesIO()
        sample = tuple(own.get(column.name, column.example) for column in chosen.columns)
        csv_file.write(content, tuple(column.title for column in chosen.columns), [sample])
        content.seek(0)
        return FileResponse(
            content,
            as_attachment=True,
            filename=f"{chosen.title} Template.csv",
            content_type=writer.CSV,
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
        if self.batch.kind != "roster-file":
            raise Http404("This batch is no roster file.")
        if not self.in_active_year or self.batch.end_year != self.scope.end_year:
            raise PermissionDenied("Rosters can be changed only in the current school year.")
        return self.batch


class SaveTestedRoster(OneRosterFile):
    """*Upload this file* after a test: the very same bytes. Where the district's data have moved
    since, nothing is saved and the new counts are shown.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tested = self.roster_file()
        shown = result.of(tested)[1]
        if shown["uploaded"]:
            return redirect("batch", self.scope.district, self.scope.end_year, shown["uploaded"].pk)
        form = ConfirmForm(request.POST)
        number = form.cleaned_data["number"] if form.is_valid() else None
        if not shown["can_upload"] or not default_storage.exists(tested.input_file):
            messages.warning(request, "This file cannot be uploaded from here. Choose it again.")
            return redirect("mt-data-upload", self.scope.district, self.scope.end_year)
        if shown["holds"] and number != shown["to_confirm"]:
            messages.warning(
                request,
                f"Nothing was saved. Enter {shown['to_confirm']:,} to confirm the changes below.",
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
            content=default_storage.open(tested.input_file),
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
        rows = sum(shape.change.objects.filter(batch=file.pk).count() for shape in SHAPES)  # type: ignore[attr-defined]
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
