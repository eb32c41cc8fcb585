"""The Event Dashboard and an event's own page (guide, Step Four: Certify Data)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from certification.models import Certifier, Round, Signature
from certification.status import DistrictEvent, event_of, events_of
from cte_portal.accounts.capabilities import Capability
from cte_portal.accounts.scoped import ScopedView


class EventDashboard(ScopedView):
    """The district's events of the school year."""

    capability = Capability.VIEW_RECORDS
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return render(request, "certification/dashboard.html", {"events": events_of(self.scope)})


class EventCertification(ScopedView):
    """One event: its dates, where the district stands, and who has signed."""

    capability = Capability.VIEW_RECORDS
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one = event_of(self.scope, kwargs["event"])
        if one is None:
            raise Http404("This page does not exist.")
        told = {"one": one, "event": one.event, "dates": one.dates, "signers": signers(one), "links": one.event.links.all()}
        return render(request, "certification/event.html", told)


def signers(one: DistrictEvent) -> list[tuple[Certifier, Signature | None]]:
    """The active certifiers with the signature that stands: in the open round, else in the sealed one. Primary first."""
    rounds = Round.objects.of(one.event, one.district)
    current = rounds.open().first() or rounds.official().first()
    standing = {signature.certifier_id: signature for signature in Signature.objects.standing().filter(round=current)}
    active = Certifier.objects.of_district(one.district).active().listed()
    return [(certifier, standing.get(certifier.pk)) for certifier in active]
