"""Pages about the systems whose OneRoster exports a district sends: what is asked once, what holds,
and who said so.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView, ScopedView
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import submit
from pathways.models import OneRosterMapping
from pathways.models.author import told_apart
from pathways.roster.imports.oneroster.confirming import confirm
from pathways.roster.imports.oneroster.forms import MappingForm, of_mapping


class OneRosterSources(ScopedView, TemplateView):
    """Every system with the mapping in force, and the earlier ones as its history."""

    capability = Capability.SEE_BATCHES
    template_name = "pathways/roster/oneroster_sources.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mappings = told_apart(
            OneRosterMapping.objects.of_district(self.scope.district).prefetch_related("schools")
        )
        sources: dict[str, list[OneRosterMapping]] = {}
        for mapping in mappings:
            sources.setdefault(mapping.source, []).append(mapping)
        return super().get_context_data(
            sources=list(sources.values()),
            may_change=self.can_edit,
            **kwargs,
        )


class MappingPage(ActionView):
    capability = Capability.EDIT_RECORDS
    write_capability = Capability.EDIT_RECORDS
    form_class = MappingForm
    template_name = "pathways/roster/oneroster_mapping.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Rosters can be changed only in the current school year.")
        return super().post(request, *args, **kwargs)

    def confirmed(self, form: forms.Form) -> OneRosterMapping:
        assert isinstance(form, MappingForm)  # noqa: S101 - the class of these pages
        return confirm(self.scope, form.choices(), by=self.person.record_name, by_id=self.person.pk)


class ConfirmMapping(MappingPage):
    """What an export asks before it can be read. Afterwards the same file is tested again."""

    @cached_property
    def batch(self) -> Batch:
        batches = Batch.objects.of_district(self.scope.district).prefetch_related("files")
        batch = batches.filter(pk=self.kwargs["batch"], kind="roster-file").first()
        if batch is None or batch.end_year != self.scope.end_year:
            raise Http404("There is no such upload.")
        return batch

    @cached_property
    def proposals(self) -> dict[str, Any] | None:
        """What was proposed, while it is kept."""
        file = next((file for file in self.batch.files.all() if file.role == "mapping.json"), None)
        if file is None or not is_stored(file.stored):
            return None
        with open_stored(file.stored) as content:
            kept: dict[str, Any] = json.load(content)
        return kept

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().get(request, *args, **kwargs) if self.proposals else self._gone()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs) if self.proposals else self._gone()

    def _gone(self) -> HttpResponse:
        messages.warning(self.request, "Nothing is asked about this file. Choose it again.")
        return redirect("batch", self.scope.district, self.scope.end_year, self.batch.pk)

    def get_form_kwargs(self) -> dict[str, Any]:
        source = self.batch.result["asks"]["source"]
        return {**super().get_form_kwargs(), "proposals": self.proposals, "source": source}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        source = self.batch.result["asks"]["source"]
        return super().get_context_data(
            source=source, batch=self.batch, students=(self.proposals or {})["students"], **kwargs
        )

    def act(self, form: forms.Form) -> HttpResponse:
        mapping = self.confirmed(form)
        if not is_stored(self.batch.input_file):
            messages.success(self.request, "Saved. The file is no longer kept: choose it again.")
            return redirect("mt-data-upload", self.scope.district, self.scope.end_year)
        batch = submit(
            "roster-file",
            by=self.person,
            title=self.batch.title.replace("Upload File", "Validate and Test File"),
            subject=self.batch.subject,
            scope=self.scope,
            options={**self.batch.options, "work": "validate"},
            key=f"mapping:{self.batch.pk}:{mapping.pk}",
            content=open_stored(self.batch.input_file),
            about=self.batch,
            notify=self.batch.notify,
        )
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)


class ChangeMapping(MappingPage):
    """The mapping in force of a system, changed without a file at hand."""

    @cached_property
    def mapping(self) -> OneRosterMapping:
        mappings = OneRosterMapping.objects.of_district(self.scope.district)
        mapping = mappings.filter(pk=self.kwargs["mapping"]).first()
        if mapping is None:
            raise Http404("There is no such system.")
        return OneRosterMapping.objects.in_force(self.scope.district, mapping.source) or mapping

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "proposals": of_mapping(self.mapping),
            "source": self.mapping.source,
            "share": self.mapping.share,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(source=self.mapping.source, **kwargs)

    def act(self, form: forms.Form) -> HttpResponse:
        self.confirmed(form)
        messages.success(self.request, "Saved. The next export is read this way.")
        return redirect("roster-sources", self.scope.district, self.scope.end_year)
