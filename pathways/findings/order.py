"""In which order a list has its findings, and where in it one stands that is solved already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from cte_portal.editions import Scope
from cte_portal.folding import folded
from pathways.findings.findings import SEVERITIES, ListedFinding
from pathways.models import Participation, Pathway, Student
from pathways.pages.grades import by_grade
from pathways.rules import Rule, Severity

Place = tuple[Any, ...]
SORTS = ("student", "state_id", "grade", "school", "pathway", "level", "rule")


class Subject(NamedTuple):
    """What a finding is about, as far as its place depends on it."""

    rule: Rule
    severity: Severity
    student: int
    names: tuple[str, str, str]
    state_id: str
    pathway: str

    @classmethod
    def of(cls, finding: ListedFinding) -> Subject:
        breach = finding.breach
        names = breach.last_name, breach.first_name, breach.middle_name
        student = breach.student_id, names, breach.state_id
        return cls(finding.rule, finding.severity, *student, breach.pathway)

    @classmethod
    def of_record(
        cls, rule: Rule, severity: Severity, student: Student, pathway: Pathway
    ) -> Subject:
        """Of a finding that is solved perhaps."""
        names = student.last_name, student.first_name, student.middle_name
        return cls(rule, severity, student.pk, names, student.state_id, pathway.name)

    @property
    def weight(self) -> Place:
        return SEVERITIES.index(self.severity), self.rule.id

    @property
    def named(self) -> Place:
        return (*(folded(name) for name in (*self.names, self.state_id, self.pathway)),)


@dataclass(frozen=True)
class LastFirst:
    """A value that stands the other way round."""

    value: Any

    def __lt__(self, right: LastFirst) -> bool:
        return bool(right.value < self.value)


def order_of(scope: Scope, sort: str, *, by_rule: bool) -> Callable[[Subject], Place]:
    """By what the list is sorted; students alike stand as without a sorting. `sort` is a column's
    name, with a hyphen where the last comes first.
    """
    first = _first(scope, sort.removeprefix("-"))
    turned = sort.startswith("-")

    def place(subject: Subject) -> Place:
        rest = subject.weight + subject.named if by_rule else subject.named + subject.weight
        if first is None:
            return rest
        value = first(subject)
        return (LastFirst(value) if turned else value, *rest)

    return place


def _first(scope: Scope, column: str) -> Callable[[Subject], Any] | None:
    if column in ("grade", "school"):
        return _placement(scope, column)
    return {
        "student": lambda subject: subject.named,
        "state_id": lambda subject: subject.state_id,
        "pathway": lambda subject: folded(subject.pathway),
        "level": lambda subject: SEVERITIES.index(subject.severity),
        "rule": lambda subject: subject.rule.id,
    }.get(column)


def _placement(scope: Scope, column: str) -> Callable[[Subject], Any]:
    """Grades as numbers, schools without capitals and accents; first who has none."""
    recorded = Participation.objects.in_scope(scope).values("student_id")
    placed = Student.objects.in_scope(scope).filter(pk__in=recorded).placed(scope.end_year)
    students: Any = placed.order_by()
    of_student = {
        student.pk: by_grade(student.grade or "")
        if column == "grade"
        else folded(student.school_name or "")
        for student in students
    }
    nothing: Any = by_grade("") if column == "grade" else ""
    return lambda subject: of_student.get(subject.student, nothing)
