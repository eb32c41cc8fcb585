"""The lines of an export's files, as far as they are kept while it is read."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """A line that could not be read."""

    table: str
    line: int
    message: str


class Org(NamedTuple):
    """An organization of type school."""

    line: int
    id: str
    name: str
    identifier: str


class RoleLine(NamedTuple):
    """A student's role at an organization: a line of roles.csv, or in 1.1 one of the user's
    organizations.
    """

    line: int
    org: str
    is_primary: bool
    begin: str = ""
    end: str = ""
    is_gone: bool = False


class StudentUser(NamedTuple):
    """A line of users.csv that is a student's."""

    line: int
    id: str
    is_gone: bool
    orgs: tuple[str, ...]
    primary_org: str
    username: str
    user_ids: str
    first_name: str
    last_name: str
    middle_name: str
    identifier: str
    grades: str
    master_id: str
    metadata: tuple[tuple[str, str], ...]


class CourseLine(NamedTuple):
    line: int
    id: str
    is_gone: bool
    title: str
    code: str
    org: str
    subject_codes: str


class ClassLine(NamedTuple):
    line: int
    id: str
    is_gone: bool
    course: str
    code: str
    is_homeroom: bool
    school: str
    terms: tuple[str, ...]


class Birth(NamedTuple):
    date: str
    sex: str
