"""Certification events as OPI sets them up (ux O-17): seen by its staff, changed by its
administrators, each move previewed.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property

from certification.events import events, extensions
from certification.events.forms import EventForm, ExtensionForm, ReasonForm
from certification.models import CertificationEvent, Extension, Round
from certification.models.event import default_groups, default_statements
from certification.status.statewide import district_events
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView, StatewideView
from cte_portal.accounts.models import AuditEvent
from cte_portal.editions import school_year_label
from cte_portal.pages.previewed import PreviewedAction, shown_as, was_shown
from cte_portal.pages.typed import number
from cte_portal.refusals import Refusal
from pathways.models import District, SchoolYear

MOVES = {"published": "Publish", "closed": "Close"}


class EventsView(StatewideView):
    """What the pages have in common."""

    capability = Capability.SEE_LISTS
    write_capability = Capability.KEEP_LISTS

    @property
    def may_change(self) -> bool:
        return self.can(Capability.KEEP_LISTS)

    @property
    def event(self) -> CertificationEvent:
        """As it is stored now."""
        return get_object_or_404(CertificationEvent, pk=self.kwargs["event"])

    def seen(self, effects: list[str]) -> bool:
        """Whether the person has been shown just these effects."""
        return was_shown(self.request, effects)


class Events(EventsView):
    http_method_names = ["get", "head", "options"]

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
        active = SchoolYear.objects.filter(is_active=True).first()
        name = (
            f"End of Year CTE Concentrator & Participants Certification {active}" if active else ""
        )
        fields = {"name": name, "end_year": active.pk if active else None, "collection": "cte-eoy"}
        return {**fields, "statements": default_statements(), "validation_groups": default_groups()}

    def get_form_kwargs(self) -> dict[str, Any]:
        """What was typed is an event of its own, whatever it was copied from."""
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


class Event(EventsView):
    """One event: its fields, extensions, history, and the moves that are open."""

    keeps = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        event, data = self.event, self.kept_form() if self.may_change else None
        if data is None:
            return self.show(
                event, EventForm(instance=event, initial={"links": events.links_of(event)})
            )
        form = EventForm(data, instance=self.event)
        effects = self.effects(event, form) if "seen" in data and form.is_valid() else []
        return self.show(event, form, effects=effects, reasons=ReasonForm(data))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        event = self.event
        form = EventForm(request.POST, instance=self.event)
        if not form.is_valid():
            return self.show(event, form)
        changed_event, links = form.save(commit=False), form.cleaned_data["links"]
        effects, reason = self.effects(event, form), ""
        if effects:
            reasons = ReasonForm(request.POST) if "seen" in request.POST else ReasonForm()
            if not self.seen(effects) or not reasons.is_valid():
                return self.show(event, form, effects=effects, reasons=reasons)
            reason = reasons.cleaned_data["reason"]
        try:
            has_changed = events.change(
                changed_event,
                links,
                seen=form.cleaned_data["version"] or 0,
                by=self.person,
                reason=reason,
            )
        except Refusal as refusal:
            refusal.show_on(form)
            return self.show(event, form)
        messages.success(request, "Saved." if has_changed else "No changes to save.")
        return redirect(request.path)

    def effects(self, event: CertificationEvent, form: EventForm) -> list[str]:
        """What follows from the change that a valid form asks for."""
        changed_event, links, before = (
            form.save(commit=False),
            form.cleaned_data["links"],
            events.links_of(event),
        )
        if events.words(event, before) == events.words(changed_event, links):
            return []
        return events.effects(event, changed_event, links_differ=before != links)

    def show(
        self,
        event: CertificationEvent,
        form: EventForm,
        *,
        effects: list[str] | None = None,
        reasons: Any = None,
    ) -> HttpResponse:
        history = AuditEvent.objects.filter(
            Q(kind="certification event", key=str(event.pk))
            | Q(kind="extension", key__startswith=f"{event.pk}/")
        ).newest_first()
        names = dict(
            District.objects.filter(number__in=event.extensions.values("district")).values_list(
                "number", "name"
            )
        )
        every = dict(
            District.objects.filter(number__in=event.may_finish).values_list("number", "name")
        )
        context = {
            "event": event,
            "form": form,
            "effects": effects,
            "seen": shown_as(effects),
            "reasons": reasons,
            "moves": [
                (to.value, "Show again" if event.closed_at and to == "published" else MOVES[to])
                for to in event.MOVES[event.status]
            ],  # type: ignore[index]
            "extensions": [
                (extension, names.get(extension.district, ""))
                for extension in event.extensions.all()
            ],
            "finishing": (
                [
                    (case, every[case.district])
                    for case in district_events(event, every).values()
                    if case.finishing
                ]
                if every
                else []
            ),
            "words": events.words(event, events.links_of(event)),
            "phase": event.dates.phase(timezone.now()).value if event.is_published else "",
            "history": history[:50],
            "may_change": self.may_change,
        }
        return render(self.request, "certification/events/event.html", context)


class MoveEvent(EventsView, PreviewedAction, StatewideActionView):
    """Publish, close, show again: first what follows and what districts will see, then the move."""

    capability = Capability.KEEP_LISTS
    keeps = ""
    form_class = ReasonForm
    template_name = "certification/events/move.html"

    @cached_property
    def before(self) -> CertificationEvent:
        """As it stood when the page was asked for."""
        return self.event

    @property
    def is_change(self) -> bool:
        """Whether districts have seen the event before: the first publishing needs no reason beside
        itself.
        """
        return self.before.published_at is not None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.demand_move()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.before.status == self.kwargs["to"]:  # a double click
            return redirect("certification-event", self.before.pk)
        self.demand_move()
        return super().post(request, *args, **kwargs)

    def demand_move(self) -> None:
        if not self.before.may_become(self.kwargs["to"]):
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "needed": self.is_change}

    def effects(self) -> list[str]:
        return events.moving(self.before, self.kwargs["to"])

    def act(self, form: ReasonForm) -> HttpResponse:
        event = events.move(
            self.before.pk,
            self.kwargs["to"],
            by=self.person,
            reason=form.cleaned_data.get("reason", ""),
        )
        messages.success(
            self.request, f"“{event.name}” is {event.get_status_display().lower()} now."
        )
        return redirect("certification-event", event.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event, to = self.before, self.kwargs["to"]
        return super().get_context_data(
            event=event,
            label="Show again" if event.closed_at and to == "published" else MOVES[to],
            dates=event.dates,
            due=event.dates.sentence(timezone.now()),
            statements=event.worded("[district name]") if to == "published" else [],
            **kwargs,
        )


class GiveExtension(EventsView):
    """Later dates for one district: `district` is in the address once it has an extension."""

    capability = Capability.KEEP_LISTS
    keeps = ""

    @property
    def stored(self) -> Extension | None:
        number = self.kwargs.get("district")
        if number and not (number.isascii() and number.isdigit()):
            raise Http404("There is no such district.")
        return (
            get_object_or_404(Extension, event=self.kwargs["event"], district=number)
            if number
            else None
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        event, stored = self.event, self.stored
        if stored and (data := self.kept_form("take-back")):
            return self.ask_to_take_back(event, stored, ReasonForm(data))
        initial = {
            "due": event.due,
            "corrections_until": event.corrections_until,
            "district": self.request.GET.get("district", "")[:4],
        }
        return self.show(
            event,
            ExtensionForm(
                self.kept_form(), event=event, instance=stored, initial={} if stored else initial
            ),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        event, stored = self.event, self.stored
        if stored and request.POST.get("do") == "take-back":
            return self.take_back(event, stored)
        form = ExtensionForm(request.POST, event=event, instance=self.stored)
        if not form.is_valid():
            return self.show(event, form)
        extension = form.save(commit=False)
        district = District.objects.get(number=extension.district)
        effects = extensions.effects(event, district, extension)
        if not self.seen(effects):
            return self.show(event, form, effects=effects)
        try:
            extensions.give(extension, seen=extensions.words(stored), by=self.person)
        except Refusal as refusal:
            refusal.show_on(form)
            return self.show(event, form)
        messages.success(request, f"Saved. {district} has until {extension.due:%m/%d/%Y}.")
        return redirect("certification-event", event.pk)

    def take_back(self, event: CertificationEvent, stored: Extension) -> HttpResponse:
        effects = extensions.effects(event, District.objects.get(number=stored.district), None)
        reasons = ReasonForm(self.request.POST) if "seen" in self.request.POST else ReasonForm()
        if not self.seen(effects) or not reasons.is_valid():
            return self.ask_to_take_back(event, stored, reasons)
        extensions.take_back(
            event, stored.district, by=self.person, reason=reasons.cleaned_data["reason"]
        )
        messages.success(
            self.request, f"District {stored.district} has the event's own dates again."
        )
        return redirect("certification-event", event.pk)

    def ask_to_take_back(
        self, event: CertificationEvent, stored: Extension, reasons: ReasonForm
    ) -> HttpResponse:
        effects = extensions.effects(event, District.objects.get(number=stored.district), None)
        return self.show(
            event, ExtensionForm(event=event, instance=stored), effects=effects, reasons=reasons
        )

    def show(
        self,
        event: CertificationEvent,
        form: ExtensionForm,
        *,
        effects: list[str] | None = None,
        reasons: Any = None,
    ) -> HttpResponse:
        context = {
            "event": event,
            "form": form,
            "stored": self.stored,
            "effects": effects,
            "seen": shown_as(effects),
            "reasons": reasons,
        }
        return render(self.request, "certification/events/extension.html", context)
