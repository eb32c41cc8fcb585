"""What was done to OPI's lists and to people, for OPI to look through (ux O-19)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.accounts.models import AuditEvent
from cte_portal.accounts.models.audit import AuditEventQuerySet
from cte_portal.pages.days import DayField
from cte_portal.pages.typed import paged
from cte_portal.ui import csv_file

PAGE = 50
HEADS = (
    "When",
    "Who",
    "Action",
    "What",
    "Name",
    "District",
    "End Year",
    "Before",
    "After",
    "Reason",
)
LIKE = "Enter the date as MM/DD/YYYY, like 07/14/2025"


class AuditFilter(forms.Form):
    """What to look for; nothing given finds everything."""

    find = forms.CharField(required=False, max_length=100, label="Name or reason")
    kind = forms.ChoiceField(required=False, label="What")
    district = forms.CharField(required=False, max_length=4, label="District")
    first = DayField(required=False, label="From", help_text="MM/DD/YYYY", wrong=LIKE)
    last = DayField(required=False, label="To", help_text="MM/DD/YYYY", wrong=LIKE)
    key = forms.CharField(required=False, max_length=150, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        kinds = AuditEvent.objects.order_by("kind").values_list("kind", flat=True).distinct()
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", "Everything"),
            *((kind, kind.capitalize()) for kind in kinds),
        ]

    def events(self) -> AuditEventQuerySet:
        """Newest first. A filter that cannot be read finds nothing: a list must not say more than
        was asked for.
        """
        if not self.is_valid():
            return AuditEvent.objects.none()
        fields = self.cleaned_data
        events = (
            AuditEvent.objects.newest_first()
            .between(fields["first"], fields["last"])
            .naming(fields["find"])
        )
        for name in ("kind", "key", "district"):
            if fields[name]:
                events = events.filter(**{name: fields[name]})
        return events


class Audit(StatewideView):
    capability = Capability.SEE_LISTS

    def get(self, request: HttpRequest) -> HttpResponse:
        form = AuditFilter(request.GET)
        page, query = paged(request, form.events(), PAGE)
        context = {
            "form": form,
            "page": page,
            "query": query,
            "filtered": any(form.data.get(name) for name in form.fields),
        }
        return render(request, "accounts/audit.html", context)


class AuditDownload(StatewideView):
    """The same events as a file for a spreadsheet."""

    capability = Capability.SEE_LISTS

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return csv_file.download(
            f"audit-{timezone.localdate()}.csv", HEADS, _rows(AuditFilter(request.GET).events())
        )


def _rows(events: AuditEventQuerySet) -> Iterator[list[object]]:
    for event in events.iterator(chunk_size=500):
        at = timezone.localtime(event.at).strftime("%m/%d/%Y %H:%M:%S")
        values = [
            at,
            event.by,
            event.get_operation_display(),
            event.kind,
            event.name,
            event.district,
            event.end_year or "",
        ]
        yield [
            *values,
            json.dumps(event.before, ensure_ascii=False),
            json.dumps(event.after, ensure_ascii=False),
            event.reason,
        ]
