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
from django.utils import timezone
from django.utils.functional import cached_property
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
from pathways.models import DrawnList, FollowUpYear, GroupAssignment, StateCopy
from pathways.models.validation import DEED
from pathways.reports.certification import Certification
from pathways.reports.groups import GROUPS, REPORTS, USER_GROUPS, Group, matching
from pathways.reports.report import Nature, Report
from pathways.reports.run import ask, point_of
from pathways.reports.runs import assigned, last_runs
from pathways.reports.screen import Block, has_records, line, opened

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

    @cached_property
    def follow_up(self) -> FollowUpYear | None:
        """Of the scope's leavers, while they are called or once their list is drawn."""
        year = FollowUpYear.objects.of(self.scope.end_year)
        if year is None:
            return None
        is_open = year.opens <= timezone.localdate() <= year.closes
        return year if is_open or DrawnList.objects.of(self.scope) else None

    def is_shown(self, group: Group) -> bool:
        return self.follow_up is not None if group.is_of_leavers else True

    def is_alive(self, group: Group) -> bool:
        """Whether its data stand at the state as those of the scope's year, and its reports can be
        run.

        A past year's records never went to the state as that year: its figures are what they say
        today. Leavers are followed up in the year after their own.
        """
        return group.is_of_leavers or self.in_active_year

    def may_run(self, group: Group) -> bool:
        return self.is_alive(group) and self.can(Capability.SEE_BATCHES)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query, groups = self.request.GET, self.groups
        find = query.get("find", "").strip()[:100]
        listed = [group for group in groups if self.is_shown(group)]
        copy = StateCopy.objects.in_short(self.scope.district, self.known)
        runs = last_runs(self.scope)
        judged = has_records(self.scope, self.known)
        blocks = [
            Block(
                group,
                [
                    line(
                        report,
                        self.scope,
                        self.known,
                        copy=copy if self.is_alive(group) else None,
                        runs=self._runs(runs, report),
                        judged=judged,
                    )
                    for report in reports
                ],
                is_alive=self.is_alive(group),
                may_run=self.may_run(group),
            )
            for group, reports in matching(listed, find)
        ]
        block, chosen = next(
            (
                (block, report_line)
                for block in blocks
                for report_line in block.lines
                if report_line.report.slug == query.get("report")
            ),
            (None, None),
        )
        at_state = query.get("at") == "state" and copy and block and block.is_alive
        scope = self.scope.at_state() if at_state else self.scope
        page = number(query.get("page", ""), digits=6) or 1
        own = {
            "find": find,
            "nothing_assigned": not groups,
            "may_assign": self.can(Capability.MANAGE_PEOPLE),
            "blocks": blocks,
            "copy": copy,
            "at_state": any(block.is_alive for block in blocks),
            "past": not self.in_active_year and any(not block.is_alive for block in blocks),
            "may_run": any(block.may_run for block in blocks),
            "opened": opened(chosen, scope, page) if chosen else None,
            "opened_block": block,
            "may_cure": self.may_cure(block.group) if block else False,
            "followed_up": self.followed_up(groups),
            "formats": FORMATS,
            "key": uuid.uuid4(),
        }
        return super().get_context_data(**own, **kwargs)

    def may_cure(self, group: Group) -> bool:
        return self.can(Capability.FOLLOW_UP) if group.is_of_leavers else self.can_edit

    def followed_up(self, groups: list[Group]) -> list[FollowUpYear]:
        """Other years whose leavers are called now, for who has their reports."""
        if not any(group.is_of_leavers for group in groups):
            return []
        today = timezone.localdate()
        return FollowUpYear.objects.others_open_on(today, self.scope.end_year)

    @staticmethod
    def _runs(runs: dict[Any, Any], report: Report) -> list[Any]:
        return [runs[report.slug, edition] for edition in Edition if (report.slug, edition) in runs]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = RunForm(request.POST)
        groups = [group for group in self.groups if self.is_shown(group) and self.may_run(group)]
        if not groups and not self.in_active_year:
            raise PermissionDenied("Reports can be run only in the current school year.")
        address = reverse(
            "data-validation-reports", args=[self.scope.district, self.scope.end_year]
        )
        slug, where, format_, *_ = (
            [*form.cleaned_data["run"].split(":"), "", "", ""] if form.is_valid() else ("", "", "")
        )
        # The Certification report is a condition of signing: it runs for everybody who runs
        # reports, whatever stands in the list.
        listed = dict.fromkeys(report for group in groups for report in group.reports)
        always = [REPORTS[Certification.slug]] if self.in_active_year else []
        choice = [*listed] if slug == EVERY else [*listed, *always]
        reports = [report for report in dict.fromkeys(choice) if slug in (report.slug, EVERY)]
        if slug == EVERY and where == "district":  # what compares both editions is run at the state
            reports = [report for report in reports if report.nature is not Nature.COMPARISON]
        if not reports or where not in ("district", "state"):
            messages.warning(request, "Choose a report to run.")
            return redirect(address)
        scope = self.scope.at_state() if where == "state" else self.scope
        # A download leaves the page as it is, with its key: what was changed or sent meanwhile
        # makes the same button another run.
        here = point_of(self.scope, reports)
        key = key_of(form.cleaned_data["key"], form.cleaned_data["run"], here)
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
