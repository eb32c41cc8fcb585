"""Reporting > Data Validation: Validation Groups, and the Data Validation Reports with both
editions side by side (guide, Step Four).
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.accounts.models import AuditEvent
from cte_portal.accounts.models.audit import Deed
from cte_portal.batches.models import Status
from cte_portal.batches.submit import key_of
from cte_portal.editions import Edition
from cte_portal.pages.own_address import own_address
from cte_portal.pages.typed import number
from pathways.models import GroupAssignment, Participation, StateCopy
from pathways.models.validation import DEED
from pathways.reports.certification import Certification
from pathways.reports.groups import GROUPS, REPORTS, USER_GROUPS, Group, matching
from pathways.reports.report import Nature, Report
from pathways.reports.run import ask
from pathways.reports.runs import assigned, last_runs, point
from pathways.reports.screen import line, opened

FORMATS = ("csv", "xlsx")
EVERY = "all"


class RunForm(forms.Form):
    """`run` says which report, where, and as which file if as one:
    `incorrect-concentrator:state:csv`.
    """

    run = forms.CharField(max_length=60)
    key = forms.UUIDField()
    next = forms.CharField(max_length=200, required=False)
    """The page that asked for the run, of this portal: back there it goes."""


class DataValidationReports(ScopedView, TemplateView):
    capability = Capability.VIEW_RECORDS
    write_capability = Capability.SEE_BATCHES
    template_name = "pathways/reports/validation_reports.html"

    @property
    def groups(self) -> list[Group]:
        """The groups that were assigned to one of the person's user groups; all of them for OPI,
        which is no user group of a district.
        """
        if self.roles[0].is_opi:
            return list(GROUPS)
        return assigned(self.scope.district, [role.value for role in self.roles])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, groups = self.request.GET, self.groups
        find = query.get("find", "").strip()[:100]
        matches = matching(groups, find)
        current = self.in_active_year
        # A past year never went to the state as that year: its figures are what the records say
        # today.
        copy = StateCopy.objects.of_district(self.scope.district) if current else None
        runs = last_runs(self.scope)
        judged = Participation.objects.in_scope(self.scope).exists()
        blocks = [
            (
                group,
                [
                    line(
                        report,
                        self.scope,
                        self.known,
                        copy=copy,
                        runs=self._runs(runs, report),
                        judged=judged,
                    )
                    for report in reports
                ],
            )
            for group, reports in matches
        ]
        chosen = next(
            (
                report_line
                for _, lines in blocks
                for report_line in lines
                if report_line.report.slug == query.get("report")
            ),
            None,
        )
        scope = self.scope.at_state() if query.get("at") == "state" and copy else self.scope
        own = {
            "find": find,
            "nothing_assigned": not groups,
            "may_assign": self.can(Capability.MANAGE_PEOPLE),
            "blocks": blocks,
            "copy": copy,
            "current": current,
            "may_run": current and self.can(Capability.SEE_BATCHES),
            "opened": (
                opened(chosen, scope, number(query.get("page", ""), digits=6) or 1)
                if chosen
                else None
            ),
            "may_cure": self.can_edit,
            "formats": FORMATS,
            "key": uuid.uuid4(),
        }
        return super().get_context_data(**own, **kwargs)

    @staticmethod
    def _runs(runs: dict[Any, Any], report: Report) -> list[Any]:
        return [runs[report.slug, edition] for edition in Edition if (report.slug, edition) in runs]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RunForm(request.POST)
        if not self.in_active_year:
            raise PermissionDenied("Reports can be run only in the current school year.")
        address = reverse(
            "data-validation-reports", args=[self.scope.district, self.scope.end_year]
        )
        slug, where, format_, *_ = (
            [*form.cleaned_data["run"].split(":"), "", "", ""] if form.is_valid() else ("", "", "")
        )
        # The Certification report is a condition of signing: it runs for everybody who runs
        # reports, whatever stands in the list.
        listed = dict.fromkeys(report for group in self.groups for report in group.reports)
        choice = [*listed] if slug == EVERY else [*listed, REPORTS[Certification.slug]]
        reports = [report for report in dict.fromkeys(choice) if slug in (report.slug, EVERY)]
        if slug == EVERY and where == "district":  # what compares both editions is run at the state
            reports = [report for report in reports if report.nature is not Nature.COMPARISON]
        if not reports or where not in ("district", "state"):
            messages.warning(request, "Choose a report to run.")
            return redirect(address)
        scope = self.scope.at_state() if where == "state" else self.scope
        # A download leaves the page as it is, with its key: what was changed or sent meanwhile
        # makes the same button another run.
        key = key_of(form.cleaned_data["key"], form.cleaned_data["run"], point(self.scope))
        batch = ask(scope, reports, by=self.person, key=key)
        if batch.status not in (Status.COMPLETED, Status.WITH_ERRORS):
            return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)
        if format_ in FORMATS:
            role = "report.xlsx" if format_ == "xlsx" else f"{reports[0].key}.csv"
            return redirect("batch-file", self.scope.district, self.scope.end_year, batch.pk, role)
        (messages.success if batch.status == Status.COMPLETED else messages.warning)(
            request, batch.sentence
        )
        if back := own_address(form.cleaned_data["next"]):
            return redirect(back)
        return redirect(address if slug == EVERY else f"{address}?report={slug}&at={where}#report")


class ValidationGroups(ScopedView, TemplateView):
    """Assigning a group to a user group brings its reports into that user group's list."""

    capability = Capability.VIEW_RECORDS
    write_capability = Capability.MANAGE_PEOPLE
    template_name = "pathways/reports/validation_groups.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        find = self.request.GET.get("find", "").strip()[:100]
        assignments = set(
            GroupAssignment.objects.of_district(self.scope.district).values_list("group", "role")
        )
        lines = [
            (group, [(role, (group.slug, role.value) in assignments) for role in USER_GROUPS])
            for group, _ in matching(GROUPS, find)
        ]
        return super().get_context_data(
            groups=lines, find=find, may_assign=self.can(Capability.MANAGE_PEOPLE), **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        group = next((group for group in GROUPS if group.slug == request.POST.get("group")), None)
        if group is None:
            messages.warning(request, "Choose a Validation Group.")
        elif self._assign(
            group,
            {role.value for role in USER_GROUPS if role.value in request.POST.getlist("role")},
        ):
            messages.success(request, f"Saved. {group.title} is assigned to {self._names(group)}.")
        else:
            messages.info(request, f"{group.title}: nothing was changed.")
        return redirect("validation-groups", self.scope.district, self.scope.end_year)

    def _assign(self, group: Group, roles: set[str]) -> bool:
        with transaction.atomic():
            before = self._names(group)
            GroupAssignment.objects.assign(self.scope.district, group.slug, roles)
            after = self._names(group)
            if before == after:
                return False
            deed = Deed(
                DEED,
                group.slug,
                group.title,
                AuditEvent.Operation.CHANGE,
                {"User groups": before},
                {"User groups": after},
                district=self.scope.district,
            )
            AuditEvent.objects.record([deed], by=self.person)
        return True

    def _names(self, group: Group) -> str:
        roles = set(
            GroupAssignment.objects.of_district(self.scope.district)
            .filter(group=group.slug)
            .values_list("role", flat=True)
        )
        return (
            ", ".join(role.label for role in USER_GROUPS if role.value in roles) or "no user group"
        )
