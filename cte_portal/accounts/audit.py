"""What was done to OPI's lists and to people, for OPI to look through (ux O-19)."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from cte_portal.accounts.event_list import EventDownload, EventFilter, EventList
from cte_portal.accounts.models import AuditEvent
from cte_portal.accounts.models.audit import AuditEventQuerySet
from cte_portal.pages.offered import offer


class AuditFilter(EventFilter):
    model = AuditEvent
    field_order = ("find", "kind", "district", "season", "first", "last", "key")

    find = forms.CharField(required=False, max_length=100, label="Name or reason")
    kind = forms.ChoiceField(required=False, label="What")
    district = forms.CharField(required=False, max_length=4, label="District")
    key = forms.CharField(required=False, max_length=150, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        kinds = AuditEvent.objects.order_by("kind").values_list("kind", flat=True).distinct()
        offer(self, "kind", [("", "Everything"), *((kind, kind.capitalize()) for kind in kinds)])

    def narrowed(self, events: AuditEventQuerySet) -> AuditEventQuerySet:
        for name in ("kind", "key", "district"):
            if self.cleaned_data[name]:
                events = events.filter(**{name: self.cleaned_data[name]})
        return events


class Audit(EventList):
    filter_class = AuditFilter
    template_name = "accounts/audit.html"


class AuditDownload(EventDownload):
    filter_class = AuditFilter
    file_name = "audit"
    heads = (
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

    @staticmethod
    def values(event: AuditEvent) -> list[object]:
        return [
            event.by,
            event.get_operation_display(),
            event.kind,
            event.name,
            event.district,
            event.end_year or "",
            json.dumps(event.before, ensure_ascii=False),
            json.dumps(event.after, ensure_ascii=False),
            event.reason,
        ]
