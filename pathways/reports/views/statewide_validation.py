"""Reporting > Data Validation for OPI: the figures of every district, at the state or at the
districts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import active_end_year
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.batches.submit import key_of
from cte_portal.editions import Edition
from cte_portal.ui.patterns import joined, kept_patterns
from cte_portal.ui.templatetags.portal import count
from pathways.reports.report import Nature
from pathways.reports.statewide import (
    COUNTED,
    DistrictLine,
    ask_for_all,
    district_lines,
    state_totals,
)

HEADS = {
    "a": "Students",
    "b": "Single parents",
    "c": "Differing",
    "d": "Incorrect",
    "e": "Modified",
}


def _rows(lines: Iterable[DistrictLine], end_year: int) -> Iterator[SafeString]:
    patterns = kept_patterns()
    before, _, after = reverse("data-validation-reports", args=["0000", end_year]).partition("0000")
    for line in lines:
        figures = (
            patterns.fill(
                "pathways/reports/statewide_figure.html",
                {"report": report.short, "number": count(figure.count)},
                is_zero=not figure.count,
                is_of_errors=report.nature is Nature.ERRORS,
            )
            for report, figure in line.figures
        )
        values = {
            "address": f"{before}{line.number}{after}",
            "number": line.number,
            "name": line.name,
            "figures": joined(figures),
        }
        yield patterns.fill("pathways/reports/statewide_line.html", values)


class RunAllForm(forms.Form):
    run = forms.ChoiceField(choices=[(edition.name.lower(), edition.label) for edition in Edition])
    key = forms.UUIDField()


class ValidationOfAllDistricts(StatewideView, TemplateView):
    capability = Capability.VIEW_RECORDS
    write_capability = Capability.WORK_STATEWIDE
    template_name = "pathways/reports/validation_statewide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, end_year = self.request.GET, active_end_year(self.request) or 0
        edition = Edition.DISTRICT if query.get("at") == "district" else Edition.STATE
        find, look = query.get("find", "").strip()[:100], bool(query.get("look"))
        lines = district_lines(edition, end_year)
        matches = [
            line
            for line in lines
            if find.lower() in f"{line.number} {line.name}".lower()
            and (line.wants_a_look or not look)
        ]
        own = {
            "heads": [
                f"{report.letter}. {HEADS[report.letter]}" if report.letter else report.short
                for report in COUNTED
            ],
            "lines": matches,
            "rows": joined(_rows(matches, end_year)),
            "districts": len(lines),
            "totals": list(zip(COUNTED, state_totals(edition, end_year), strict=True)),
            "edition": edition,
            "editions": list(Edition),
            "end_year": end_year,
            "find": find,
            "look": look,
            "key": uuid.uuid4(),
            "may_run": self.can(Capability.WORK_STATEWIDE),
        }
        return super().get_context_data(**own, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form, end_year = RunAllForm(request.POST), active_end_year(request)
        if end_year is None or not form.is_valid():
            messages.warning(
                request,
                (
                    "Choose where to run the reports."
                    if end_year
                    else "There is no current school year."
                ),
            )
            return redirect("validation-of-all")
        cleaned = form.cleaned_data
        by: Any = request.user
        batch = ask_for_all(
            Edition[cleaned["run"].upper()],
            end_year,
            by=by,
            key=key_of(cleaned["key"], cleaned["run"]),
        )
        return redirect("statewide-batch", batch.pk)
