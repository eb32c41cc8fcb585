"""Enrollments of an export, in the portal's columns: in 1.1 a user's organizations, in 1.2 the
roles.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from pathways.files.text import printable
from pathways.models import OneRosterMapping, OneRosterSchool
from pathways.roster.imports.oneroster.district import DistrictData, StoredEnrollment
from pathways.roster.imports.oneroster.export import Export
from pathways.roster.imports.oneroster.lines import RoleLine, StudentUser
from pathways.roster.imports.oneroster.parts import PartWriter
from pathways.roster.imports.oneroster.people import People, us_date
from pathways.roster.imports.recognizing import RosterNote
from pathways.roster.problems import MARKED_GONE, NO_PLACE, UNMATCHED

_GRADES = {"it", "pr", "pk", "tk", "kg"}


@dataclass
class Enrolling:
    """Writes the enrollments."""

    export: Export
    mapping: OneRosterMapping
    schools: dict[str, OneRosterSchool]
    district: DistrictData
    people: People
    left_out: Counter[str] = field(default_factory=Counter)
    assumed: int = 0
    """New enrollments whose start the export does not give."""

    def write(self, into: PartWriter) -> None:
        users = {user.id: user for user in self.export.students}
        schools = self._schools_of_students(users.values())
        for user_id, roles in self.export.roles.items():
            user = users.get(user_id)
            written: set[tuple[int, str]] = set()
            for role in roles:
                school = self.schools.get(role.org)
                if school is not None and school.number and (role.line, role.org) not in written:
                    written.add((role.line, role.org))
                    self._write_enrollment(into, user_id, user, role, school, schools)
                elif school is not None:
                    self.left_out[f"enrollments at {school.name}"] += 1
                elif not self.export.package.brings("orgs"):  # a delta without schools
                    self.left_out["enrollments at organizations that are not mapped"] += 1
                elif role.org not in self.export.other_orgs:
                    note = RosterNote(
                        UNMATCHED,
                        "School Number",
                        printable(role.org)[:60],
                        "This school is not in orgs.csv",
                    )
                    into.write(role.line, {}, [note])

    def _write_enrollment(
        self,
        into: PartWriter,
        user_id: str,
        user: StudentUser | None,
        role: RoleLine,
        school: OneRosterSchool,
        schools: dict[str, tuple[str, set[str]]],
    ) -> None:
        state_id = self.people.state_id_of(user_id)
        year = self.district.scope.end_year
        cells = {
            "state_id": state_id,
            "school_number": school.number,
            "calendar_number": school.calendar,
            "end_year": str(year),
            "grade": _grade(user.grades) if user else "",
        }
        notes = []
        if (user is not None and user.is_gone) or role.is_gone:
            stored = self.district.enrollments.get((state_id, school.number, school.calendar))
            notes.append(
                RosterNote(
                    MARKED_GONE,
                    "status",
                    "",
                    "The export marks this enrollment for deletion",
                    stored.row if stored else None,
                )
            )
        elif not state_id:
            notes.append(
                RosterNote(
                    UNMATCHED,
                    "Student State ID",
                    printable(user_id)[:60],
                    "Its student is not accepted, or not in users.csv",
                )
            )
        elif user is not None and user.grades and not cells["grade"]:
            grades = printable(user.grades)[:40]
            notes.append(
                RosterNote(
                    NO_PLACE, "Grade", grades, f"Grade “{grades}” is not one of KG, 01 to 12"
                )
            )
        cells |= self._when(role, state_id, school, schools)
        into.write(role.line, cells, notes)

    def _when(
        self,
        role: RoleLine,
        state_id: str,
        school: OneRosterSchool,
        schools: dict[str, tuple[str, set[str]]],
    ) -> dict[str, str]:
        """Service type, start and end. An enrollment that is there keeps what it has; absent never
        ends.
        """
        year, begin, end = self.district.year, _date(role.begin), _date(role.end)
        if (role.begin and not begin) or (role.end and not end):  # which its row answers for
            return {
                "service_type": "P",
                "start_date": us_date(role.begin) or f"{year.starts:%m/%d/%Y}",
                "end_date": us_date(role.end),
            }
        if end:
            end -= datetime.timedelta(days=1)  # OneRoster names the first day that is not included
        if begin and begin > year.ends:
            return {
                "service_type": "P",
                "start_date": f"{begin:%m/%d/%Y}",
                "end_year": str(year.end_year + 1),
            }
        if end and end < year.starts:
            return {
                "service_type": "P",
                "start_date": f"{begin or end:%m/%d/%Y}",
                "end_year": str(year.end_year - 1),
            }
        stored = self.district.enrollments.get((state_id, school.number, school.calendar))
        if stored and not _returns(stored, begin):
            service, start = stored.service_type, stored.start_date
        else:
            service = self._service(state_id, school, schools)
            start = max(begin, year.starts) if begin else year.starts
            self.assumed += begin is None
        is_over = end is not None and end < year.ends and end <= timezone.localdate()
        return {
            "service_type": service,
            "start_date": f"{start:%m/%d/%Y}",
            "end_date": f"{end:%m/%d/%Y}" if end and is_over else "",
        }

    def _service(
        self, state_id: str, school: OneRosterSchool, schools: dict[str, tuple[str, set[str]]]
    ) -> str:
        primary, numbers = schools.get(state_id, ("", set()))
        first = primary or min(numbers, default=school.number)
        return "P" if school.number == first else self.mapping.second_school

    def _schools_of_students(self, users: Iterable[StudentUser]) -> dict[str, tuple[str, set[str]]]:
        """By State ID: the primary school's number where the data name one, and all numbers."""
        numbers: dict[str, set[str]] = {}
        primary: dict[str, set[str]] = {}
        main = {user.id: user.primary_org for user in users}
        for user_id, roles in self.export.roles.items():
            state_id = self.people.state_ids.get(user_id)
            if state_id is None:
                continue
            for role in roles:
                school = self.schools.get(role.org)
                if school is None or not school.number or role.is_gone:
                    continue
                numbers.setdefault(state_id, set()).add(school.number)
                stored = self.district.enrollments.get((state_id, school.number, school.calendar))
                if (
                    role.is_primary
                    or role.org == main.get(user_id)
                    or (stored is not None and stored.service_type == "P")
                ):
                    primary.setdefault(state_id, set()).add(school.number)
        return {
            state_id: (min(primary.get(state_id, ()), default=""), own)
            for state_id, own in numbers.items()
        }


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _grade(cell: str) -> str:
    """The one grade that a list names, or nothing."""
    grades = {grade.strip().lower() for grade in cell.split(",") if grade.strip()}
    if len(grades) != 1:
        return ""
    grade = grades.pop()
    if grade.isascii() and grade.isdigit() and 1 <= int(grade[:4]) <= 12:
        return f"{int(grade):02}"
    return grade.upper() if grade in _GRADES else ""


def _returns(stored: StoredEnrollment, begin: datetime.date | None) -> bool:
    """Whether a role begins after the enrollment that is there has ended."""
    return begin is not None and stored.end_date is not None and begin > stored.end_date
