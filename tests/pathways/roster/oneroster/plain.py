"""A reader of OneRoster exports in plain Python, by the book and by nothing of the portal: what an
empty district should count for each kind of row.

It knows the mapping of these tests: the State ID is the `StateID` of userIds, the section follows
the last hyphen of the class code.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections import Counter, defaultdict
from typing import Any

NUMBERS = {"s1": "0001", "s2": "0002", "s3": ""}
YEAR, TODAY = 2025, datetime.date(2026, 11, 28)
LOW = {"IT", "PR", "PK", "TK", "KG", *(f"{grade:02}" for grade in range(1, 7))}
GONE = ("tobedeleted", "inactive")
Counts = dict[str, Counter[str]]


def rows_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    if f"{name}.csv" not in archive.namelist():
        return []
    text = archive.read(f"{name}.csv").decode("utf-8-sig")
    return [
        {title: (cell or "").strip() for title, cell in row.items()}
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


def is_gone(row: dict[str, str]) -> bool:
    return row.get("status", "").lower() in GONE


def day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def grade_of(cell: str) -> str:
    grades = {grade.strip() for grade in cell.split(",") if grade.strip()}
    if len(grades) != 1:
        return ""
    grade = grades.pop().upper()
    if grade.isdigit() and 1 <= int(grade) <= 12:
        return f"{int(grade):02}"
    return grade if grade in LOW else ""


def expected(content: bytes) -> Counter[tuple[str, str]]:
    """Rows by kind and outcome; `read` is all of them."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    tables = {
        name: rows_of(archive, name)
        for name in (
            "academicSessions",
            "orgs",
            "users",
            "roles",
            "demographics",
            "courses",
            "classes",
            "enrollments",
        )
    }
    counts: Counter[tuple[str, str]] = Counter()

    def count(kind: str, outcome: str) -> None:
        counts[kind, "read"] += 1
        counts[kind, outcome] += 1

    for org in tables["orgs"]:
        if org["type"] == "school" and NUMBERS[org["sourcedId"]]:
            count("School", "new")
            count("Calendar", "new")
    people = People(tables)
    people.enroll(count)
    people.introduce(count)
    for kind, outcome in people.enrollments:
        count(kind, outcome)
    teach(tables, people, count)
    return counts


class People:
    """Who is a student, and where."""

    def __init__(self, tables: dict[str, list[dict[str, str]]]) -> None:
        self.tables = tables
        roles: dict[str, list[str]] = defaultdict(list)
        if tables["roles"]:
            for row in tables["roles"]:
                if row["role"] == "student":
                    roles[row["userSourcedId"]].append(row["orgSourcedId"])
        else:
            for row in tables["users"]:
                if row["role"] == "student":
                    roles[row["sourcedId"]] = list(dict.fromkeys(row["orgSourcedIds"].split(",")))
        self.roles = roles
        self.users = {row["sourcedId"]: row for row in tables["users"] if row["sourcedId"] in roles}
        self.others = {row["sourcedId"] for row in tables["users"]} - set(self.users)
        born = {row["sourcedId"]: row for row in tables["demographics"]}
        self.state_ids: dict[str, str] = {}
        by_id: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.unknown: set[str] = set()
        for user, row in self.users.items():
            match = re.search(r"\{StateID:([^}]*)\}", row["userIds"])
            state_id = match[1] if match else ""
            if not re.fullmatch("[0-9]{9}", state_id):
                self.unknown.add(user)
                continue
            self.state_ids[user] = state_id
            if not is_gone(row):
                birth = born.get(user, {})
                by_id[state_id].append(
                    {
                        "user": user,
                        "last": row["familyName"],
                        "first": row["givenName"],
                        "birth": birth.get("birthDate", ""),
                        "sex": birth.get("sex", ""),
                    }
                )
        self.doubtful: set[str] = set()
        self.persons: dict[str, dict[str, Any]] = {}
        for state_id, users in by_id.items():
            users.sort(key=lambda person: str(person["user"]))
            first = users[0]
            if any(
                other["last"].lower() != first["last"].lower() and other["birth"] != first["birth"]
                for other in users[1:]
            ):
                self.doubtful |= {str(person["user"]) for person in users}
            else:
                self.persons[state_id] = first
        for user in self.doubtful:
            del self.state_ids[user]
        self.enrollments: list[tuple[str, str]] = []

    def _fits(self, person: dict[str, Any]) -> str:
        """Refused, held or good, by the person's own values."""
        birth = day(person["birth"])
        if person["birth"] and (birth is None or birth > TODAY):
            return "refused"
        for name in ("last", "first"):
            if len(person[name]) > 50 or not person[name].isprintable():
                return "refused"
        whole = person["last"] and person["first"] and birth and person["sex"] in ("male", "female")
        return "good" if whole else "held"

    def enroll(self, _: Any) -> None:
        """Grades first: they say whom the district needs."""
        self.low: set[str] = set()
        high: set[str] = set()
        self.lines: list[tuple[str, str, str, str]] = []
        for user, orgs in self.roles.items():
            for org in orgs:
                number = NUMBERS.get(org)
                if org == "d" or number == "":
                    continue
                row = self.users[user]
                state_id = self.state_ids.get(user, "")
                if number is None:
                    self.lines.append(("held", "", "", ""))
                elif is_gone(row):
                    self.lines.append(("set_aside", "", "", ""))
                elif not state_id:
                    self.lines.append(("held", "", "", ""))
                else:
                    grade = grade_of(row["grades"])
                    self.lines.append(("", state_id, number, grade))
                    (self.low if grade in LOW else high).add(state_id)
        self.only_low = self.low - high

    def introduce(self, count: Any) -> None:
        self.stored: set[str] = set()
        for user, row in sorted(self.users.items()):
            if is_gone(row):
                count("Student", "set_aside")
            elif user in self.unknown or user in self.doubtful:
                count("Student", "held")
            else:
                state_id = self.state_ids[user]
                fit = self._fits(self.persons[state_id])
                if fit == "refused":
                    count("Student", "refused")
                elif state_id in self.only_low:
                    count("Student", "set_aside")
                elif fit == "held":
                    count("Student", "held")
                elif state_id in self.stored:
                    count("Student", "unchanged")
                else:
                    count("Student", "new")
                    self.stored.add(state_id)
        self.enrolled: set[tuple[str, str]] = set()
        for outcome, state_id, number, grade in self.lines:
            if outcome:
                self.enrollments.append(("Enrollment", outcome))
            elif grade in LOW:
                self.enrollments.append(("Enrollment", "set_aside"))
            elif state_id not in self.stored:
                self.enrollments.append(("Enrollment", "refused"))
            elif not grade:
                self.enrollments.append(("Enrollment", "held"))
            elif (state_id, number) in self.enrolled:
                self.enrollments.append(("Enrollment", "unchanged"))
            else:
                self.enrollments.append(("Enrollment", "new"))
                self.enrolled.add((state_id, number))


def teach(tables: dict[str, list[dict[str, str]]], people: People, count: Any) -> None:
    years = {row["sourcedId"]: int(row["schoolYear"]) for row in tables["academicSessions"]}
    codes = {row["sourcedId"]: row["courseCode"] for row in tables["courses"]}
    taught: dict[str, set[str]] = defaultdict(set)
    sections: dict[str, Any] = {}
    passed_over: set[str] = set()
    stored: set[Any] = set()
    outcomes = []
    for row in tables["classes"]:
        number = NUMBERS.get(row["schoolSourcedId"])
        terms = {years[term] for term in row["termSourcedIds"].split(",") if term in years}
        code = codes.get(row["courseSourcedId"], "")
        if row["classType"] == "homeroom" or number == "":
            passed_over.add(row["sourcedId"])
        elif is_gone(row):
            outcomes.append("set_aside")
        elif number is None or not code or not terms:
            outcomes.append("held")
        else:
            section = row["classCode"].rsplit("-", 1)[-1]
            key = (number, code, section)
            sections[row["sourcedId"]] = (key, YEAR in terms)
            taught[row["courseSourcedId"]].add(number)
            if len(section) > 4:
                outcomes.append("refused")
            elif YEAR not in terms:
                outcomes.append("set_aside")
            elif key in stored:
                outcomes.append("unchanged")
            else:
                outcomes.append("new")
                stored.add(key)
    for row in tables["courses"]:
        own = NUMBERS.get(row["orgSourcedId"])
        for _ in taught[row["sourcedId"]] or ([own] if own else []):
            count("Course", "new" if row["courseCode"] else "held")
    for outcome in outcomes:
        count("Section", outcome)
    lines: set[Any] = set()
    for row in tables["enrollments"]:
        user, class_id = row["userSourcedId"], row["classSourcedId"]
        if row["role"] != "student" or user in people.others or class_id in passed_over:
            continue
        state_id = people.state_ids.get(user, "")
        key, is_this_year = sections.get(class_id, (None, True))
        if is_gone(row):
            count("Roster", "set_aside")
        elif key is None or not state_id:
            count("Roster", "held")
        elif len(key[2]) > 4:
            count("Roster", "refused")
        elif not is_this_year or (
            (state_id, key[0]) not in people.enrolled and state_id in people.low
        ):
            count("Roster", "set_aside")
        elif (state_id, key[0]) not in people.enrolled:
            count("Roster", "refused")
        elif (state_id, key) in lines:
            count("Roster", "unchanged")
        else:
            count("Roster", "new")
            lines.add((state_id, key))
