"""A district's later dates: given, changed and taken back, each time after the effects are shown."""

from __future__ import annotations

from copy import copy
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property

from certification.events import extensions
from certification.events.forms import ExtensionForm
from certification.events.views import EventsView
from certification.models import Extension
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView
from cte_portal.pages.previewed import PreviewedAction, PreviewedForm
from cte_portal.pages.reason import ReasonForm
from pathways.models import District

TAKE_BACK = "take-back"
"""The button that removes the extension sends this as `do`, to the address that changes it."""


class ExtensionView(EventsView, StatewideActionView):
    """A page of one district's extension: `district` is in the address once it has one."""

    capability = Capability.KEEP_LISTS
    keeps = ""
    template_name = "certification/events/extension.html"

    @cached_property
    def stored(self) -> Extension | None:
        number = self.kwargs.get("district")
        if not number:
            return None
        if not (number.isascii() and number.isdigit()):
            raise Http404("There is no such district.")
        return get_object_or_404(Extension, event=self.kwargs["event"], district=number)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(event=self.event, stored=self.stored, **kwargs)


class GiveExtension(PreviewedForm, ExtensionView):
    """Later dates for one district. The form itself asks for the reason."""

    form_class = ExtensionForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.stored and self.kept_form(TAKE_BACK):
            return cast(HttpResponse, remove_extension(request, *args, **kwargs))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.stored and request.POST.get("do") == TAKE_BACK:
            return cast(HttpResponse, remove_extension(request, *args, **kwargs))
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        if self.stored:
            return {}
        return {
            "due": self.event.due,
            "corrections_until": self.event.corrections_until,
            "district": self.request.GET.get("district", "")[:4],
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "event": self.event, "instance": copy(self.stored)}

    def effects_of(self, form: ExtensionForm) -> list[str]:
        return extensions.effects(self.event, district_of(form.instance), form.instance)

    def act(self, form: ExtensionForm) -> HttpResponse:
        extension = form.instance
        extensions.give(extension, seen=extensions.words(self.stored), by=self.person)
        messages.success(
            self.request,
            f"Saved. {district_of(extension)} has until {extension.due:%m/%d/%Y}.",
        )
        return redirect("certification-event", self.event.pk)


class RemoveExtension(PreviewedAction, ExtensionView):
    """The event's own dates again: the first click shows the effects and asks for the reason."""

    form_class = ReasonForm

    @property
    def extension(self) -> Extension:
        if self.stored is None:
            raise Http404("There is no extension.")
        return self.stored

    def get_form_kwargs(self) -> dict[str, Any]:
        arguments = super().get_form_kwargs()
        if "seen" not in arguments.get("data", {}):  # nothing was asked yet
            arguments.pop("data", None)
        return arguments

    def effects(self) -> list[str]:
        return extensions.effects(self.event, district_of(self.extension), None)

    def act(self, form: ReasonForm) -> HttpResponse:
        extensions.take_back(
            self.event,
            self.extension.district,
            by=self.person,
            reason=form.cleaned_data["reason"],
        )
        messages.success(
            self.request, f"District {self.extension.district} has the event's own dates again."
        )
        return redirect("certification-event", self.event.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "reasons": context["form"]}


remove_extension = RemoveExtension.as_view()


def district_of(extension: Extension) -> District:
    return District.objects.get(number=extension.district)
