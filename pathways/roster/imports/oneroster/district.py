"""What the portal already has of the district, as the reading of an export asks for it, and the
links by which other systems' ids are known again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from cte_portal.editions import Scope
from pathways.models import (
    Calendar,
    Enrollment,
    Participation,
    School,
    SchoolYear,
    Section,
    SourceLink,
    Student,
)
from pathways.models.student import by_name_of


class StoredStudent(NamedTuple):
    """A student as the portal has them."""

    row: int
    state_id: str
    local_id: str
    last_name: str
    first_name: str
    birth_date: datetime.date


class StoredEnrollment(NamedTuple):
    """An enrollment as the portal has it."""

    row: int
    service_type: str
    start_date: datetime.date
    end_date: datetime.date | None


class SectionKey(NamedTuple):
    """How a file names a section."""

    school: str
    calendar: str
    end_year: int
    course: str
    section: str


@dataclass(frozen=True)
class DistrictData:
    """Asked once for each export, in a handful of statements."""

    scope: Scope

    @cached_property
    def year(self) -> SchoolYear:
        return SchoolYear.objects.get(end_year=self.scope.end_year)

    @cached_property
    def students(self) -> dict[str, StoredStudent]:
        """By State ID."""
        values = Student.objects.of_district(self.scope).values_list(
            "pk", "state_id", "local_id", "last_name", "first_name", "birth_date"
        )
        return {student.state_id: student for student in map(StoredStudent._make, values)}

    @cached_property
    def students_by_row(self) -> dict[int, StoredStudent]:
        return {student.row: student for student in self.students.values()}

    @cached_property
    def local_ids(self) -> set[str]:
        return {student.local_id for student in self.students.values() if student.local_id}

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], list[StoredStudent]]:
        students: dict[tuple[str, str, str], list[StoredStudent]] = {}
        for student in self.students.values():
            key = (
                student.last_name.casefold(),
                student.first_name.casefold(),
                f"{student.birth_date:%m/%d/%Y}",
            )
            students.setdefault(key, []).append(student)
        return students

    def alike(self, cells: dict[str, str]) -> list[StoredStudent]:
        """Students with the last name, first name and birth date of a file's row."""
        key = (cells["last_name"].casefold(), cells["first_name"].casefold(), cells["birth_date"])
        return self._by_name.get(key, [])

    @cached_property
    def enrollments(self) -> dict[tuple[str, str, str], StoredEnrollment]:
        """By State ID, school and calendar of the year: the open one, else the latest."""
        rows = (
            Enrollment.objects.filter(
                student__district=self.scope.district,
                calendar__school_year=self.scope.end_year,
            )
            .order_by(*by_name_of("student"), "start_date", "pk")
            .values_list(
                "student__state_id",
                "calendar__school__number",
                "calendar__number",
                "pk",
                "service_type",
                "start_date",
                "end_date",
            )
        )
        chosen: dict[tuple[str, str, str], StoredEnrollment] = {}
        for state_id, school, calendar, *values in rows.iterator(chunk_size=5000):
            enrollment = StoredEnrollment._make(values)
            earlier = chosen.get((state_id, school, calendar))
            if earlier is None or earlier.end_date is not None or enrollment.end_date is None:
                chosen[state_id, school, calendar] = enrollment
        return chosen

    @cached_property
    def schools(self) -> dict[str, str]:
        """Names by number."""
        return dict(
            School.objects.filter(district=self.scope.district).values_list("number", "name")
        )

    @cached_property
    def calendars(self) -> dict[str, list[str]]:
        """Calendar numbers of the year by school number."""
        calendars: dict[str, list[str]] = {}
        rows = Calendar.objects.filter(
            school__district=self.scope.district, school_year=self.scope.end_year
        ).order_by("number")
        for school, number in rows.values_list("school__number", "number"):
            calendars.setdefault(school, []).append(number)
        return calendars

    @cached_property
    def sections(self) -> dict[int, SectionKey]:
        """The year's sections by row."""
        rows = Section.objects.filter(
            course__school__district=self.scope.district,
            calendar__school_year=self.scope.end_year,
        ).values_list(
            "pk",
            "course__school__number",
            "calendar__number",
            "calendar__school_year_id",
            "course__number",
            "number",
        )
        return {row: SectionKey(*key) for row, *key in cast(Any, rows.iterator(chunk_size=5000))}

    def links(self, source: str, kind: str) -> dict[str, int]:
        """Rows by the ids of one system."""
        return dict(
            SourceLink.objects.filter(
                district=self.scope.district, source=source, kind=kind
            ).values_list("external", "row")
        )

    def record_count(self, row: int) -> int:
        return Participation.objects.filter(student=row).count()


@dataclass(frozen=True)
class LinksRead:
    """What the ids of an export mean, to be remembered once it is written."""

    source: str
    students: dict[str, str]
    """State IDs by id of the other system."""
    sections: dict[str, SectionKey]

    def remember(self, scope: Scope) -> None:
        """Must run in the transaction that has written the rows; what was not written is not
        linked.
        """
        after = DistrictData(scope)
        sections = {key: row for row, key in after.sections.items()}
        self._write(
            scope,
            SourceLink.Kind.STUDENT,
            {
                external: student.row
                for external, state_id in self.students.items()
                if (student := after.students.get(state_id))
            },
        )
        self._write(
            scope,
            SourceLink.Kind.SECTION,
            {external: sections[key] for external, key in self.sections.items() if key in sections},
        )

    def _write(self, scope: Scope, kind: str, rows: dict[str, int]) -> None:
        earlier = DistrictData(scope).links(self.source, kind)
        moved: Iterable[SourceLink] = [
            SourceLink(
                district=scope.district,
                source=self.source,
                kind=kind,
                external=external[:255],
                row=row,
            )
            for external, row in rows.items()
            if earlier.get(external) != row
        ]
        SourceLink.objects.bulk_create(
            moved,
            batch_size=2000,
            update_conflicts=True,
            unique_fields=["district", "source", "kind", "external"],
            update_fields=["row"],
        )
