"""The findings of a district's records now, in either edition: computed by the catalogue each time,
only explanations are kept (ADR 0003).
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cte_portal import words
from cte_portal.editions import Scope
from cte_portal.prepared import counted, prepared
from pathways.ledger.shape import LABELS, TYPED
from pathways.models import Explanation, Participation
from pathways.rules import Breach, Rule, Severity, breaches
from pathways.rules.severities import severities

MOST_HELD = 10_000
MOST_SHOWN = 200
SEVERITIES = tuple(Severity)


class Level(Enum):
    """Which findings a list shows."""

    TO_DO = "todo"
    ERRORS = "error"
    WARNINGS = "warning"
    EXPLAINED = "explained"
    INFOS = "info"
    ALL = "all"

    def holds(self, finding: ListedFinding) -> bool:
        if self is Level.ALL or self is Level.TO_DO:
            return self is Level.ALL or finding.is_open
        if self is Level.EXPLAINED:
            return finding.explanation is not None
        return finding.severity.value == self.value and finding.explanation is None

    def count(self, of_rule: RuleCount) -> int:
        """The exact number of a rule's findings that the list has."""
        if self is Level.ALL:
            return of_rule.total
        if self is Level.TO_DO:
            return of_rule.open
        if self is Level.EXPLAINED:
            return of_rule.explained
        return of_rule.total - of_rule.explained if of_rule.severity.value == self.value else 0


LEVELS = {
    Level.TO_DO: "To do",
    Level.ERRORS: "Errors",
    Level.WARNINGS: "Warnings to explain",
    Level.EXPLAINED: "Explained",
    Level.INFOS: "For information",
    Level.ALL: "All",
}


FIELDS = {name: LABELS[name] for name in TYPED}


def value_words(text: str) -> str:
    """A canonical value as the screens write it."""
    return words.text(datetime.date.fromisoformat(text)) if text[4:5] == "-" else text


@dataclass(frozen=True)
class ListedFinding:
    """One breach with what it weighs this year, and the explanation where a warning has one."""

    breach: Breach
    severity: Severity
    explanation: Explanation | None = None

    @property
    def rule(self) -> Rule:
        return self.breach.rule

    @property
    def is_open(self) -> bool:
        """It blocks: an error, or a warning without explanation."""
        return self.severity is Severity.ERROR or (
            self.severity is Severity.WARNING and self.explanation is None
        )

    @property
    def status(self) -> tuple[str, str]:
        """(kind, word) of the status component."""
        if self.explanation:
            return "completed", "Explained"
        return {
            Severity.ERROR: ("problem", "Error"),
            Severity.WARNING: ("warning", "Warning"),
            Severity.INFO: ("none", "Info"),
        }[self.severity]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Label and value, as people read it, of the record's own fields that the rule reads."""
        return [
            (FIELDS[name], value_words(text))
            for name, _, text in (part.partition("=") for part in self.breach.value.split())
            if name in FIELDS
        ]

    @property
    def anchor(self) -> str:
        """The finding's place on a page."""
        return f"{self.breach.student_id}-{self.breach.pathway_id}-{self.rule.id}"


@dataclass
class RuleCount:
    """The exact numbers of one rule's findings; those that are `open` block."""

    rule: Rule
    severity: Severity
    total: int = 0
    explained: int = 0

    def add(self, finding: ListedFinding) -> None:
        self.total += 1
        self.explained += finding.explanation is not None

    @property
    def open(self) -> int:
        return 0 if self.severity is Severity.INFO else self.total - self.explained

    @property
    def status(self) -> tuple[str, str]:
        if self.severity is Severity.WARNING and not self.open:
            return "completed", "Explained"
        return {
            Severity.ERROR: ("problem", "Error"),
            Severity.WARNING: ("warning", "Warning"),
            Severity.INFO: ("none", "Info"),
        }[self.severity]


@dataclass(frozen=True)
class Counts:
    """The counts that certification asks for: `errors` and `warnings` block, `explained` and
    `infos` do not.
    """

    errors: int = 0
    warnings: int = 0
    explained: int = 0
    infos: int = 0

    @property
    def open(self) -> int:
        return self.errors + self.warnings


@dataclass(kw_only=True)
class CountedFindings:
    """Exact counts: of everything, and of what the list is narrowed to (None where it is to
    nothing); the list is of one level.
    """

    records: int
    at: datetime.datetime
    level: Level
    by_rule: list[RuleCount] = field(default_factory=list)
    narrowed: list[RuleCount] | None = None

    @property
    def of_list(self) -> list[RuleCount]:
        """Of the rules that have findings in the list, whatever their level."""
        return self.by_rule if self.narrowed is None else self.narrowed

    @property
    def counts(self) -> Counts:
        totals: Counter[Severity] = Counter()
        for of_rule in self.by_rule:
            totals[of_rule.severity] += of_rule.total
        explained = sum(of_rule.explained for of_rule in self.by_rule)
        return Counts(
            totals[Severity.ERROR],
            totals[Severity.WARNING] - explained,
            explained,
            totals[Severity.INFO],
        )

    @property
    def total(self) -> int:
        """Of the list."""
        return sum(self.level.count(of_rule) for of_rule in self.of_list)


@dataclass(kw_only=True)
class Findings(CountedFindings):
    """With at most 10,000 findings of the level, the heaviest first."""

    lines: list[ListedFinding] = field(default_factory=list)


def findings(
    scope: Scope,
    *,
    level: Level = Level.ALL,
    whole: bool = False,
    holds: Callable[[ListedFinding], bool] | None = None,
) -> Findings:
    """Judge the records in scope now. `level` is what is held, `whole` however much, `holds` what
    of it where the list is narrowed.
    """
    ((records,),) = _number(scope)
    result = Findings(records=records, at=timezone.now(), level=level)
    counts: dict[str, RuleCount] = {}
    narrowed: dict[str, RuleCount] = {}
    lines: dict[Severity, list[ListedFinding]] = {severity: [] for severity in SEVERITIES}
    for finding in listed(scope):
        _count(counts, finding)
        if holds is not None:
            if not holds(finding):
                continue
            _count(narrowed, finding)
        if level.holds(finding) and (whole or len(lines[finding.severity]) < MOST_HELD):
            lines[finding.severity].append(finding)
    result.lines = [finding for severity in SEVERITIES for finding in lines[severity]][
        : None if whole else MOST_HELD
    ]
    result.by_rule = _heaviest_first(counts)
    result.narrowed = None if holds is None else _heaviest_first(narrowed)
    return result


def _count(counts: dict[str, RuleCount], finding: ListedFinding) -> None:
    counts.setdefault(finding.rule.id, RuleCount(finding.rule, finding.severity)).add(finding)


def _heaviest_first(counts: dict[str, RuleCount]) -> list[RuleCount]:
    return sorted(
        counts.values(), key=lambda count: (SEVERITIES.index(count.severity), count.rule.id)
    )


def listed(
    scope: Scope,
    *,
    students: Collection[int] | None = None,
    only: Collection[str] | None = None,
) -> Iterator[ListedFinding]:
    """What is found now; of some students or by some rules alone, where that is said. Explanations
    stand beside the District edition and meet the findings of either by natural key and value.
    """
    weights = severities(scope.end_year)
    explained = {
        (
            explanation.rule,
            explanation.state_id,
            explanation.pathway_id,
            explanation.value,
        ): explanation
        for explanation in _explanations(scope)
    }
    for breach in breaches(scope, students=students, only=only):
        severity = weights[breach.rule.id]
        key = (breach.rule.id, breach.state_id, breach.pathway_id, breach.value)
        yield ListedFinding(
            breach, severity, explained.get(key) if severity is Severity.WARNING else None
        )


@counted("COUNT(*)", keeps_plan=False)
def _number(scope: Scope) -> QuerySet[Participation, Any]:
    """Of the records that are judged."""
    return Participation.objects.in_scope(scope).values_list("pk")


@prepared
def _explanations(scope: Scope) -> QuerySet[Explanation]:
    return Explanation.objects.of(scope)
