"""Courses, classes and rosters of an export, in the portal's columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pathways.files.text import printable
from pathways.models import OneRosterMapping, OneRosterSchool
from pathways.roster.imports.oneroster.district import DistrictData, SectionKey
from pathways.roster.imports.oneroster.export import Export
from pathways.roster.imports.oneroster.lines import ClassLine
from pathways.roster.imports.oneroster.parts import PartWriter
from pathways.roster.imports.oneroster.people import People
from pathways.roster.imports.oneroster.places import section_number
from pathways.roster.imports.recognizing import RosterNote
from pathways.roster.problems import COLUMNS, MARKED_GONE, UNMATCHED

SCED_CODE = re.compile(r"([0-9]{2})([0-9]{3})", re.ASCII)
"""Subject area and course, which begin the first of a course's subject codes."""


@dataclass
class Teaching:
    """Writes courses, sections and rosters. Afterwards `sections` names the section that each class
    is.
    """

    export: Export
    mapping: OneRosterMapping
    schools: dict[str, OneRosterSchool]
    district: DistrictData
    people: People
    sections: dict[str, SectionKey] = field(default_factory=dict)
    passed_over: dict[str, str] = field(default_factory=dict)
    """Classes that are left out, by id, with why."""
    left_out: Counter[str] = field(default_factory=Counter)

    def write(self, courses: PartWriter, sections: PartWriter, rosters: PartWriter) -> None:
        codes = {course.id: course.code for course in self.export.courses}
        linked = self.district.links(self.mapping.source, "section")
        known = self.district.sections
        self.linked = {external: known[row] for external, row in linked.items() if row in known}
        self._write_sections(sections, codes)
        self._write_courses(courses)
        self._write_rosters(rosters)

    def _write_sections(self, into: PartWriter, codes: dict[str, str]) -> None:
        self.taught: dict[str, set[str]] = {}
        for line in self.export.classes:
            school = self.schools.get(line.school)
            if line.is_homeroom or (school is not None and not school.number):
                why = "homerooms" if line.is_homeroom else f"classes at {school}"
                self.passed_over[line.id] = why
                self.left_out[why] += 1
                continue
            year, notes = self._year(line), []
            if line.is_gone:
                notes.append(_gone("class"))
            elif school is None:
                notes.append(
                    _unmatched("School Number", line.school, "Its school is not in orgs.csv")
                )
            elif not codes.get(line.course):
                words = "Its course is not in courses.csv, or has no courseCode"
                notes.append(_unmatched("Course Number", line.course, words))
            elif not year:
                words = "Its terms are not in academicSessions.csv"
                notes.append(_unmatched("End Year", ",".join(line.terms), words))
            key = SectionKey(
                school.number if school else "",
                school.calendar if school else "",
                year,
                codes.get(line.course, ""),
                section_number(self.mapping.section_rule, line.code, line.id),
            )
            if not notes:
                self.sections[line.id] = key
                self.taught.setdefault(line.course, set()).add(key.school)
            into.write(line.line, _of_section(key), notes)

    def _year(self, line: ClassLine) -> int:
        """The year in question where a term is in it, else the last of the terms' years; 0 for
        unknown terms.
        """
        years = {self.export.years[term] for term in line.terms if term in self.export.years}
        own = self.district.scope.end_year
        if not self.export.years:  # a delta without sessions
            return own
        return own if own in years else max(years, default=0)

    def _write_courses(self, into: PartWriter) -> None:
        """A course is a school's: one row for every school with a class of it."""
        for line in self.export.courses:
            own = self.schools.get(line.org)
            numbers = self.taught.get(line.id, set())
            if not numbers and own is not None and own.number:
                numbers = {own.number}
            if not numbers:
                self.left_out["courses without a class at a school of yours"] += 1
                continue
            notes, sced = [], SCED_CODE.match(line.subject_codes.strip())
            area, course = sced.groups() if sced else ("", "")
            if line.is_gone:
                notes.append(_gone("course"))
            elif not line.code:
                notes.append(_unmatched("Course Number", "", "The course has no courseCode"))
            for number in sorted(numbers):
                cells = {
                    "school_number": number,
                    "course_number": line.code,
                    "name": line.title,
                    "sced_area": area,
                    "sced_course": course,
                }
                into.write(line.line, cells, notes)

    def _write_rosters(self, into: PartWriter) -> None:
        for row, class_id, user, role, is_gone in self.export.rosters():
            if row.fault:
                into.write(row.line, {}, [RosterNote(COLUMNS, "", "", row.fault)])
                continue
            if role != "student" or user in self.export.other_users:
                self.export.not_students["enrollments.csv"] += 1
                continue
            if (why := self.passed_over.get(class_id)) is not None:
                self.left_out[f"rosters of {why}"] += 1
                continue
            key = self.sections.get(class_id) or self.linked.get(class_id)
            state_id = self.people.state_id_of(user)
            cells = {**(_of_section(key) if key else {}), "state_id": state_id}
            notes = []
            if is_gone:
                notes.append(_gone("roster line"))
            elif key is None:
                words = "Its class is not accepted, or not in classes.csv"
                notes.append(_unmatched("Section Number", class_id, words))
            elif not state_id:
                words = "Its student is not accepted, or not in users.csv"
                notes.append(_unmatched("Student State ID", user, words))
            into.write(row.line, cells, notes)


def write_faults(writers: Iterable[tuple[str, PartWriter]], export: Export) -> None:
    """Lines that could not be read, each under its own file."""
    by_table = dict(writers)
    for fault in export.faults:
        by_table[fault.table].write(fault.line, {}, [RosterNote(COLUMNS, "", "", fault.message)])


def _of_section(key: SectionKey) -> dict[str, str]:
    return {
        "school_number": key.school,
        "calendar_number": key.calendar,
        "end_year": str(key.end_year or ""),
        "course_number": key.course,
        "section_number": key.section,
    }


def _gone(noun: str) -> RosterNote:
    return RosterNote(MARKED_GONE, "status", "", f"The export marks this {noun} for deletion")


def _unmatched(column: str, value: str, words: str) -> RosterNote:
    return RosterNote(UNMATCHED, column, printable(value)[:60], words)
