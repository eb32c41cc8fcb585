"""Type Membership Setup: who certifies for the district (guide, Step One)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from certification.certifiers import certifiers
from certification.certifiers.forms import ChangeCertifierForm, NewCertifierForm
from certification.models import Certifier
from certification.models.certifier import TYPE
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView
from cte_portal.accounts.models import AuditEvent
from cte_portal.pages.typed import number
from cte_portal.refusals import Refusal


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
        mailed = " The invitation is on its way." if certifier.invited_at else ""
        messages.success(
            self.request,
            f"{certifier.name} is {certifier.get_level_display()} certifier of {TYPE}.{mailed}",
        )
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listed = list(Certifier.objects.of_district(self.scope.district).listed())
        may_change = self.can(Capability.MANAGE_CERTIFIERS)
        about = super().get_context_data(**kwargs)
        form: NewCertifierForm = about["form"]
        return {
            **about,
            "type": TYPE,
            "certifiers": listed,
            "notice": notice(
                [certifier for certifier in listed if certifier.counts and certifier.is_primary]
            ),
            "mine": next(
                (
                    certifier
                    for certifier in listed
                    if certifier.user_id == self.person.pk and certifier.is_active
                ),
                None,
            ),
            "may_change": may_change,
            "form": form if may_change else None,
            "nobody_left": may_change and not form.fields["person"].queryset.exists(),  # type: ignore[attr-defined]
        }


def notice(primaries: list[Certifier]) -> tuple[str, str, str] | None:
    """What the Primary certifiers there are mean, as a banner says it (R-11)."""
    number, dormant = len(primaries), [one.name_apart for one in primaries if one.user.dormant]
    if not primaries:
        return "attention", "No Primary certifier.", "This collection cannot be certified."
    if dormant:
        who = " and ".join(dormant)
        cure = (
            "To reopen the account, use “Forgot your password?” on the sign-in page, or ask the"
            " District Administrator to open it under People."
        )
        return "attention", f"{who} cannot sign in: account unused for 180 days.", cure
    if number == 1:
        return None
    must = (
        f"All {number} must sign before the collection counts as certified. OPI recommends only"
        " one."
    )
    return "info", f"{number} Primary certifiers.", must


class ChangeCertifier(ScopedView):
    """One certifier: toggle Primary and Secondary, uncheck Active, invite. Each button sends
    `do`.
    """

    capability = Capability.MANAGE_CERTIFIERS
    keeps = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one = self.certifier
        initial = {
            "level": one.level,
            "job_title": one.job_title,
            "is_active": one.is_active,
            "version": one.version,
        }
        return self.show(one, ChangeCertifierForm(self.kept_form(), initial=initial))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one = self.certifier
        form = ChangeCertifierForm(request.POST)
        if request.POST.get("do") == "invite":
            return self.invite(one)
        if not form.is_valid():
            return self.show(one, form)
        asked = {name: form.cleaned_data[name] for name in ("level", "job_title", "is_active")}
        try:
            changed = certifiers.change(
                self.scope, one.pk, **asked, seen=form.cleaned_data["version"], by=self.person
            )
        except Refusal as refusal:
            one = self.certifier
            typed = request.POST.copy()
            typed["version"] = str(one.version)  # the person is told what it says now
            form = ChangeCertifierForm(typed)
            refusal.show_on(form)
            return self.show(one, form)
        messages.success(
            request,
            (
                f"Saved. {one.name}."
                if changed
                else f"{one.name} already has these settings. No changes to save."
            ),
        )
        return redirect("type-membership-setup", self.scope.district, self.scope.end_year)

    def invite(self, one: Certifier) -> HttpResponse:
        version = number(self.request.POST.get("version", "")) or 0
        try:
            certifiers.invite(self.scope, one.pk, seen=version, by=self.person)
        except Refusal as refusal:
            messages.error(self.request, refusal.sentence)
            return redirect(self.request.path)
        messages.success(self.request, f"The invitation to {one.name} is on its way.")
        return redirect("type-membership-setup", self.scope.district, self.scope.end_year)

    @property
    def certifier(self) -> Certifier:
        found = (
            Certifier.objects.of_district(self.scope.district)
            .listed()
            .filter(pk=self.kwargs["certifier"])
            .first()
        )
        if found is None:
            raise Http404("This page does not exist.")
        return found

    def show(self, one: Certifier, form: ChangeCertifierForm) -> HttpResponse:
        events = AuditEvent.objects.about(
            "certifier", f"{one.district}/{one.user_id}"
        ).newest_first()[:50]
        told = {
            "one": one,
            "form": form,
            "events": events,
            "type": TYPE,
            "invitable": one.counts,
        }
        return render(self.request, "certification/certifiers/certifier.html", told)


class AcceptCertifying(ScopedView):
    """The person named takes the task on."""

    capability = Capability.VIEW_RECORDS
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not certifiers.accept(self.scope, self.person):
            raise PermissionDenied
        messages.success(request, "Thank you. Your district and OPI can see that you accepted.")
        return redirect("type-membership-setup", self.scope.district, self.scope.end_year)
