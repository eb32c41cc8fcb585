"""Beside MT Data Upload: what each column means, and the templates to fill in."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView, access
from pathways.files import extract, writer
from pathways.files.layout import CTE_END_OF_YEAR
from pathways.models import Pathway


class UploadColumns(ScopedView, TemplateView):
    """What each column means, from the layout's definition."""

    capability = Capability.SEE_BATCHES
    template_name = "pathways/uploads/upload_columns.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            layout=CTE_END_OF_YEAR,
            pathways=Pathway.objects.offered_in(self.scope.end_year).order_by("code"),
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


class Template(ScopedView):
    """The empty template with one sample row, and the one filled with the district's records."""

    capability = Capability.SEE_BATCHES

    def get(self, request: HttpRequest, *args: Any, form: str, **kwargs: Any) -> HttpResponseBase:
        layout = CTE_END_OF_YEAR
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
            extract.write(content, self.scope, "tsv")
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
        names = {
            "tsv": "EOY CTE Template.tsv",
            "xlsx": "EOY CTE Template.xlsx",
            "filled": f"CTE EOY {self.scope.district} {self.scope.end_year}.tsv",
        }
        kind = writer.XLSX if form == "xlsx" else writer.TSV
        return FileResponse(content, as_attachment=True, filename=names[form], content_type=kind)
