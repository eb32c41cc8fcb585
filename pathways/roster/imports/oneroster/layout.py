"""The files of a OneRoster export as data: their columns, which of them a row needs, and what the
portal takes of them.

A column that is not kept is dropped while reading: it is in no table, file, log or message.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSIONS = ("1.1", "1.2")
ROW = ("sourcedId", "status", "dateLastModified")


@dataclass(frozen=True)
class OneRosterTable:
    """One file of the export. `becomes` says what its rows are in the portal."""

    name: str
    becomes: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    kept: tuple[str, ...]
    versions: tuple[str, ...] = VERSIONS

    @property
    def published(self) -> tuple[str, ...]:
        return (*ROW, *self.columns)


TABLES = (
    OneRosterTable(
        "academicSessions",
        "school year of a class",
        ("title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
        ("sourcedId", "schoolYear"),
        ("sourcedId", "schoolYear"),
    ),
    OneRosterTable(
        "orgs",
        "School, Calendar",
        ("name", "type", "identifier", "parentSourcedId"),
        ("sourcedId", "name", "type"),
        ("sourcedId", "status", "name", "type", "identifier"),
    ),
    OneRosterTable(
        "users",
        "Student, and in 1.1 Enrollment",
        (
            "enabledUser",
            "orgSourcedIds",
            "role",
            "username",
            "userIds",
            "givenName",
            "familyName",
            "middleName",
            "identifier",
            "email",
            "sms",
            "phone",
            "agentSourcedIds",
            "grades",
            "password",
            "userMasterIdentifier",
            "preferredGivenName",
            "preferredMiddleName",
            "preferredFamilyName",
            "primaryOrgSourcedId",
            "pronouns",
        ),
        ("sourcedId", "givenName", "familyName"),
        (
            "sourcedId",
            "status",
            "orgSourcedIds",
            "role",
            "username",
            "userIds",
            "givenName",
            "familyName",
            "middleName",
            "identifier",
            "grades",
            "userMasterIdentifier",
            "primaryOrgSourcedId",
        ),
    ),
    OneRosterTable(
        "roles",
        "Enrollment",
        (
            "userSourcedId",
            "roleType",
            "role",
            "beginDate",
            "endDate",
            "orgSourcedId",
            "userProfileSourcedId",
        ),
        ("userSourcedId", "role", "orgSourcedId"),
        ("status", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"),
        ("1.2",),
    ),
    OneRosterTable(
        "demographics",
        "Birth Date and Gender of a Student",
        (
            "birthDate",
            "sex",
            "americanIndianOrAlaskaNative",
            "asian",
            "blackOrAfricanAmerican",
            "nativeHawaiianOrOtherPacificIslander",
            "white",
            "demographicRaceTwoOrMoreRaces",
            "hispanicOrLatinoEthnicity",
            "countryOfBirthCode",
            "stateOfBirthAbbreviation",
            "cityOfBirth",
            "publicSchoolResidenceStatus",
        ),
        ("sourcedId",),
        ("sourcedId", "status", "birthDate", "sex"),
    ),
    OneRosterTable(
        "courses",
        "Course",
        (
            "schoolYearSourcedId",
            "title",
            "courseCode",
            "grades",
            "orgSourcedId",
            "subjects",
            "subjectCodes",
        ),
        ("sourcedId", "title"),
        ("sourcedId", "status", "title", "courseCode", "orgSourcedId", "subjectCodes"),
    ),
    OneRosterTable(
        "classes",
        "Section",
        (
            "title",
            "grades",
            "courseSourcedId",
            "classCode",
            "classType",
            "location",
            "schoolSourcedId",
            "termSourcedIds",
            "subjects",
            "subjectCodes",
            "periods",
        ),
        ("sourcedId", "courseSourcedId", "schoolSourcedId", "termSourcedIds"),
        (
            "sourcedId",
            "status",
            "courseSourcedId",
            "classCode",
            "classType",
            "schoolSourcedId",
            "termSourcedIds",
        ),
    ),
    OneRosterTable(
        "enrollments",
        "Roster",
        (
            "classSourcedId",
            "schoolSourcedId",
            "userSourcedId",
            "role",
            "primary",
            "beginDate",
            "endDate",
        ),
        ("classSourcedId", "userSourcedId", "role"),
        ("status", "classSourcedId", "userSourcedId", "role"),
    ),
)
BY_NAME = {table.name: table for table in TABLES}

REQUIRED = ("orgs", "users", "academicSessions")
"""Files without which an export starts nothing. A delta may leave out any."""

GRADEBOOK = {"results.csv", "lineitems.csv", "categories.csv"}
DRAFT = {
    "userid": "userSourcedId",
    "agents": "agentSourcedIds",
    "grade": "grades",
    "schoolyearid": "schoolYearSourcedId",
    "classid": "classSourcedId",
    "courseid": "courseSourcedId",
    "schoolid": "schoolSourcedId",
    "orgid": "orgSourcedId",
    "termid": "termSourcedIds",
    "orgids": "orgSourcedIds",
    "termids": "termSourcedIds",
}
"""Titles of the drafts before 1.1, in lower case, with the published ones that took their place."""
KEYED_BY_USER = "usersourcedid"
"""In demographics.csv a title of the drafts, whose own id is not yet the user's."""
