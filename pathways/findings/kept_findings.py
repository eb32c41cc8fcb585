"""What is found in a district's records, judged once and kept until what the rules read has moved:
exact numbers, and each finding of a list by its key alone. The lines of a later page are judged
anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.prepared import counted
from pathways.findings.finding_list import FindingList
from pathways.findings.findings import CountedFindings, ListedFinding, RuleCount, listed
from pathways.ledger.kept import kept
from pathways.models import Explanation, Publication, StateCopy
from pathways.rules import Severity, by_id

Key = tuple[str, int, int]
"""Rule, student and pathway."""
Numbers = tuple[str, str, int, int]
"""Rule, severity, how many findings, how many of them explained."""


@dataclass(kw_only=True)
class KeptFindings(CountedFindings):
    scope: Scope
    keys: list[Key] = field(default_factory=list)
    """In the list's order."""
    findings: list[ListedFinding] | None = None
    """The list itself, where it was judged for this page."""

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.keys)

    def lines(self, keys: Iterable[Key]) -> list[ListedFinding]:
        """The named ones as they are now; what is solved meanwhile is left out."""
        ordered = list(keys)
        judged: Iterable[ListedFinding]
        if self.findings is None:
            students = {student for _, student, _ in ordered}
            judged = listed(self.scope, students=students, only={rule for rule, _, _ in ordered})
        else:
            judged = self.findings
        by_key = {_key(finding): finding for finding in judged}
        return [by_key[key] for key in ordered if key in by_key]


def kept_findings(
    scope: Scope,
    known: dict[Any, Any],
    listing: FindingList,
    copy: StateCopy | None = None,
    *,
    anew: bool = False,
) -> KeptFindings:
    """The findings of a list, kept until the district's records change or the day ends, as rules
    read the date; at the state also until the next resync (`copy`) or other lists of OPI. They are
    judged again when `anew` says so, and where a District Defined Element narrows them: a change of
    its values drops nothing that is kept.
    """
    explanations = explanations_of(scope)
    at_state = (
        (copy.resync if copy else None, Publication.objects.generation())
        if listing.at_state
        else ()
    )

    lines: list[ListedFinding] | None = None

    def count() -> tuple[Any, ...]:
        nonlocal lines
        judged = listing.findings(scope)
        lines = judged.lines
        narrowed = None if judged.narrowed is None else _numbers(judged.narrowed)
        keys = [_key(finding) for finding in lines]
        return judged.records, judged.at, _numbers(judged.by_rule), narrowed, keys

    depends = (timezone.localdate(), explanations, listing.level.value, listing.by, at_state)
    records, at, by_rule, narrowed, keys = kept(
        scope,
        known,
        "findings",
        count,
        *depends,
        listing.narrowing,
        listing.sort,
        anew=anew or listing.narrowing.element is not None,
    )
    return KeptFindings(
        scope=listing.scope(scope),
        records=records,
        at=at,
        level=listing.level,
        by_rule=_counts(by_rule),
        narrowed=None if narrowed is None else _counts(narrowed),
        keys=keys,
        findings=lines,
    )


def _numbers(counts: list[RuleCount]) -> list[Numbers]:
    return [
        (of_rule.rule.id, of_rule.severity.value, of_rule.total, of_rule.explained)
        for of_rule in counts
    ]


def _counts(numbers: list[Numbers]) -> list[RuleCount]:
    return [
        RuleCount(by_id(rule), Severity(severity), total, explained)
        for rule, severity, total, explained in numbers
    ]


def explanations_of(scope: Scope) -> tuple[int, int]:
    """How many were given and taken back. An explanation moves no row of the district, and none is
    ever removed: while the numbers are the same, they are the same.
    """
    numbers: list[tuple[int, int]] = _explanations(scope.district, scope.end_year)
    return numbers[0]


@counted("COUNT(*), COUNT(taken_back_at)")
def _explanations(district: str, end_year: int) -> QuerySet[Explanation, Any]:
    explanations = Explanation.objects.filter(district=district, end_year=end_year)
    return explanations.values_list("taken_back_at")


def _key(finding: ListedFinding) -> Key:
    return finding.rule.id, finding.breach.student_id, finding.breach.pathway_id
