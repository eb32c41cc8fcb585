"""Beside MT Data Upload: what each column means, and the templates to fill in."""

from __future__ import annotations

import tempfile
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView, access
from cte_portal.ui import xlsx_file
from pathways.files import extract, writer
from pathways.files.layout import CTE_END_OF_YEAR, CTE_FALL, LAYOUTS, Layout
from pathways.follow_up.views.drawn import DrawnPage
from pathways.models import FollowUpYear, Pathway, PostProgramStatus


class LayoutPage(ScopedView):
    """A page about the layout that the address names; CTE End of Year where it names none."""

    capability = Capability.SEE_BATCHES

    @property
    def layout(self) -> Layout:
        return LAYOUTS.get(self.request.GET.get("type", ""), CTE_END_OF_YEAR)


class UploadColumns(LayoutPage, TemplateView):
    """What each column means, from the layout's definition."""

    template_name = "pathways/uploads/upload_columns.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_fall = self.layout is CTE_FALL
        year = self.scope.end_year
        return super().get_context_data(
            layout=self.layout,
            pathways=[] if is_fall else Pathway.objects.offered_in(year).order_by("code"),
            statuses=PostProgramStatus.objects.offered_in(year) if is_fall else [],
            **kwargs,
        )


NOTES = (
    "Fill in the first sheet. All columns are formatted as text to keep leading zeros.",
    "The sample row is not a real student: delete it.",
    "Then choose Save As, Text (Tab delimited), in Excel, and upload that file.",
    (
        "Leave the first row, the header record, as it is: HD, date, time, MT9.1. You can keep the"
        " title row below it."
    ),
)
NAMES = {
    CTE_END_OF_YEAR.slug: ("EOY CTE Template", "CTE EOY"),
    CTE_FALL.slug: ("Fall CTE Template", "Fall CTE"),
}
"""Of the empty template, and of the one that is filled."""


class Template(LayoutPage, DrawnPage):
    """The empty template with one sample row, and the one filled with the district's records or its
    follow-up list.
    """

    def get(self, request: HttpRequest, *args: Any, form: str, **kwargs: Any) -> HttpResponseBase:
        layout = self.layout
        if form not in ("tsv", "xlsx", "filled"):
            raise Http404("There is no such template.")
        if form == "filled" and not self.can(Capability.EXPORT_RECORDS):
            raise PermissionDenied
        content = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        own = {
            "district": self.scope.district,
            "end_year": str(self.scope.end_year),
            "student": "0" * 9,
        }  # nobody's State ID
        sample = tuple(own.get(column.field, column.example) for column in layout.columns)
        if form == "filled":
            if layout is CTE_FALL:
                if not FollowUpYear.objects.filter(pk=self.scope.end_year).exists():
                    raise Http404("This school year is not followed up.")
                if self.drawn is None:
                    messages.warning(request, "The list is not drawn yet. Draw it first.")
                    return redirect("follow-up-list", self.scope.district, self.scope.end_year)
            extract.write(content, self.scope, "tsv", layout)
            access.info(
                "downloaded file=filled-template user=%s district=%s",
                self._user_id,
                self.scope.district,
            )
        elif form == "tsv":
            writer.write_tsv(content, layout, [sample], timezone.localtime())
        else:
            at = timezone.localtime()
            writer.write_layout_xlsx(content, layout, [sample], at, notes=NOTES)
        content.seek(0)
        empty, filled = NAMES[layout.slug]
        names = {
            "tsv": f"{empty}.tsv",
            "xlsx": f"{empty}.xlsx",
            "filled": f"{filled} {self.scope.district} {self.scope.end_year}.tsv",
        }
        kind = xlsx_file.XLSX if form == "xlsx" else writer.TSV
        return FileResponse(content, as_attachment=True, filename=names[form], content_type=kind)
