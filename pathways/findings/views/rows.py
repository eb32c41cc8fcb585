"""The findings of one list, as its page and its file show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.listing.rows import RowsFile, RowsView
from pathways.findings.filter import FindingFilter
from pathways.findings.finding_list import FindingList
from pathways.findings.findings import ListedFinding, RuleCount
from pathways.findings.kept_findings import KeptFindings, Key, kept_findings
from pathways.findings.table import FindingRow, FindingTable
from pathways.findings.views.from_finding import address
from pathways.models import Participation, StateCopy, Student
from pathways.pages.addresses import address_of
from pathways.pages.roster_entry import roster_entry
from pathways.pages.scoped import RecordsView
from pathways.rules import Severity

CHECK_AGAIN = "again"


class FindingRows(RecordsView, RowsView):
    capability = Capability.VIEW_RECORDS
    file_name = "findings"
    filter_class = FindingFilter

    @property
    def table(self) -> type[FindingTable]:
        return FindingTable

    def filter_of(self, query: QueryDict) -> FindingFilter:
        return FindingFilter(query, self.table, self.scope, self.known)

    @cached_property
    def finding_list(self) -> FindingList:
        return FindingList.of(self.request.GET)

    @cached_property
    def copy(self) -> StateCopy | None:
        """What stands at the state, where the list is of there."""
        at_state = self.finding_list.at_state
        return StateCopy.objects.of_district(self.scope.district) if at_state else None

    @cached_property
    def findings(self) -> KeptFindings:
        anew = CHECK_AGAIN in self.request.GET
        return kept_findings(self.scope, self.known, self.finding_list, self.copy, anew=anew)

    @cached_property
    def counts(self) -> list[RuleCount]:
        """Of the rules with findings in the list."""
        level = self.finding_list.level
        return [of_rule for of_rule in self.findings.of_list if level.count(of_rule)]

    @cached_property
    def chosen(self) -> RuleCount | None:
        """The rule that is open where the rules come first: the heaviest unless one is named."""
        named = (count for count in self.counts if count.rule.id == self.finding_list.rule)
        return next(named, self.counts[0] if self.counts else None)

    @cached_property
    def here(self) -> FindingList:
        """The list at the rule that is open; links of its rows carry it on."""
        chosen = self.chosen if self.finding_list.by_rule else None
        return replace(self.finding_list, rule=chosen.rule.id) if chosen else self.finding_list

    def keys(self) -> list[Key]:
        keys = self.findings.keys
        return [key for key in keys if key[0] == self.here.rule] if self.here.rule else keys

    def rows(self, keys: Sequence[Key]) -> list[FindingRow]:
        findings = self.findings.lines(keys)
        places, days = self._places(findings), self._days(findings)
        return [
            FindingRow(
                finding,
                address(self.scope, self.here, finding),
                self._explain(finding),
                self._withdraw(finding),
                self._grid(finding),
                places.get(finding.breach.student_id),
                days.get(finding.breach.key),
            )
            for finding in findings
        ]

    def file_address(self, form: str) -> str:
        if not self.can(Capability.EXPORT_RECORDS):
            return ""
        return reverse("findings-file", args=[self.scope.district, self.scope.end_year, form])

    def _places(self, findings: list[ListedFinding]) -> dict[int, Any]:
        """Each student with grade and school, if a column shows them."""
        if not {"grade", "school"} & set(self.filter.chosen_columns):
            return {}
        scope = self.here.scope(self.scope)
        students = {finding.breach.student_id for finding in findings}
        return Student.objects.in_scope(scope).placed(scope.end_year).in_bulk(students)

    def _days(self, findings: list[ListedFinding]) -> dict[int, Any]:
        if "modified" not in self.filter.chosen_columns:
            return {}
        records = Participation.objects.in_scope(self.here.scope(self.scope))
        keys = {finding.breach.key for finding in findings}
        return dict(records.filter(pk__in=keys).values_list("pk", "modified_date"))

    def _explain(self, finding: ListedFinding) -> str:
        if not self.may_edit or not finding.is_open or finding.severity is not Severity.WARNING:
            return ""
        record = finding.breach.student_id, finding.breach.pathway_id
        page = address_of(self.scope, "finding-explain", *record, of=finding.rule.id)
        return f"{page}?{self.here.query}"

    def _grid(self, finding: ListedFinding) -> str:
        """The record's row among those of its pathway, and of the school where one is chosen."""
        if not self.may_edit or not finding.is_open or self.finding_list.at_state:
            return ""
        student, pathway = finding.breach.student_id, finding.breach.pathway_id
        school = self.finding_list.narrowing.school
        return roster_entry(self.scope, school=school, pathway=pathway, at=f"{student}-{pathway}")

    def _withdraw(self, finding: ListedFinding) -> str:
        if not self.may_edit or finding.explanation is None:
            return ""
        page = address_of(self.scope, "explanation-take-back", finding.explanation.pk)
        return f"{page}?{self.here.query}"


class FindingsFile(RowsFile, FindingRows):
    capability = Capability.EXPORT_RECORDS
