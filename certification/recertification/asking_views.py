"""Asking to correct what is certified: by a certifier of the district, or by OPI (ux R-13)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property

from certification.collections.chosen import collection_of
from certification.models import Recertification
from certification.models.certifier import certifies
from certification.recertification import recertification as actions
from certification.recertification.forms import AskForm, DemandForm
from certification.recertification.reopening import cannot_reopen
from certification.status.district_event import DistrictEvent
from certification.status.status import event_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from pathways.findings.findings import findings


class CertificationView(ActionView):
    """A page about the district's certification, for its certifiers and for OPI."""

    capability = Capability.VIEW_RECORDS
    keeps = ""

    @property
    def is_opi(self) -> bool:
        return self.can(Capability.WORK_STATEWIDE)

    @property
    def is_certifier(self) -> bool:
        return certifies(self.scope.district, self.person)

    def event(self) -> DistrictEvent:
        district_event = event_of(self.scope, self.kwargs["event"])
        if district_event is None:
            raise Http404("This page does not exist.")
        return district_event

    def to(self, request: Recertification) -> HttpResponse:
        return redirect("recertification", self.scope.district, self.scope.end_year, request.pk)


class AskingView(CertificationView, ABC):
    """A page that asks to correct what is certified, where that is possible now."""

    @cached_property
    def district_event(self) -> DistrictEvent:
        return self.event()

    @property
    @abstractmethod
    def may_ask(self) -> bool:
        """Whether the person may ask for it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.demand_right()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.demand_right()
        return super().post(request, *args, **kwargs)

    def demand_right(self) -> None:
        if (
            self.district_event and not self.may_ask
        ):  # an event that is not there answers 404 to everybody
            raise PermissionDenied

    def typed_before(self) -> QueryDict | None:
        return None if cannot_reopen(self.district_event) else super().typed_before()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            district_event=self.district_event,
            event=self.district_event.event,
            collection=collection_of(self.district_event.event),
            why_not=cannot_reopen(self.district_event),
            **kwargs,
        )


class NewRecertification(AskingView):
    """A certifier asks; who has asked already is led to the request."""

    form_class = AskForm
    template_name = "certification/recertification/new.html"

    @property
    def may_ask(self) -> bool:
        return self.is_certifier

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.demand_right()
        open_request = (
            Recertification.objects.of(self.district_event.event, self.scope.district)
            .open()
            .first()
        )
        return self.to(open_request) if open_request else super().get(request, *args, **kwargs)

    def act(self, form: AskForm) -> HttpResponse:
        request = actions.ask(
            self.scope, self.district_event.event.pk, by=self.person, **form.cleaned_data
        )
        messages.success(
            self.request,
            "Your request was sent to OPI. The certification stays in effect until OPI answers.",
        )
        return self.to(request)


class DemandRecertification(AskingView):
    """OPI reopens a certification and says what has to be corrected."""

    form_class = DemandForm
    template_name = "certification/recertification/demand.html"

    @property
    def may_ask(self) -> bool:
        return self.is_opi

    @cached_property
    def findings_at_state(self) -> list[dict[str, Any]]:
        """The findings at the state, counted by rule."""
        groups = findings(self.scope.at_state()).by_rule
        return [
            {"rule": group.rule.id, "title": group.rule.problem, "count": group.total}
            for group in groups
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        rules = [
            (finding["rule"], f"{finding['rule']} {finding['title']}: {finding['count']:,}")
            for finding in self.findings_at_state
        ]
        return {**super().get_form_kwargs(), "rules": rules}

    def act(self, form: DemandForm) -> HttpResponse:
        rule_ids = set(form.cleaned_data.get("findings", ()))
        attached = [finding for finding in self.findings_at_state if finding["rule"] in rule_ids]
        request = actions.demand(
            self.scope,
            self.district_event.event.pk,
            by=self.person,
            reason=form.cleaned_data["reason"],
            findings=attached,
        )
        messages.success(
            self.request, "The certification is reopened. Every certifier gets an e-mail."
        )
        return self.to(request)
