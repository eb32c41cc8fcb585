"""A record that is looked at for a finding: the rule above it, the focus in its field, and the way
to the next one or back (ux V-05).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Field
from django.http import HttpRequest
from django.urls import reverse

from cte_portal.editions import Scope
from pathways import rules
from pathways.findings.finding_list import FindingList
from pathways.findings.findings import ListedFinding, listed
from pathways.findings.order import Subject
from pathways.models import Pathway, Student
from pathways.pages.addresses import address_of
from pathways.rules import Rule, Severity
from pathways.rules.severities import severities

# Said beside the fields already, each time the record is shown.
SAID_BESIDE_THE_FIELD = {"CTE-131", "CTE-132", "CTE-301"}
ANSWERS = ("concentrator", "single_parent")


def control(field: str) -> str:
    """The id of the control that gets the focus; what has none leads to the rule itself."""
    if field in ("pathway", "student"):
        return "finding"
    return f"id_{field}_0" if field in ANSWERS else f"id_{field}"


def address(scope: Scope, listing: FindingList, finding: ListedFinding) -> str:
    """The record with the finding's field in focus."""
    page = address_of(scope, "cte-record", finding.breach.student_id, finding.breach.pathway_id)
    return f"{page}?{carried(listing, finding.rule.id)}#{control(finding.rule.field)}"


@lru_cache(maxsize=1024)
def _named(rule: str) -> str:
    return urlencode({"finding": rule})


def carried(listing: FindingList, rule: str) -> str:
    query = _named(rule)
    return f"{query}&{listing.query}" if listing.query else query


class OpensAt(Protocol):
    """A form whose focus can be set to one of its fields, with words beside it."""

    fields: dict[str, Field]

    def open_at(self, name: str, words: str) -> None: ...


@dataclass
class FromFinding:
    scope: Scope
    student: Student
    pathway: Pathway
    rule: Rule
    listing: FindingList

    @classmethod
    def of(
        cls, request: HttpRequest, scope: Scope, student: Student, pathway: Pathway | None
    ) -> FromFinding | None:
        """The finding that the address names; a rule that judges no stored record is ignored."""
        named = request.GET.get("finding", "")
        rule = next(
            (rule for rule in rules.judging_stored(scope.end_year) if rule.id == named), None
        )
        return (
            cls(scope, student, pathway, rule, FindingList.of(request.GET))
            if rule and pathway
            else None
        )

    @property
    def query(self) -> str:
        return carried(self.listing, self.rule.id)

    @cached_property
    def severity(self) -> Severity:
        return severities(self.scope.end_year)[self.rule.id]

    @cached_property
    def now(self) -> ListedFinding | None:
        """The finding as the District edition has it now, None once it is solved."""
        judged = listed(self.scope, students={self.student.pk}, only={self.rule.id})
        return next(
            (finding for finding in judged if finding.breach.pathway_id == self.pathway.pk), None
        )

    @property
    def needs_explanation(self) -> bool:
        return (
            self.now is not None
            and self.now.severity is Severity.WARNING
            and self.now.explanation is None
        )

    @property
    def anchor(self) -> str:
        return f"{self.student.pk}-{self.pathway.pk}-{self.rule.id}"

    @property
    def back(self) -> str:
        """The list, at the place of this finding."""
        return (
            f"{self.listing.address(self.scope)}#{'report' if self.listing.report else self.anchor}"
        )

    @property
    def skip(self) -> str:
        """Leads to the next finding without saving."""
        return f"{self._page('finding-next')}?{self.query}"

    @property
    def explain(self) -> str:
        page = reverse(
            "finding-explain",
            args=[
                self.scope.district,
                self.scope.end_year,
                self.rule.id,
                self.student.pk,
                self.pathway.pk,
            ],
        )
        return f"{page}?{self.query}"

    def _page(self, name: str) -> str:
        return reverse(
            name, args=[self.scope.district, self.scope.end_year, self.student.pk, self.pathway.pk]
        )

    def open(self, form: OpensAt) -> None:
        """The focus goes to the field that cures it, unless there is nothing left to cure."""
        if self.now and self.rule.field in form.fields:
            form.open_at(
                self.rule.field,
                "" if self.rule.id in SAID_BESIDE_THE_FIELD else self.now.breach.message,
            )

    def next_address(self, request: HttpRequest) -> str:
        """The next finding of the same list as it is now, or at its end the list again, with a
        sentence that says so.
        """
        subject = Subject.of_record(self.rule, self.severity, self.student, self.pathway)
        following, total = self.listing.after(self.scope, subject)
        if following:
            return address(self.scope, self.listing, following)
        if total:
            messages.success(
                request,
                f"That was the end of the list. {total:,} of its findings"
                f" {'is' if total == 1 else 'are'} left.",
            )
        else:
            messages.success(request, "That was the last finding in this list. None are left.")
        return self.back.partition("#")[0]
