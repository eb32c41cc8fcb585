"""Students whom two districts report in one school year: each counts once in the state's total, and
OPI sees who they are (FR-227).

Read at the state, where what districts have sent stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from cte_portal.editions import Edition
from pathways.models import Participation, Student

HEADS = (
    "State ID",
    "Student",
    "Local ID",
    "District",
    "School",
    "Grade",
    "Enrolled",
    "CTE Pathways",
    "Credits",
)
MOST_SHOWN = 200


@dataclass(frozen=True)
class Reported:
    """A student as one of the districts reports the student."""

    student: Any
    records: tuple[Participation, ...]

    @property
    def pathways(self) -> str:
        return "; ".join(record.pathway.name for record in self.records)

    @property
    def credits(self) -> Any:
        return sum(record.total_credits for record in self.records)

    def cells(self) -> list[str]:
        """By HEADS."""
        student = self.student
        enrolled = f"{student.enrolled_on:%m/%d/%Y}"
        named = [
            student.state_id,
            student.name,
            student.local_id,
            f"{student.district_id} {student.district.name}",
            student.school_name,
            student.grade,
            enrolled,
        ]
        return [*named, self.pathways, f"{self.credits:.2f}"]


def shared_ids(end_year: int) -> list[str]:
    """The State IDs that more than one district reports in the year."""
    records = Participation.objects.of_state(Edition.STATE, end_year).order_by()
    districts = records.values("student__state_id").annotate(
        districts=Count("student__district_id", distinct=True)
    )
    return list(
        districts.filter(districts__gt=1)
        .order_by("student__state_id")
        .values_list("student__state_id", flat=True)
    )


def reported(ids: list[str], end_year: int) -> list[Reported]:
    """The records that each district reports of these students, a student's lines together, by
    name.
    """
    students = (
        Student.objects.in_edition(Edition.STATE)
        .enrolled_in(end_year)
        .filter(state_id__in=ids)
        .placed(end_year)
    )
    rows = {line.pk: line for line in students.select_related("district")}
    records: dict[int, list[Participation]] = {}
    stored = Participation.objects.in_edition(Edition.STATE).filter(student_id__in=rows)
    for record in stored.select_related("pathway").order_by("pathway__name"):
        records.setdefault(record.student_id, []).append(record)
    lines = [Reported(rows[key], tuple(of_student)) for key, of_student in records.items()]
    first: dict[str, tuple[str, ...]] = {}
    for line in sorted(lines, key=_by_name):
        first.setdefault(line.student.state_id, _by_name(line))
    return sorted(lines, key=lambda line: (first[line.student.state_id], line.student.district_id))


def _by_name(line: Reported) -> tuple[str, ...]:
    student = line.student
    return (
        student.last_name_folded,
        student.first_name_folded,
        student.middle_name_folded,
        student.state_id,
    )


def rows(ids: list[str], end_year: int) -> Iterator[list[str]]:
    """The lines of a file."""
    for start in range(0, len(ids), 500):
        yield from (line.cells() for line in reported(ids[start : start + 500], end_year))
