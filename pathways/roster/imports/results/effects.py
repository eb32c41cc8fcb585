"""What a roster file does to the collection: which records enter or leave it, who enters or leaves
the list of missing records, and how many findings are open afterwards (R-IMP-17).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import of_whole_district, prepared
from pathways.findings.findings import findings
from pathways.models import Course, Participation, Pathway, Student
from pathways.roster.worklist.pairs import Pairs
from pathways.roster.worklist.which import Choice

Pair = tuple[int, int]
"""A student and a pathway."""
ON_THE_PAGE = 200


@dataclass(frozen=True)
class Collected:
    """A district's collection at one moment."""

    records: frozenset[int] = frozenset()
    missing: frozenset[Pair] = frozenset()
    """Pairs with a course and without a record, which nobody has answered with *Not CTE*."""
    open_findings: dict[str, int] = field(default_factory=dict)
    """By the rule's id and what is wrong."""


def collected(scope: Scope, *, has_records: bool = True) -> Collected:
    """What the district has; without asking for records of one that can have none yet."""
    records = frozenset(key for (key,) in _keys(scope)) if has_records else frozenset()
    return Collected(
        records,
        _missing(scope),
        {
            f"{count.rule.id} {count.rule.problem}": count.open
            for count in (findings(scope).by_rule if records else ())
            if count.open
        },
    )


def _missing(scope: Scope) -> frozenset[Pair]:
    """Not asked of a district that has chosen no pathway yet, as at its start: PostgreSQL takes
    longer to plan the question than a small district's file to carry in.
    """
    return frozenset(_pairs_missing(scope)) if _with_pathway(scope.district) else frozenset()


@of_whole_district
def _keys(scope: Scope) -> QuerySet[Participation, tuple[int]]:
    return Participation.objects.in_scope(scope).order_by().values_list("pk")


@prepared
def _with_pathway(district: str) -> QuerySet[Course, tuple[int]]:
    """A course of the district that has a pathway, if there is one."""
    courses = Course.objects.filter(school__district=district, pathway__isnull=False)
    return courses.order_by().values_list("pk")[:1]


@of_whole_district
def _pairs_missing(scope: Scope) -> QuerySet[Any, Pair]:
    missing = Pairs(scope).rostered().filter(has_record=False).exclude(choice=Choice.NOT_CTE)
    return missing.values_list("person", "taught")


@dataclass(frozen=True)
class Effects:
    """The collection before and after a file."""

    before: Collected = field(default_factory=Collected)
    after: Collected = field(default_factory=Collected)

    @property
    def entering(self) -> frozenset[int]:
        return self.after.records - self.before.records

    @property
    def leaving(self) -> frozenset[int]:
        return self.before.records - self.after.records

    @property
    def counts(self) -> dict[str, int]:
        return {
            "enter_scope": len(self.entering),
            "leave_scope": len(self.leaving),
            "missing_before": len(self.before.missing),
            "missing_after": len(self.after.missing),
            "findings_before": sum(self.before.open_findings.values()),
            "findings_after": sum(self.after.open_findings.values()),
        }

    def for_page(self) -> dict[str, Any]:
        """The first of each by name. Must be asked while what the file has written still stands."""
        before, after = self.before.open_findings, self.after.open_findings
        return {
            "leaving": _records(self.leaving),
            "entering": _records(self.entering),
            "no_longer_missing": _pairs(self.before.missing - self.after.missing),
            "newly_missing": _pairs(self.after.missing - self.before.missing),
            "rules": [
                {"rule": rule, "before": before.get(rule, 0), "after": after.get(rule, 0)}
                for rule in sorted({*before, *after})
                if before.get(rule) != after.get(rule)
            ],
        }


def _records(records: Collection[int]) -> list[str]:
    """Records by student and pathway."""
    if not records:
        return []
    rows = Participation.objects.filter(pk__in=sorted(records)[:ON_THE_PAGE])
    return [
        f"{record.student.name} – {record.pathway.name}"
        for record in rows.select_related("student", "pathway")
    ]


def _pairs(pairs: Collection[Pair]) -> list[str]:
    first = sorted(pairs)[:ON_THE_PAGE]
    if not first:
        return []
    students = Student.objects.in_bulk({student for student, _ in first})
    pathways = Pathway.objects.in_bulk({pathway for _, pathway in first})
    return [
        f"{students[student].name} – {pathways[pathway].name}"
        for student, pathway in first
        if student in students
    ]
