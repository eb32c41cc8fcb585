"""Pages around roster files: templates, the page about columns, saving what was tested, and
undo.
"""

from __future__ import annotations

import logging
import re
import tempfile
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.ui import csv_file, xlsx_file
from pathways.files import writer
from pathways.files.sent_file import SaveSentFile, SentFile, UndoSentFile
from pathways.models import EndStatus, Pathway
from pathways.roster.imports import filled
from pathways.roster.imports.aim import AIM_LAYOUTS
from pathways.roster.imports.batch import TITLE
from pathways.roster.imports.layout import CSV_LAYOUTS
from pathways.roster.imports.oneroster.layout import TABLES as ONEROSTER_TABLES
from pathways.roster.imports.results.report import ON_THE_PAGE
from pathways.roster.ledger import EVERY_ROW
from pathways.roster.shapes import SHAPES

access = logging.getLogger("cte_portal.access")

TYPES = {
    "roster": "Roster files – the portal recognizes which kind",
    **{layout.slug: layout.title for layout in CSV_LAYOUTS},
    "oneroster": "OneRoster",
}
"""Import Types of MT Data Upload beside CTE End of Year."""


_ROW = re.compile(r"[A-Za-z]{1,20}:[0-9]{1,18}")
_SAME = re.compile(r"[0-9]{1,9}:[0-9]{1,18}:[0-9]{1,18}")


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
            oneroster=ONEROSTER_TABLES,
            pathways=pathways,
            end_statuses=statuses,
            **kwargs,
        )


NOTES = (
    "Fill in the first sheet. All columns are formatted as text to keep leading zeros.",
    "The sample row is not a real one: delete it.",
    "Then save the workbook and upload it. Only this first sheet is read.",
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
            xlsx_file.write_xlsx(content, titles, [sample], sheet=chosen.title, notes=NOTES)
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
            content_type=xlsx_file.XLSX if form == "xlsx" else writer.CSV,
        )


class ConfirmForm(forms.Form):
    """The number of rows that a held file asks for, typed by somebody who has looked at it."""

    use_required_attribute = False

    number = forms.IntegerField(
        label="Number of rows",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class FilesValueForm(forms.Form):
    """The rows changed on screen in which the file's value is to stand, as the page named them."""

    use_required_attribute = False

    every_row = forms.BooleanField(required=False)

    def rows(self) -> set[str]:
        if not self.is_valid():
            return set()
        rows = self.data.getlist("row")[:ON_THE_PAGE]  # type: ignore[attr-defined]
        own = {str(row) for row in rows if _ROW.fullmatch(str(row))}
        return own | ({EVERY_ROW} if self.cleaned_data["every_row"] else set())


class SameStudentsForm(forms.Form):
    """The students of the portal whom a person has recognized in rows without a State ID."""

    use_required_attribute = False

    def choices(self) -> set[str]:
        choices = self.data.getlist("same")[:ON_THE_PAGE]  # type: ignore[attr-defined]
        return {str(choice) for choice in choices if _SAME.fullmatch(str(choice))}


class RosterFileView(SentFile):
    kinds = ("roster-file", "roster-file-of-all")
    other_batch = "This batch is no roster file."
    other_year = "Rosters can be changed only in the current school year."


class SaveTestedRoster(RosterFileView, SaveSentFile):
    """Where the district's data have moved since the test, nothing is saved and the new counts are
    shown.
    """

    @property
    def upload_kind(self) -> str:
        return "roster-file"

    @cached_property
    def number(self) -> int | None:
        """What the person typed to confirm a held file."""
        form = ConfirmForm(self.request.POST)
        return form.cleaned_data["number"] if form.is_valid() else None

    def choices(self) -> dict[str, Any]:
        mapping, choices = self.file.result.get("mapping"), super().choices()
        to_overrule = {*choices.get("to_overrule", ()), *FilesValueForm(self.request.POST).rows()}
        return {
            **choices,
            "confirmed": self.number,
            "mapping": mapping,
            "to_overrule": sorted(to_overrule),
            "same_students": sorted(SameStudentsForm(self.request.POST).choices()),
        }

    def why_not(self) -> str:
        to_confirm = self.result["to_confirm"]
        if not self.result["holds"] or self.number == to_confirm:
            return ""
        return f"Nothing was saved. Enter {to_confirm:,} to confirm the changes below."


class UndoRosterFile(RosterFileView, UndoSentFile):
    template_name = "pathways/roster/undo.html"
    undo_kinds: ClassVar = dict.fromkeys(RosterFileView.kinds, "roster-undo")
    undo_title = f"{TITLE} – Undo"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = sum(shape.change.objects.filter(batch=self.file.pk).count() for shape in SHAPES)
        return super().get_context_data(**kwargs, rows=rows)
