"""District Defined Elements: what a district asks of its records beside the state's fields."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.accounts.models import AuditEvent
from pathways.elements import definitions
from pathways.elements.forms import ElementForm, NewElementForm
from pathways.models import Element
from pathways.models.elements.element import MOST_ELEMENTS


class DistrictDefinedElements(ActionView):
    """The list, and the form that adds one."""

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.DEFINE_ELEMENTS
    keeps = ""
    form_class = NewElementForm
    template_name = "pathways/elements/elements.html"

    def typed_before(self) -> QueryDict | None:
        return super().typed_before() if self.can(Capability.DEFINE_ELEMENTS) else None

    @cached_property
    def elements(self) -> list[Element]:
        return list(Element.objects.of_district(self.scope).prefetch_related("choices"))

    def get_initial(self) -> dict[str, Any]:
        last = max((element.position for element in self.elements), default=0)
        return {"position": min(last + 1, 99)}

    def act(self, form: NewElementForm) -> HttpResponse:
        element = definitions.add(self.scope, form.definition, by=self.person)
        messages.success(self.request, f"{element.name} is now on the records of this district.")
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = super().get_context_data(**kwargs)
        may_change = self.can(Capability.DEFINE_ELEMENTS)
        asked_now = [element for element in self.elements if not element.is_retired]
        in_use, missing = len(asked_now), definitions.missing_of(self.scope, asked_now)
        return {
            **about,
            "elements": [
                (element, definitions.limits(element), missing.get(element.pk))
                for element in self.elements
            ],
            "may_download": bool(self.elements) and self.can(Capability.EXPORT_RECORDS),
            "may_enter": in_use and self.can(Capability.EDIT_RECORDS),
            "may_change": may_change,
            "most": MOST_ELEMENTS,
            "form": about["form"] if may_change and in_use < MOST_ELEMENTS else None,
        }


class ChangeElement(ActionView):
    capability = Capability.DEFINE_ELEMENTS
    keeps = ""
    form_class = ElementForm
    template_name = "pathways/elements/element.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.element  # noqa: B018 - or there is no such page
        return super().post(request, *args, **kwargs)

    @cached_property
    def element(self) -> Element:
        elements = Element.objects.of_district(self.scope).prefetch_related("choices")
        element = elements.filter(pk=self.kwargs["element"]).first()
        if element is None:
            raise Http404("This page does not exist.")
        return element

    def get_initial(self) -> dict[str, Any]:
        return ElementForm.initial_of(self.element)

    def act(self, form: ElementForm) -> HttpResponse:
        is_changed = definitions.change(
            self.scope,
            self.element.pk,
            form.definition,
            seen=form.cleaned_data["version"],
            by=self.person,
        )
        name = form.cleaned_data["name"]
        messages.success(self.request, f"{name} is saved." if is_changed else "No changes to save.")
        return redirect("district-defined-elements", self.scope.district, self.scope.end_year)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        key = f"{self.scope.district}/{self.element.pk}"
        return super().get_context_data(
            element=self.element,
            retired_choices=[
                choice.name for choice in self.element.choices.all() if choice.is_retired
            ],
            has_values=bool(definitions.with_values([self.element])),
            events=AuditEvent.objects.about(definitions.KIND, key).newest_first(),
            **kwargs,
        )
