"""A reader of roster files in plain Python, by the columns page and by nothing of the portal: what
an empty district should count for each kind of row.

It is district 0965 in the school year that ends in 2025.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections import Counter, defaultdict
from typing import Any

from tests.pathways.roster.sets.rows import AIM, TITLES

DISTRICT, YEAR = "0965", "2025"
TODAY = datetime.date.today()
LOW = {"IT", "PR", "PK", "TK", "KG", "01", "02", "03", "04", "05", "06"}
OF_FILE = {
    "schools": ("School", "Calendar"),
    "students": ("Student",),
    "enrollments": ("Enrollment",),
    "courses": ("Course",),
    "sections": ("Section",),
    "rosters": ("Roster",),
}
RECORD_TYPES = {titles[0]: kind for kind, titles in AIM.items()}
NOT_READ = {
    "enrollments": {"Student Local ID", "Last Name", "First Name"},
    "courses": {"Calendar Number"},
    "rosters": {"Start Date", "End Date"},
}
"""Columns of AIM that the portal has no place for."""
REQUIRED = {
    "School Number",
    "Calendar Number",
    "End Year",
    "Service Type",
    "Start Date",
    "Course Number",
    "Section Number",
}
LONGEST = {
    "School Name": 100,
    "Local ID": 15,
    "Last Name": 50,
    "First Name": 50,
    "Middle Name": 50,
    "Course Number": 13,
    "Course Name": 60,
    "Section Number": 4,
    "End Status": 3,
}
SERVICES = {"p": "P", "primary": "P", "s": "S", "partial": "S", "n": "N", "o": "O"}
Found = dict[str, Any]


class Bad(Exception):
    """A cell that no value can be read from."""


def value_of(title: str, text: str) -> Any:
    """The cell's value, None where it is empty. Raises Bad."""
    text = text.strip()
    if not text:
        return None
    if not text.isprintable() or len(text) > LONGEST.get(title, 999):
        raise Bad
    digits = {"School Number": 4, "Calendar Number": 3, "Student State ID": 9, "End Year": 4}
    if title in digits and not re.fullmatch(f"[0-9]{{{digits[title]}}}", text):
        raise Bad
    if title == "District Number" and text != DISTRICT:
        raise Bad
    if title.endswith("Date"):
        return date_of(title, text)
    if title in ("Credits", "Credits Earned"):
        if not re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", text) or float(text) > 30:
            raise Bad
        return float(text)
    if title == "Gender" and text.lower() not in ("f", "m", "female", "male"):
        raise Bad
    if title == "Gender":
        return text[0].upper()
    if title == "Service Type":
        if text.lower() not in SERVICES:
            raise Bad
        return SERVICES[text.lower()]
    if title == "Grade":
        if text.isdigit() and 1 <= int(text) <= 12:
            return f"{int(text):02}"
        if not re.fullmatch("[A-Za-z]{2}", text):
            raise Bad
    if title == "CTE Pathway" and text.lower() != "not cte":
        if not text.isdigit() or not 1 <= int(text) <= 17:
            raise Bad
        return int(text)
    return text


def date_of(title: str, text: str) -> datetime.date:
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        day = datetime.date(int(match[3]), int(match[1]), int(match[2])) if match else None
    except ValueError:
        day = None
    if day is None or day.year < 1950 or (title == "Birth Date" and day > TODAY):
        raise Bad
    return day


class Reader:
    """Counts rows by kind and outcome."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.rows: dict[str, list[Found]] = defaultdict(list)

    def count(self, kind: str, outcome: str) -> None:
        self.counts[kind, "read"] += 1
        self.counts[kind, outcome] += 1

    def take(self, file: str, titles: list[str], cells: list[str] | None) -> None:
        """A row as far as it can be judged alone."""
        outcome, values = "", {}
        if cells is None or len(cells) < len(titles) or any(cells[len(titles) :]):
            outcome = "refused"
        else:
            for title, cell in zip(titles, cells, strict=False):
                try:
                    values[title] = value_of(title, cell)
                except Bad:
                    outcome = "refused"
            if any(values.get(title, "") is None for title in REQUIRED & set(titles)):
                outcome = "refused"
            if not outcome and values.get("End Year", YEAR) != YEAR:
                outcome = "set_aside"
            if not outcome and values.get("Student State ID", "") is None:
                outcome = "held"
        for kind in OF_FILE[file]:
            if outcome:
                self.count(kind, outcome)
            else:
                self.rows[kind].append(values)

    def settle(
        self, kind: str, key: tuple[str, ...], alone: Any, rest: tuple[str, ...]
    ) -> set[Any]:
        """What becomes of the rows beside the others; returns the keys that are stored. `alone`
        says what keeps a row out whatever the others are.
        """
        by_key: dict[Any, list[Any]] = defaultdict(list)
        for row in self.rows[kind]:
            if outcome := alone(row):
                self.count(kind, outcome)
            else:
                by_key[tuple(row[title] for title in key)].append(
                    tuple(row.get(title) for title in rest)
                )
        stored = set()
        for of, values in by_key.items():
            is_same = len(set(values)) == 1
            if is_same:
                stored.add(of)
            for number in range(len(values)):
                outcome = "refused" if not is_same else "unchanged" if number else "new"
                self.count(kind, outcome)
        return stored

    def judge(self) -> None:
        schools = self.settle(
            "School",
            ("School Number",),
            lambda row: "" if row["School Name"] else "held",
            ("School Name",),
        )
        own = lambda row: (row["School Number"],) in schools
        calendars = self.settle(
            "Calendar",
            ("School Number", "Calendar Number"),
            lambda row: "" if own(row) else "refused",
            (),
        )
        within = lambda row: (row["School Number"], row["Calendar Number"]) in calendars
        low = {row["Student State ID"] for row in self.rows["Enrollment"] if row["Grade"] in LOW}
        high = {
            row["Student State ID"] for row in self.rows["Enrollment"] if row["Grade"] not in LOW
        }
        needed = ("Last Name", "First Name", "Birth Date", "Gender")
        students = self.settle(
            "Student",
            ("Student State ID",),
            lambda row: (
                "set_aside"
                if row["Student State ID"] in low - high
                else ""
                if all(row[title] for title in needed)
                else "held"
            ),
            TITLES["students"][2:],
        )
        enrolled = self.enroll(students, within)
        courses = self.settle(
            "Course",
            ("School Number", "Course Number"),
            lambda row: "refused" if not own(row) else "" if row["Course Name"] else "held",
            ("Course Name", "Credits", "CTE Pathway"),
        )
        sections = self.settle(
            "Section",
            ("School Number", "Calendar Number", "Course Number", "Section Number"),
            lambda row: (
                ""
                if within(row) and (row["School Number"], row["Course Number"]) in courses
                else "refused"
            ),
            (),
        )
        where = ("School Number", "Calendar Number", "Course Number", "Section Number")

        def rostered(row: Found) -> str:
            state_id = row["Student State ID"]
            is_here = (state_id, row["School Number"], row["Calendar Number"]) in enrolled
            if not is_here and state_id in low:
                return "set_aside"
            return "" if is_here and tuple(row[title] for title in where) in sections else "refused"

        self.settle("Roster", (*where, "Student State ID"), rostered, ("Credits Earned",))

    def enroll(self, students: set[Any], within: Any) -> set[Any]:
        """Returns who is enrolled where."""

        def alone(row: Found) -> str:
            if row["Grade"] in LOW:
                return "set_aside"
            ends, status = row["End Date"], row["End Status"]
            if (row["Student State ID"],) not in students or not within(row):
                return "refused"
            if (ends and ends < row["Start Date"]) or (status and not ends):
                return "refused"
            return "held" if not row["Grade"] or status == "999" else ""

        key = (
            "Student State ID",
            "School Number",
            "Calendar Number",
            "Service Type",
            "Start Date",
        )
        stored = self.settle("Enrollment", key, alone, ("Grade", "End Date", "End Status"))
        return {of[:3] for of in stored}


def expected(content: bytes) -> Counter[tuple[str, str]]:
    """Rows by kind and outcome; `read` is all of them."""
    reader = Reader()
    if content.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        for name in archive.namelist():
            _, *lines = archive.read(name).decode().split("\n")
            kind = name.removesuffix(".csv")
            for text in filter(None, lines):
                reader.take(kind, list(TITLES[kind]), csv_cells(text))
    else:
        for text in filter(None, content.decode().split("\n")):
            record_type, *cells = text.split("\t")
            if record_type == "HD":
                continue
            if record_type in RECORD_TYPES:
                kind = RECORD_TYPES[record_type]
                titles = ["District Number", *AIM[kind][1:]]
                unread = NOT_READ.get(kind, set())
                reader.take(kind, ["" if title in unread else title for title in titles], cells)
            else:
                reader.count("Student", "refused")
    reader.judge()
    return reader.counts


def csv_cells(text: str) -> list[str] | None:
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        return None
