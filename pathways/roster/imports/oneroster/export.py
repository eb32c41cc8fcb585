"""A OneRoster export read into memory as far as its rows name one another: schools, years,
students, courses and classes. The rosters, which are most of it, stay in the zip.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from pathways.files.text import FileRefused
from pathways.roster.imports.oneroster.lines import (
    Birth,
    ClassLine,
    CourseLine,
    Fault,
    Org,
    RoleLine,
    StudentUser,
)
from pathways.roster.imports.oneroster.package import ExportRow, ExportTable, Package

GONE = ("tobedeleted", "inactive")
_SLASHES = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/[0-9]{4}", re.ASCII)


@dataclass
class Export:
    """What the files say, in their own words."""

    package: Package
    years: dict[str, int] = field(default_factory=dict)
    """End years of the academic sessions."""
    schools: dict[str, Org] = field(default_factory=dict)
    other_orgs: set[str] = field(default_factory=set)
    births: dict[str, Birth] = field(default_factory=dict)
    students: list[StudentUser] = field(default_factory=list)
    roles: dict[str, list[RoleLine]] = field(default_factory=dict)
    """A student's schools by the user's id."""
    courses: list[CourseLine] = field(default_factory=list)
    classes: list[ClassLine] = field(default_factory=list)
    not_students: Counter[str] = field(default_factory=Counter)
    """Rows of people who are no students, by file."""
    other_users: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, package: Package, known: Collection[str] = ()) -> Export:
        """`known` are users whom an earlier export has shown to be students: a delta need not say
        so again. Raises FileRefused.
        """
        export = cls(package, notices=list(package.notices))
        export._read_sessions()
        export._read_orgs()
        export._read_roles()
        export._read_births()
        export._read_users(known if package.is_delta else ())
        export._read_courses()
        return export

    def rosters(self) -> Iterator[tuple[ExportRow, str, str, str, bool]]:
        """Each line of enrollments.csv with its class, user, role, and whether it is gone."""
        for row in self._rows("enrollments", "classSourcedId", "userSourcedId", "role", "status"):
            class_id, user, role, status = row.cells
            yield row, class_id, user, role.lower(), status.lower() in GONE

    def _rows(self, name: str, *columns: str, metadata: bool = False) -> Iterator[ExportRow]:
        """The lines of a file that the package brings; in an export of everything one at least."""
        if not self.package.brings(name):
            return
        table = self.package.table(name)
        self.notices += table.notices
        number = 0
        for row in table.rows(*columns, *(table.metadata if metadata else ())):
            number += 1
            yield row if not metadata else self._with_titles(row, table, len(columns))
        if not number and self.package.modes[name] == "bulk":
            raise FileRefused(f"{table.name} has column titles but no rows. Nothing was read")

    @staticmethod
    def _with_titles(row: ExportRow, table: ExportTable, at: int) -> ExportRow:
        titled = [
            f"{title}\0{cell}"
            for title, cell in zip(table.metadata, row.cells[at:], strict=True)
            if cell
        ]
        return ExportRow(row.line, [*row.cells[:at], *titled], row.fault)

    def _read_sessions(self) -> None:
        for row in self._rows("academicSessions", "sourcedId", "schoolYear"):
            session, year = row.cells
            if row.fault or not (year.isascii() and year.isdigit() and len(year) == 4):
                raise FileRefused(
                    f"academicSessions.csv, line {row.line}:"
                    f" {row.fault or 'schoolYear must have 4 digits, like 2025'}"
                )
            self.years[session] = int(year)

    def _read_orgs(self) -> None:
        for row in self._rows("orgs", "sourcedId", "type", "name", "identifier", "status"):
            org, kind, name, identifier, status = row.cells
            if row.fault:
                self.faults.append(Fault("orgs", row.line, row.fault))
            elif kind.lower() != "school":
                self.other_orgs.add(org)
            elif status.lower() not in GONE:
                self.schools[org] = Org(row.line, org, name[:200], identifier)

    def _read_roles(self) -> None:
        rows = self._rows(
            "roles",
            "userSourcedId",
            "orgSourcedId",
            "role",
            "roleType",
            "beginDate",
            "endDate",
            "status",
        )
        doubtful: dict[str, list[int]] = {}
        for row in rows:
            user, org, role, kind, begin, end, status = row.cells
            for title, date in (("beginDate", begin), ("endDate", end)):
                if _has_two_readings(date):
                    doubtful.setdefault(title, []).append(row.line)
            if row.fault:
                self.faults.append(Fault("roles", row.line, row.fault))
            elif role.lower() != "student":
                self.not_students["roles.csv"] += 1
            else:
                self.roles.setdefault(user, []).append(
                    RoleLine(
                        row.line,
                        org,
                        kind.lower() == "primary",
                        begin,
                        end,
                        status.lower() in GONE,
                    )
                )

        _require_one_reading("roles", doubtful)

    def _read_births(self) -> None:
        doubtful: dict[str, list[int]] = {}
        for row in self._rows("demographics", "sourcedId", "birthDate", "sex", "status"):
            user, date, sex, status = row.cells
            if _has_two_readings(date):
                doubtful.setdefault("birthDate", []).append(row.line)
            if row.fault:
                self.faults.append(Fault("demographics", row.line, row.fault))
            elif status.lower() not in GONE:
                self.births[user] = Birth(date, sex)
        _require_one_reading("demographics", doubtful)

    def _read_users(self, known: Collection[str]) -> None:
        columns = (
            "sourcedId",
            "status",
            "role",
            "orgSourcedIds",
            "primaryOrgSourcedId",
            "username",
            "userIds",
            "givenName",
            "familyName",
            "middleName",
            "identifier",
            "grades",
            "userMasterIdentifier",
        )
        is_new = self.package.version == "1.2"
        for row in self._rows("users", *columns, metadata=True):
            user, status, role, orgs, primary, *cells = row.cells[: len(columns)]
            if row.fault:
                self.faults.append(Fault("users", row.line, row.fault))
                continue
            is_student = (
                user in self.roles or user in known if is_new else role.lower() == "student"
            )
            if not is_student:
                self.not_students["users.csv"] += 1
                self.other_users.add(user)
                continue
            listed = tuple(dict.fromkeys(org.strip() for org in orgs.split(",") if org.strip()))
            titled = (cell.split("\0", 1) for cell in row.cells[len(columns) :])
            metadata = tuple((title, cell) for title, cell in titled if cell.isdigit())
            username, user_ids, first, last, middle, identifier, grades, master = cells
            self.students.append(
                StudentUser(
                    row.line,
                    user,
                    status.lower() in GONE,
                    listed,
                    primary,
                    username,
                    user_ids,
                    first,
                    last,
                    middle,
                    identifier,
                    grades,
                    master,
                    metadata,
                )
            )
            if not is_new:
                self.roles.setdefault(user, []).extend(
                    RoleLine(row.line, org, is_primary=False) for org in listed
                )

    def _read_courses(self) -> None:
        for row in self._rows(
            "courses", "sourcedId", "status", "title", "courseCode", "orgSourcedId", "subjectCodes"
        ):
            course, status, title, code, org, subject_codes = row.cells
            if row.fault:
                self.faults.append(Fault("courses", row.line, row.fault))
            else:
                self.courses.append(
                    CourseLine(
                        row.line, course, status.lower() in GONE, title, code, org, subject_codes
                    )
                )
        for row in self._rows(
            "classes",
            "sourcedId",
            "status",
            "courseSourcedId",
            "classCode",
            "classType",
            "schoolSourcedId",
            "termSourcedIds",
        ):
            class_id, status, course, code, kind, school, terms = row.cells
            if row.fault:
                self.faults.append(Fault("classes", row.line, row.fault))
            else:
                self.classes.append(
                    ClassLine(
                        row.line,
                        class_id,
                        status.lower() in GONE,
                        course,
                        code,
                        kind.lower() == "homeroom",
                        school,
                        tuple(term.strip() for term in terms.split(",") if term.strip()),
                    )
                )


def _has_two_readings(date: str) -> bool:
    """Whether a date is not OneRoster's year-month-day and its day may be its month."""
    slashes = _SLASHES.fullmatch(date)
    if slashes is None:
        return False
    first, second = int(slashes[1]), int(slashes[2])
    return first != second and not first <= 12 < second


def _require_one_reading(name: str, doubtful: dict[str, list[int]]) -> None:
    """`doubtful` are lines by column. Raises FileRefused."""
    for title, lines in doubtful.items():
        places = ", ".join(str(line) for line in lines[:3])
        raise FileRefused(
            f"{name}.csv: {title} is not written year-month-day, and its day may be its month, for"
            f" example in line {places}. Export the file with dates like 2007-01-31. Nothing was"
            " read"
        )
