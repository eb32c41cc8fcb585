"""A school's figures: students by grade and pathway, and what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pathways.pages.grades import by_grade
from pathways.schools.students import StudentInCte, by_pathway, names_of


@dataclass(frozen=True)
class PathwayLine:
    """The students of a pathway, grade by grade; `key` is None on the line of all pathways."""

    key: int | None
    name: str
    of_grades: list[tuple[str, int]]
    students: int
    concentrators: int
    without_record: int


@dataclass(frozen=True)
class SchoolFigures:
    """Each student counts once in `everybody`, and once on each pathway's line."""

    grades: list[str]
    pathways: list[PathwayLine]
    everybody: PathwayLine
    open_findings: int
    """How many students have any."""

    @classmethod
    def of(cls, students: Collection[StudentInCte]) -> SchoolFigures:
        grades = sorted({student.grade for student in students}, key=by_grade)
        groups = by_pathway(students)
        names = names_of(groups.keys())
        lines = [
            PathwayLine(
                key,
                names[key],
                _by_grade(group, grades),
                len(group),
                sum(student.records.get(key, False) for student in group),
                sum(key in student.missing for student in group),
            )
            for key, group in groups.items()
        ]
        everybody = PathwayLine(
            None,
            "All pathways, each student once",
            _by_grade(students, grades),
            len(students),
            sum(student.concentrates for student in students),
            sum(bool(student.missing) for student in students),
        )
        return cls(
            grades,
            sorted(lines, key=lambda line: line.name),
            everybody,
            sum(bool(student.open_findings) for student in students),
        )

    @property
    def heads(self) -> list[str]:
        return [f"Grade {grade}#" for grade in self.grades]


def _by_grade(students: Collection[StudentInCte], grades: Sequence[str]) -> list[tuple[str, int]]:
    counts = Counter(student.grade for student in students)
    return [(f"Grade {grade}", counts[grade]) for grade in grades]
