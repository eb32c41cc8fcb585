"""The Findings screen: what is found in the records, by record or by rule, each one step from the
field that cures it (ux V-05, B-07, B-08).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.ui.wording import number_of
from pathways.findings.finding_list import BY_RECORD, BY_RULE, FindingList
from pathways.findings.findings import LEVELS, MOST_SHOWN, Level, ListedFinding, RuleCount
from pathways.findings.kept_findings import KeptFindings, kept_findings
from pathways.findings.views.from_finding import FromFinding, address
from pathways.models import Pathway, StateCopy, Student
from pathways.rules import Severity
from pathways.scoped import RecordsView

PAGE = 50
CHECK_AGAIN = "again"


@dataclass(frozen=True)
class FindingLine:
    """A finding with where it is cured or explained."""

    finding: ListedFinding
    open: str
    explain: str


class FindingsPage(RecordsView, TemplateView):
    capability = Capability.VIEW_RECORDS
    template_name = "pathways/findings/findings.html"

    @cached_property
    def listing(self) -> FindingList:
        return FindingList.of(self.request.GET)

    @cached_property
    def copy(self) -> StateCopy | None:
        """What stands at the state, where the list is of there."""
        return StateCopy.objects.of_district(self.scope.district) if self.listing.at_state else None

    @cached_property
    def findings(self) -> KeptFindings:
        anew = CHECK_AGAIN in self.request.GET
        return kept_findings(self.scope, self.known, self.listing, self.copy, anew=anew)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.edition = self.listing.edition  # type: ignore[attr-defined]
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lists = self._by_rule() if self.listing.by_rule else self._by_record()
        context = {
            "listing": self.listing,
            "findings": self.findings,
            "counts": self.findings.counts,
            "levels": [(level, label) for level, label in LEVELS.items()],
            "current": self.in_active_year,
            "sent_at": self.copy.sent_at if self.copy else None,
            "never_sent": self.listing.at_state and self.copy is None and not self.findings.records,
            "send": (
                reverse("resync", args=[self.scope.district, self.scope.end_year])
                if self.can(Capability.SEND_RECORDS)
                else ""
            ),
            "clean": self.listing.level is Level.TO_DO and not self.findings.counts.open,
            "sentence": self._sentence(),
            "may_edit": self.may_edit,
            "again": f"{self.listing.but()}&{CHECK_AGAIN}",
            "other_edition": self.listing.but(
                edition=(
                    self.scope.edition if self.listing.at_state else self.scope.at_state().edition
                ),
                page=1,
            ),
            "by_record": self.listing.but(by=BY_RECORD, rule="", page=1),
            "by_rule": self.listing.but(by=BY_RULE, rule="", page=1),
            "infos": self.listing.but(level=Level.INFOS, rule="", page=1),
        }
        return super().get_context_data(**context, **lists, **kwargs)

    def _sentence(self) -> str:
        records = self.findings.records
        return (
            f"{number_of(records, 'record')}, checked today at"
            f" {timezone.localtime(self.findings.at):%I:%M %p} MT"
        )

    def _by_record(self) -> dict[str, Any]:
        page = Paginator(self.findings.keys, PAGE).get_page(self.listing.page)
        here = replace(self.listing, page=page.number)
        return {
            "page": page,
            "lines": self._lines(here, self.findings.lines(page)),
            "page_query": replace(here, page=1).query,
        }

    def _by_rule(self) -> dict[str, Any]:
        """All rules with their counts, and one of them open below."""
        counts = [of_rule for of_rule in self.findings.by_rule if self.listing.level.count(of_rule)]
        chosen = next(
            (of_rule for of_rule in counts if of_rule.rule.id == self.listing.rule),
            counts[0] if counts else None,
        )
        if chosen is None:
            return {"rules": []}
        here = replace(self.listing, rule=chosen.rule.id)
        keys = [key for key in self.findings.keys if key[0] == chosen.rule.id]
        lines = self._lines(here, self.findings.lines(keys[:MOST_SHOWN]))
        return {
            "rules": [self._rule(of_rule, chosen) for of_rule in counts],
            "chosen": chosen,
            "lines": lines,
            **self._about(chosen, here, lines),
        }

    def _rule(self, of_rule: RuleCount, chosen: RuleCount) -> dict[str, Any]:
        return {
            "count": of_rule,
            "number": self.listing.level.count(of_rule),
            "url": self.listing.but(rule=of_rule.rule.id),
            "is_open": of_rule is chosen,
        }

    def _about(
        self, chosen: RuleCount, here: FindingList, lines: list[FindingLine]
    ) -> dict[str, Any]:
        open_warnings = chosen.open if chosen.severity is Severity.WARNING else 0
        page = reverse(
            "findings-explain", args=[self.scope.district, self.scope.end_year, chosen.rule.id]
        )
        return {
            "number": self.listing.level.count(chosen),
            "explain_all": f"{page}?{here.query}" if open_warnings and self.may_edit else "",
            "open_warnings": open_warnings,
            "labels": [label for label, _ in lines[0].finding.facts] if lines else [],
        }

    def _lines(self, here: FindingList, findings: list[ListedFinding]) -> list[FindingLine]:
        return [
            FindingLine(finding, address(self.scope, here, finding), self._explain(here, finding))
            for finding in findings
        ]

    def _explain(self, here: FindingList, finding: ListedFinding) -> str:
        if not self.may_edit or not finding.is_open or finding.severity is not Severity.WARNING:
            return ""
        keys = [
            self.scope.district,
            self.scope.end_year,
            finding.rule.id,
            finding.breach.student_id,
            finding.breach.pathway_id,
        ]
        return f"{reverse('finding-explain', args=keys)}?{here.query}"


class NextFinding(ScopedView):
    """Leads on from one finding to the next of the same list, as the list is now."""

    capability = Capability.VIEW_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        student = get_object_or_404(Student.objects.in_scope(self.scope), pk=kwargs["student"])
        pathway = get_object_or_404(Pathway, pk=kwargs["pathway"])
        here = FromFinding.of(request, self.scope, student, pathway)
        if here is None:
            return HttpResponseRedirect(
                reverse("findings", args=[self.scope.district, self.scope.end_year])
            )
        return HttpResponseRedirect(here.next_address(request))
