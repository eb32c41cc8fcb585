"""OPI's page of what people read above every page, and may do meanwhile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView
from cte_portal.pages.reason import ReasonField
from cte_portal.watch.models import Service
from cte_portal.watch.service import service


class ServiceForm(forms.Form):
    use_required_attribute = False

    announcement = ReasonField(
        max_length=300,
        required=False,
        label="Announcement",
        help_text="Above every page, also before sign-in. No names and no student data.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    mode = forms.ChoiceField(
        label="Service",
        help_text=(
            "Read only: nothing is saved or sent, and jobs wait. Closed: OPI Administrators alone can"
            " look."
        ),
        choices=Service.Mode.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what people can do"},
    )
    reason = ReasonField(
        max_length=200,
        label="Reason",
        help_text="For the audit; people do not see it.",
        error_messages={"required": "Enter the reason"},
    )

    def clean_announcement(self) -> str:
        """One paragraph, whatever was pasted."""
        return " ".join(str(self.cleaned_data["announcement"]).split())


class PortalService(StatewideActionView):
    capability = Capability.SEE_LISTS
    write_capability = Capability.KEEP_LISTS
    keeps = ""
    form_class = ServiceForm
    template_name = "watch/service.html"

    def get_initial(self) -> dict[str, Any]:
        now = Service.objects.first() or Service()
        return {"announcement": now.announcement, "mode": now.mode}

    def act(self, form: ServiceForm) -> HttpResponse:
        service.change(
            form.cleaned_data["announcement"],
            form.cleaned_data["mode"],
            by=self.person,
            reason=form.cleaned_data["reason"],
        )
        messages.success(self.request, "Saved. All pages show it within a few seconds.")
        return redirect("portal-service")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            now=Service.objects.first() or Service(),
            may_change=self.can(Capability.KEEP_LISTS),
            **kwargs,
        )
