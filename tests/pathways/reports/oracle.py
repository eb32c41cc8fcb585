"""The guide's reports counted in plain Python from whole tables, without anything that the portal
counts with.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pathways.models import (
    Calendar,
    Course,
    Enrollment,
    Participation,
    Pathway,
    Roster,
    SchoolYear,
    Section,
    Student,
)


def table(model: Any, alias: str) -> list[dict[str, Any]]:
    return list(model._base_manager.using(alias).values())


@dataclass
class Oracle:
    """The records of a district (or of all) in scope of an end year, as they stand in one
    edition.
    """

    district: str | None
    end_year: int
    alias: str = "default"

    def __post_init__(self) -> None:
        starts = {year["end_year"]: year["starts"] for year in table(SchoolYear, self.alias)}
        self.calendars = {row["id"]: row["school_year_id"] for row in table(Calendar, self.alias)}
        self.enrollments = {row["id"]: row for row in table(Enrollment, self.alias)}
        counting = {
            row["student_id"]
            for row in self.enrollments.values()
            if self.calendars[row["calendar_id"]] == self.end_year
            and row["service_type"] in "PSN"
            and (row["end_date"] is None or row["end_date"] >= starts[self.end_year])
        }
        self.students = {
            row["id"]: row
            for row in table(Student, self.alias)
            if row["id"] in counting and self.district in (None, row["district_id"])
        }
        self.records = [
            row for row in table(Participation, self.alias) if row["student_id"] in self.students
        ]
        self.of: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for record in self.records:
            self.of[self.students[record["student_id"]]["state_id"]].append(record)

    def counts(self) -> dict[str, int]:
        concentrators = [
            state_id
            for state_id, records in self.of.items()
            if any(record["concentrator"] for record in records)
        ]
        answers = {
            state_id: {record["single_parent"] for record in records}
            for state_id, records in self.of.items()
        }
        return {
            "count-concentrator-participant": len(self.of),
            "concentrators": len(concentrators),
            "participants": len(self.of) - len(concentrators),
            "count-single-parent": sum(True in values for values in answers.values()),
            "single-parent-different": sum(len(values) == 2 for values in answers.values()),
            "incorrect-concentrator": len(self.incorrect()),
            "modified-in-current-year": sum(
                record["modified_end_year"] == self.end_year for record in self.records
            ),
        }

    def incorrect(self) -> set[tuple[str, str]]:
        """(State ID, pathway) of each record whose answer does not fit its credits."""
        names = {row["id"]: row["name"] for row in table(Pathway, self.alias)}
        return {
            (state_id, names[record["pathway_id"]])
            for state_id, records in self.of.items()
            for record in records
            if record["concentrator"]
            != (record["in_district_credits"] + record["out_of_district_credits"] >= Decimal(2))
        }

    def credits(self) -> Decimal:
        return sum(
            (
                record["in_district_credits"] + record["out_of_district_credits"]
                for record in self.records
            ),
            Decimal(0),
        )

    def rostered(self) -> set[tuple[int, int]]:
        """(student, pathway) of each seat in a course with a pathway this year."""
        pathway_of = {row["id"]: row["pathway_id"] for row in table(Course, self.alias)}
        sections = {row["id"]: row for row in table(Section, self.alias)}
        pairs = set()
        for seat in table(Roster, self.alias):
            section = sections[seat["section_id"]]
            student = self.enrollments[seat["enrollment_id"]]["student_id"]
            pathway = pathway_of[section["course_id"]]
            if (
                pathway
                and student in self.students
                and self.calendars[section["calendar_id"]] == self.end_year
            ):
                pairs.add((student, pathway))
        return pairs
