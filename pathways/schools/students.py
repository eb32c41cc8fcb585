"""The students in CTE of a school: who they are, and what is known of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of
from pathways.findings.findings import listed
from pathways.models import Participation, Pathway, School, Student
from pathways.models.student import BY_NAME
from pathways.records.student_list.order import placement
from pathways.roster.worklist.pairs import Pairs
from pathways.roster.worklist.which import Which

RECORDS = "records"
"""Sorted by the standing of the records: what is open first."""


@dataclass
class StudentInCte:
    """What is known of a student: `records` says of each pathway with a record whether the student
    is a concentrator there, `missing` are pathways of a course without a record, `open_findings`
    those that stand in the way of certification.
    """

    grade: str
    records: dict[int, bool] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    open_findings: int = 0

    @property
    def pathways(self) -> set[int]:
        return self.records.keys() | self.missing

    @property
    def concentrates(self) -> bool:
        return any(self.records.values())

    @property
    def is_right(self) -> bool:
        return not self.missing and not self.open_findings


def students_at(scope: Scope, school: School) -> Any:
    """Everybody whose deciding enrollment is at the school, with or without CTE."""
    placed: Any = Student.objects.in_scope(scope).placed(scope.end_year)
    return placed.filter(school_id=school.pk)


def students_of(scope: Scope, school: School) -> dict[int, StudentInCte]:
    """Those of the school who have a record, or an open line of the worklist for a course without
    one. As many statements for a large school as for a small one.
    """
    placed = students_at(scope, school)
    students = {key: StudentInCte(grade) for key, grade in placed.values_list("pk", "grade")}
    records = Participation.objects.in_scope(scope).filter(student__in=students.keys())
    for key, pathway, concentrator in records.values_list(
        "student_id", "pathway_id", "concentrator"
    ):
        students[key].records[pathway] = concentrator
    without = Pairs(scope, school=school.pk).of_list(Which.WITHOUT_RECORD)
    for key, pathway, choice in without.values_list("person", "taught", "choice"):
        if choice != Which.WITHOUT_RECORD.dismissal and key in students:
            students[key].missing.add(pathway)
    students = {key: student for key, student in students.items() if student.pathways}
    findings = listed(scope, students=[key for key in students if students[key].records])
    for key, number in Counter(
        finding.breach.student_id for finding in findings if finding.is_open
    ).items():
        students[key].open_findings = number
    return students


@dataclass(frozen=True)
class SchoolRow:
    """A student of the list; `address` is empty for who may not open the student."""

    student: Any
    about: StudentInCte
    names: dict[int, str]
    address: str

    def _named(self, pathways: Iterable[int]) -> str:
        return ", ".join(sorted(self.names[pathway] for pathway in pathways))

    @property
    def pathways(self) -> str:
        return self._named(self.about.records)

    @property
    def concentrates(self) -> str:
        return self._named(
            key for key, is_concentrator in self.about.records.items() if is_concentrator
        )

    @property
    def standing(self) -> str:
        findings = self.about.open_findings
        parts = [
            f"No record yet: {self._named(self.about.missing)}" if self.about.missing else "",
            f"{number_of(findings, 'open finding')}" if findings else "",
        ]
        return "; ".join(filter(None, parts)) or "In order"


def keys_of(
    scope: Scope, students: dict[int, StudentInCte], values: dict[str, Any], order: tuple[str, ...]
) -> list[int]:
    """The students whom a filter leaves, in their order."""
    chosen = [key for key, student in students.items() if _is_meant(student, values)]
    chosen_students = Student.objects.in_scope(scope).filter(pk__in=chosen)
    ordered = list(
        chosen_students.annotate(by_grade=placement(scope.end_year)["by_grade"])
        .order_by(*(name for name in order if name.removeprefix("-") != RECORDS), *BY_NAME)
        .values_list("pk", flat=True)
    )
    if RECORDS in order or f"-{RECORDS}" in order:
        ordered.sort(key=lambda key: _place(students[key]), reverse=f"-{RECORDS}" in order)
    return ordered


def _place(student: StudentInCte) -> tuple[bool, bool, int]:
    return student.is_right, not student.missing, -student.open_findings


def _is_meant(student: StudentInCte, values: dict[str, Any]) -> bool:
    standing = values.get("standing")
    return (
        (not values.get("pathway") or values["pathway"] in student.pathways)
        and (not values.get("grade") or values["grade"] == student.grade)
        and (standing != "open" or bool(student.open_findings))
        and (standing != "missing" or bool(student.missing))
        and (standing != "concentrator" or student.concentrates)
    )


def rows_of(
    scope: Scope,
    students: dict[int, StudentInCte],
    keys: Sequence[int],
    *,
    linked: bool,
) -> list[SchoolRow]:
    stored = Student.objects.in_scope(scope).graded(scope.end_year).in_bulk(list(keys))
    names = names_of({pathway for key in keys for pathway in students[key].pathways})
    return [
        SchoolRow(
            stored[key],
            students[key],
            names,
            reverse("cte-student", args=[scope.district, scope.end_year, key]) if linked else "",
        )
        for key in keys
        if key in stored
    ]


def names_of(pathways: Collection[int]) -> dict[int, str]:
    return dict(Pathway.objects.filter(pk__in=pathways).values_list("pk", "name"))


def by_pathway(students: Iterable[StudentInCte]) -> dict[int, list[StudentInCte]]:
    """The students of each pathway; who is in two stands in both."""
    groups: defaultdict[int, list[StudentInCte]] = defaultdict(list)
    for student in students:
        for pathway in student.pathways:
            groups[pathway].append(student)
    return dict(groups)
