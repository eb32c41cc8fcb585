"""Type Membership Setup: who certifies for the district (guide, Step One)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import cached_property

from certification.certifiers import certifiers
from certification.certifiers.forms import ChangeCertifierForm, InvitationForm, NewCertifierForm
from certification.models import Certifier
from certification.models.certifier import TYPE
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView
from cte_portal.accounts.models import AuditEvent
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import all_of


class TypeMembershipSetup(ActionView):
    """The list, what it means for certifying, and the form that adds one."""

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.MANAGE_CERTIFIERS
    keeps = ""
    form_class = NewCertifierForm
    template_name = "certification/certifiers/type_membership_setup.html"

    def typed_before(self) -> QueryDict | None:
        return super().typed_before() if self.can(Capability.MANAGE_CERTIFIERS) else None

    def get_initial(self) -> dict[str, Any]:
        return {"level": "primary", "mail": True}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "district": self.scope.district}

    def act(self, form: NewCertifierForm) -> HttpResponse:
        certifier = certifiers.add(self.scope, by=self.person, **form.cleaned_data)
        invitation = " The invitation is on its way." if certifier.invited_at else ""
        messages.success(
            self.request,
            f"{certifier.name} is {certifier.get_level_display()} certifier of {TYPE}.{invitation}",
        )
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        certifiers_of_district = list(Certifier.objects.of_district(self.scope.district).listed())
        may_change = self.can(Capability.MANAGE_CERTIFIERS)
        about = super().get_context_data(**kwargs)
        form: NewCertifierForm = about["form"]
        return {
            **about,
            "type": TYPE,
            "certifiers": certifiers_of_district,
            "notice": notice(
                [
                    certifier
                    for certifier in certifiers_of_district
                    if certifier.counts and certifier.is_primary
                ]
            ),
            "own_certifier": next(
                (
                    certifier
                    for certifier in certifiers_of_district
                    if certifier.user_id == self.person.pk and certifier.is_active
                ),
                None,
            ),
            "may_change": may_change,
            "form": form if may_change else None,
            "nobody_left": may_change and not form.people.exists(),
        }


def notice(primaries: list[Certifier]) -> tuple[str, str, str] | None:
    """A banner on the number of Primary certifiers, and on those who cannot sign in (R-11)."""
    number, dormant = (
        len(primaries),
        [certifier.name_apart for certifier in primaries if certifier.user.dormant],
    )
    if not primaries:
        return "attention", "No Primary certifier.", "This collection cannot be certified."
    if dormant:
        names = " and ".join(dormant)
        cure = (
            "To reopen the account, use “Forgot your password?” on the sign-in page, or ask the"
            " District Administrator to open it under People."
        )
        return "attention", f"{names} cannot sign in: account unused for 180 days.", cure
    if number == 1:
        return None
    must = (
        f"{all_of(number)} must sign before the collection counts as certified. OPI recommends only"
        " one."
    )
    return "info", f"{number} Primary certifiers.", must


class ChangeCertifier(ActionView):
    """One certifier: toggle Primary and Secondary, uncheck Active, invite. Each button sends
    `do`.
    """

    capability = Capability.MANAGE_CERTIFIERS
    keeps = ""
    template_name = "certification/certifiers/certifier.html"

    def stored(self) -> Certifier:
        certifiers_of_district = Certifier.objects.of_district(self.scope.district).listed()
        certifier = certifiers_of_district.filter(pk=self.kwargs["certifier"]).first()
        if certifier is None:
            raise Http404("This page does not exist.")
        return certifier

    @cached_property
    def certifier(self) -> Certifier:
        """As the page shows it: stored when it was asked for, or after a refusal."""
        return self.stored()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.certifier = self.stored()  # or there is no such page
        return super().post(request, *args, **kwargs)

    @property
    def invites(self) -> bool:
        return self.request.POST.get("do") == "invite"

    def get_form_class(self) -> type[forms.Form]:
        return InvitationForm if self.invites else ChangeCertifierForm

    def get_initial(self) -> dict[str, Any]:
        return {
            "level": self.certifier.level,
            "job_title": self.certifier.job_title,
            "is_active": self.certifier.is_active,
            "version": self.certifier.version,
        }

    def act(self, form: forms.Form) -> HttpResponse:
        if isinstance(form, ChangeCertifierForm):
            self.change(form)
        else:
            self.invite(form.cleaned_data["version"])
        return redirect("type-membership-setup", self.scope.district, self.scope.end_year)

    def change(self, form: ChangeCertifierForm) -> None:
        values = {name: form.cleaned_data[name] for name in ("level", "job_title", "is_active")}
        before = certifiers.words(self.certifier)
        try:
            has_changed = certifiers.change(
                self.scope,
                self.certifier.pk,
                **values,
                seen=form.cleaned_data["version"],
                by=self.person,
            )
        except Refusal:  # the person is told what it says now
            self.certifier = self.stored()
            form.show_version(self.certifier.version)
            raise
        messages.success(
            self.request,
            (
                f"Saved. {self.certifier.name}. {self.what_changed(before)}."
                if has_changed
                else f"{self.certifier.name} already has these settings. No changes to save."
            ),
        )

    def what_changed(self, before: Mapping[str, str]) -> str:
        after = certifiers.words(self.stored())
        return ", ".join(
            f"{label}: {before[label]} → {value}"
            for label, value in after.items()
            if value != before[label]
        )

    def invite(self, version: int) -> None:
        try:
            certifiers.invite(self.scope, self.certifier.pk, seen=version, by=self.person)
        except Refusal:  # the person is told what it says now
            self.certifier = self.stored()
            raise
        messages.success(self.request, f"The invitation to {self.certifier.name} is on its way.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        certifier = self.certifier
        events = AuditEvent.objects.about(
            "certifier", f"{certifier.district}/{certifier.user_id}"
        ).newest_first()[:50]
        waits = bool(certifier.invited_at and not certifier.accepted_at)
        about = super().get_context_data(
            certifier=certifier,
            events=events,
            type=TYPE,
            invitable=certifier.counts,
            fate=certifiers.fate_of_invitation(certifier) if waits else None,
            **kwargs,
        )
        if not self.invites:
            return about
        return {
            **about,
            "form": ChangeCertifierForm(initial=self.get_initial()),
            "invitation": about["form"],
        }


class AcceptCertifying(ScopedView):
    """The person named takes the task on."""

    capability = Capability.VIEW_RECORDS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not certifiers.accept(self.scope, self.person):
            raise PermissionDenied
        messages.success(request, "Thank you. Your district and OPI can see that you accepted.")
        return redirect("type-membership-setup", self.scope.district, self.scope.end_year)
