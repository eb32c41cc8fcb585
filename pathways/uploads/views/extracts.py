"""MT Extracts: the district's records as a file of the state's layout."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.batches.queue.views import queue_list
from cte_portal.batches.submit import key_of, submit
from cte_portal.refusals import Refusal
from pathways.certified import certified
from pathways.files import extract
from pathways.files.layout import CTE_END_OF_YEAR, CTE_FALL, LAYOUTS
from pathways.follow_up.drawing import follow_up_list


class ExtractForm(forms.Form):
    use_required_attribute = False

    type = forms.ChoiceField(
        label="Extract Type", choices=[(slug, layout.title) for slug, layout in LAYOUTS.items()]
    )
    format = forms.ChoiceField(
        label="Format",
        choices=list(extract.FORMATS.items()),
        initial="tsv",
        widget=forms.RadioSelect,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class MTExtracts(ActionView):
    """Reporting > MT State Reporting > MT Extracts."""

    capability = Capability.SEE_BATCHES
    write_capability = Capability.EXPORT_RECORDS
    form_class = ExtractForm
    template_name = "pathways/uploads/extracts.html"

    def get_initial(self) -> dict[str, Any]:
        kind = self.request.GET.get("type", "")
        return {
            "type": kind if kind in LAYOUTS else CTE_END_OF_YEAR.slug,
            "format": "tsv",
            "key": uuid.uuid4(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = queue_list(self.request, self.scope)
        can_extract = self.can(Capability.EXPORT_RECORDS)
        context = {
            "can_extract": can_extract,
            "current": self.in_active_year,
            "sealed": certified().sealed_files(self.scope) if can_extract else [],
        }
        return super().get_context_data(**context, **more, **kwargs)

    def act(self, form: forms.Form) -> HttpResponse:
        choices = form.cleaned_data
        if choices["type"] == CTE_FALL.slug and follow_up_list(self.scope) is None:
            raise Refusal("OPI does not follow up this school year. There is nothing to extract.")
        batch = submit(
            "extract",
            by=self.person,
            title=f"MT Extracts – {LAYOUTS[choices['type']].title}",
            subject=extract.FORMATS[choices["format"]],
            scope=self.scope,
            options={"type": choices["type"], "format": choices["format"]},
            key=key_of(choices["key"], choices["type"], choices["format"]),
        )
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)
