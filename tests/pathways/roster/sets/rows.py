"""A small district as rows of each kind, and how both formats write them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable

Row = dict[str, str]
Rows = dict[str, list[Row]]
RAW = "raw"
"""Instead of cells, a line as it stands in the file."""

TITLES = {
    "schools": ("District Number", "School Number", "School Name", "Calendar Number", "End Year"),
    "students": (
        "District Number",
        "Student State ID",
        "Local ID",
        "Last Name",
        "First Name",
        "Middle Name",
        "Birth Date",
        "Gender",
    ),
    "enrollments": (
        "District Number",
        "School Number",
        "Calendar Number",
        "End Year",
        "Student State ID",
        "Service Type",
        "Grade",
        "Start Date",
        "End Date",
        "End Status",
    ),
    "courses": (
        "District Number",
        "School Number",
        "Course Number",
        "Course Name",
        "Credits",
        "CTE Pathway",
    ),
    "sections": (
        "District Number",
        "School Number",
        "Calendar Number",
        "End Year",
        "Course Number",
        "Section Number",
    ),
    "rosters": (
        "District Number",
        "School Number",
        "Calendar Number",
        "End Year",
        "Course Number",
        "Section Number",
        "Student State ID",
        "Credits Earned",
    ),
}
AIM = {
    "schools": ("SC", "School Number", "School Name", "Calendar Number"),
    "students": ("SD", *TITLES["students"][1:]),
    "enrollments": (
        "EN",
        "School Number",
        "Calendar Number",
        "Student State ID",
        "Student Local ID",
        "Last Name",
        "First Name",
        "Start Date",
        "End Date",
        "End Status",
        "Grade",
        "Service Type",
    ),
    "courses": (
        "CU",
        "School Number",
        "Calendar Number",
        "Course Number",
        "Course Name",
        "SCED Subject Area",
        "SCED Course Identifier",
        "SCED Lowest Grade",
        "SCED Highest Grade",
        "Credits",
        "SCED Course Level",
    ),
    "sections": (
        "SU",
        "School Number",
        "Calendar Number",
        "Course Number",
        "Section Number",
        "Session Type",
        "Session Number",
    ),
    "rosters": (
        "RU",
        "School Number",
        "Calendar Number",
        "Course Number",
        "Section Number",
        "Student State ID",
        "Start Date",
        "End Date",
    ),
}


def school(number: str, name: str, **more: str) -> Row:
    return {
        "District Number": "0965",
        "School Number": number,
        "School Name": name,
        "Calendar Number": "001",
        "End Year": "2025",
        **more,
    }


def student(state_id: str, last_name: str, **more: str) -> Row:
    return {
        "Student State ID": state_id,
        "Local ID": state_id[-4:],
        "Last Name": last_name,
        "First Name": "Zoë",
        "Birth Date": "01/31/2007",
        "Gender": "F",
        **more,
    }


def enrollment(state_id: str, **more: str) -> Row:
    return {
        "School Number": "0001",
        "Calendar Number": "001",
        "End Year": "2025",
        "Student State ID": state_id,
        "Service Type": "P",
        "Grade": "11",
        "Start Date": "08/21/2024",
        **more,
    }


def course(number: str, name: str, **more: str) -> Row:
    return {
        "School Number": "0001",
        "Course Number": number,
        "Course Name": name,
        "Credits": "1.00",
        **more,
    }


def section(course_number: str, number: str, **more: str) -> Row:
    return {
        "School Number": "0001",
        "Calendar Number": "001",
        "End Year": "2025",
        "Course Number": course_number,
        "Section Number": number,
        **more,
    }


def line(state_id: str, **more: str) -> Row:
    return section("CTE101", "1", **{"Student State ID": state_id, **more})


def base() -> Rows:
    return {
        "schools": [school("0001", "Sun High School"), school("0002", "Moon High School")],
        "students": [
            student("999000001", "ÁLVAREZ"),
            student("999000002", "O'Neil, Jr", Gender="Male"),
            student("999000003", "Null", **{"Middle Name": "Na"}),
        ],
        "enrollments": [
            enrollment("999000001"),
            enrollment("999000002", **{"Service Type": "Primary", "Grade": "9"}),
            enrollment("999000003", **{"School Number": "0002"}),
        ],
        "courses": [
            course("CTE101", "Welding 1", **{"CTE Pathway": "05"}),
            course("MA1", "Algebra"),
        ],
        "sections": [section("CTE101", "1"), section("MA1", "2")],
        "rosters": [
            line("999000001"),
            line("999000002", **{"Credits Earned": "0.50"}),
        ],
    }


def as_csv(rows: Rows, order: Callable[[Iterable[str]], Iterable[str]] = list) -> bytes:
    """A zip with a file for each kind that has rows; `order` is that of the files."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for kind in order(rows):
            if not rows[kind]:
                continue
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(TITLES[kind])
            for row in rows[kind]:
                if RAW in row:
                    text.write(f"{row[RAW]}\n")
                else:
                    writer.writerow(row.get(title, "") for title in TITLES[kind])
            archive.writestr(f"{kind}.csv", text.getvalue())
    return into.getvalue()


def as_aim(rows: Rows, order: Callable[[Iterable[str]], Iterable[str]] = list) -> bytes:
    """One file with all record types below a header."""
    lines = ["HD\t11/28/2026\t08:00:00\tMT9.1"]
    for kind in order(rows):
        record_type, *titles = AIM[kind]
        for row in rows[kind]:
            cells = [record_type, row.get("District Number") or "0965"]
            cells += [row.get(title, "") for title in titles]
            lines.append(row.get(RAW) or "\t".join(cells))
    return ("\n".join(lines) + "\n").encode()


FORMATS = {"csv": as_csv, "aim": as_aim}
