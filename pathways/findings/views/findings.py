"""The Findings screen: what is found in the records, by record or by rule, each one step from the
field that cures it (ux V-05, B-07, B-08).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.accounts.listing.rows import Listing
from cte_portal.editions import Edition
from cte_portal.ui.wording import number_of
from pathways.findings.findings import LEVELS, Level
from pathways.findings.html import lines
from pathways.findings.views.from_finding import FromFinding
from pathways.findings.views.rows import CHECK_AGAIN, FindingRows
from pathways.models import Pathway, Student
from pathways.pages.roster_entry import roster_entry
from pathways.rules import Severity


class FindingsPage(FindingRows):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.edition = self.finding_list.edition  # type: ignore[attr-defined]
        listing = self.listing()
        lists = self._by_rule() if self.finding_list.by_rule else {}
        return render(
            request, "pathways/findings/findings.html", {**self._context(listing), **lists}
        )

    def _context(self, listing: Listing) -> dict[str, Any]:
        finding_list, findings = self.finding_list, self.findings
        return {
            "listing": listing,
            "rows": lines(
                listing.rows,
                self.filter.chosen_columns,
                reverse("rules"),
                may_edit=self.may_edit,
            ),
            "finding_list": finding_list,
            "findings": findings,
            "counts": findings.counts,
            "current": self.in_active_year,
            "sent_at": self.copy.sent_at if self.copy else None,
            "never_sent": finding_list.at_state and self.copy is None and not findings.records,
            "send": (
                reverse("resync", args=[self.scope.district, self.scope.end_year])
                if self.can(Capability.SEND_RECORDS)
                else ""
            ),
            "clean": finding_list.level is Level.TO_DO and not findings.counts.open,
            "narrowed": self.filter.is_narrowed or bool(finding_list.narrowing.rule),
            "sentence": self._sentence(),
            "may_edit": self.may_edit,
            "grid": "" if listing.is_empty else self.grid,
            "again": f"{finding_list.but()}&{CHECK_AGAIN}",
            "other_edition": finding_list.but(
                edition=Edition.DISTRICT if finding_list.at_state else Edition.STATE, page=1
            ),
            "levels": {
                level.value: finding_list.but(level=level, rule="", page=1) for level in LEVELS
            },
        }

    @property
    def grid(self) -> str:
        """Where all records of the school, pathway and grade of this list are entered together;
        empty where none is chosen.
        """
        narrowing = self.finding_list.narrowing
        places = {name: narrowing.values[name] for name in ("school", "pathway", "grade")}
        if not any(places.values()) or not self.may_edit or self.finding_list.at_state:
            return ""
        return roster_entry(self.scope, **places)

    def _sentence(self) -> str:
        records = self.findings.records
        return (
            f"{number_of(records, 'record')}, checked today at"
            f" {timezone.localtime(self.findings.at):%I:%M %p} MT"
        )

    def _by_rule(self) -> dict[str, Any]:
        """All rules with their counts, and one of them open below."""
        chosen = self.chosen
        if chosen is None:
            return {"rules": []}
        open_warnings = chosen.open if chosen.severity is Severity.WARNING else 0
        page = reverse(
            "findings-explain", args=[self.scope.district, self.scope.end_year, chosen.rule.id]
        )
        return {
            "rules": [
                {
                    "count": of_rule,
                    "number": self.finding_list.level.count(of_rule),
                    "url": self.finding_list.but(rule=of_rule.rule.id, page=1),
                    "is_open": of_rule is chosen,
                }
                for of_rule in self.counts
            ],
            "chosen": chosen,
            "explain_all": f"{page}?{self.here.query}" if open_warnings and self.may_edit else "",
            "open_warnings": open_warnings,
        }


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
