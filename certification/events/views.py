"""Certification events as OPI sets them up (ux O-17): seen by its staff, changed by its
administrators, each move previewed.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property

from certification.collections.chosen import COLLECTIONS
from certification.collections.end_of_year import END_OF_YEAR
from certification.collections.fall.description import FALL
from certification.events import events
from certification.events.effects import effects, moving
from certification.events.forms import EventForm
from certification.models import CertificationEvent, Round
from certification.status.district_event import DistrictEvent
from certification.status.statewide import district_events
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView, StatewideView
from cte_portal.accounts.models import AuditEvent
from cte_portal.editions import school_year_label
from cte_portal.pages.previewed import PreviewedAction, PreviewedForm
from cte_portal.pages.reason import ReasonForm
from cte_portal.pages.typed import number
from pathways.models import District, SchoolYear

MOVES = {"published": "Publish", "closed": "Close"}


class EventsView(StatewideView):
    """The base of OPI's pages about events."""

    capability = Capability.SEE_LISTS
    write_capability = Capability.KEEP_LISTS

    @property
    def may_change(self) -> bool:
        return self.can(Capability.KEEP_LISTS)

    @cached_property
    def event(self) -> CertificationEvent:
        """As it stood when the page was asked for."""
        return get_object_or_404(CertificationEvent, pk=self.kwargs["event"])


class Events(EventsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        sealed = Count("rounds", filter=Q(rounds__status=Round.Status.SEALED), distinct=True)
        events_with_counts = CertificationEvent.objects.newest_first().annotate(
            certified=sealed, extended=Count("extensions", distinct=True)
        )
        now = timezone.now()
        rows = [
            (
                event,
                event.dates.phase(now).value if event.is_published else "",
                school_year_label(event.end_year + 1),
            )
            for event in events_with_counts
        ]
        context = {
            "rows": rows,
            "districts": District.objects.count(),
            "may_change": self.may_change,
        }
        return render(request, "certification/events/events.html", context)


class NewEvent(EventsView, StatewideActionView):
    """A draft: from nothing, or copied from the year before."""

    capability = Capability.KEEP_LISTS
    keeps = ""
    form_class = EventForm
    template_name = "certification/events/event.html"

    @cached_property
    def earlier(self) -> CertificationEvent | None:
        return CertificationEvent.objects.filter(
            pk=number(self.request.GET.get("from", "")) or 0
        ).first()

    def get_initial(self) -> dict[str, Any]:
        if self.earlier:
            return {"links": events.links_of(self.earlier)}
        collection = COLLECTIONS.get(self.request.GET.get("collection", ""), END_OF_YEAR)
        active = SchoolYear.objects.filter(is_active=True).first()
        year = active.end_year - (collection is FALL) if active else None
        return {
            "name": f"{collection.event_name} {school_year_label(year)}" if year else "",
            "end_year": year,
            "collection": collection.slug,
            "statements": list(collection.statements),
            "validation_groups": [collection.groups[0].slug],
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """A form that is sent is an event of its own, whatever it was copied from."""
        arguments = super().get_form_kwargs()
        return {
            **arguments,
            "instance": (
                events.copy_of(self.earlier) if self.earlier and "data" not in arguments else None
            ),
        }

    def act(self, form: EventForm) -> HttpResponse:
        event = events.make(form.save(commit=False), form.cleaned_data["links"], by=self.person)
        messages.success(
            self.request,
            f"Saved as a draft. Districts do not see “{event.name}” until it is published.",
        )
        return redirect("certification-event", event.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(earlier=self.earlier, may_change=True, **kwargs)


class Event(EventsView, PreviewedForm, StatewideActionView):
    """One event: its fields, extensions, history, and the moves that are open."""

    keeps = ""
    form_class = EventForm
    template_name = "certification/events/event.html"
    asks_reason = True

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        return events.links_of(self.event)

    def typed_before(self) -> QueryDict | None:
        return super().typed_before() if self.may_change else None

    def get_initial(self) -> dict[str, Any]:
        return {"links": self.links}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form writes into a copy: the event as it stands is compared with it."""
        return {**super().get_form_kwargs(), "instance": copy(self.event)}

    def effects_of(self, form: EventForm) -> list[str]:
        links = form.cleaned_data["links"]
        if events.words(self.event, self.links) == events.words(form.instance, links):
            return []
        return effects(self.event, form.instance, links_differ=self.links != links)

    def act(self, form: EventForm) -> HttpResponse:
        has_changed = events.change(
            form.instance,
            form.cleaned_data["links"],
            seen=form.cleaned_data["version"] or 0,
            by=self.person,
            reason=self.reason,
        )
        messages.success(self.request, "Saved." if has_changed else "No changes to save.")
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.event
        history = AuditEvent.objects.filter(
            Q(kind="certification event", key=str(event.pk))
            | Q(kind="extension", key__startswith=f"{event.pk}/")
        ).newest_first()
        names = dict(
            District.objects.filter(number__in=event.extensions.values("district")).values_list(
                "number", "name"
            )
        )
        return super().get_context_data(
            event=event,
            moves=[(to, label_of(event, to)) for to in event.MOVES[event.status]],
            extensions=[
                (extension, names.get(extension.district, ""))
                for extension in event.extensions.all()
            ],
            finishing=finishing_districts(event),
            words=events.words(event, self.links),
            phase=event.dates.phase(timezone.now()).value if event.is_published else "",
            history=history[:50],
            may_change=self.may_change,
            **kwargs,
        )


def label_of(event: CertificationEvent, to: str) -> str:
    """The button of a move."""
    return "Show again" if event.closed_at and to == "published" else MOVES[to]


def finishing_districts(event: CertificationEvent) -> list[tuple[DistrictEvent, str]]:
    """The districts that may still sign an event of a year that is over, with their names."""
    names = dict(District.objects.filter(number__in=event.may_finish).values_list("number", "name"))
    if not names:
        return []
    return [
        (district_event, names[district_event.district])
        for district_event in district_events(event, names).values()
        if district_event.finishing
    ]


class MoveEvent(EventsView, PreviewedAction, StatewideActionView):
    """Publish, close, show again: first what follows and what districts will see, then the move."""

    capability = Capability.KEEP_LISTS
    keeps = ""
    form_class = ReasonForm
    template_name = "certification/events/move.html"

    @property
    def is_change(self) -> bool:
        """True when districts have seen the event before; the first publishing needs no reason."""
        return self.event.published_at is not None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.demand_move()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.event.status == self.kwargs["to"]:  # a double click
            return redirect("certification-event", self.event.pk)
        self.demand_move()
        return super().post(request, *args, **kwargs)

    def demand_move(self) -> None:
        if not self.event.may_become(self.kwargs["to"]):
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "needed": self.is_change}

    def effects(self) -> list[str]:
        return moving(self.event, self.kwargs["to"])

    def act(self, form: ReasonForm) -> HttpResponse:
        event = events.move(
            self.event.pk,
            self.kwargs["to"],
            by=self.person,
            reason=form.cleaned_data.get("reason", ""),
        )
        messages.success(
            self.request, f"“{event.name}” is {event.get_status_display().lower()} now."
        )
        return redirect("certification-event", event.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event, to = self.event, self.kwargs["to"]
        return super().get_context_data(
            event=event,
            label=label_of(event, to),
            dates=event.dates,
            due=event.dates.sentence(timezone.now()),
            statements=event.worded("[district name]") if to == "published" else [],
            **kwargs,
        )
