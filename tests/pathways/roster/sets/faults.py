"""What goes wrong in roster files, each as rows that are added to a set, so that faults can be
mixed.

Nothing here touches a row that was there before.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.pathways.roster.sets.rows import (
    RAW,
    Row,
    Rows,
    course,
    enrollment,
    line,
    school,
    section,
    student,
)

Fault = Callable[[Rows, str, random.Random], None]


def state_id(tag: str) -> str:
    return f"8880{tag:0>5}"


def _school(**changes: str) -> Fault:
    changes = _titled(changes)

    def add(rows: Rows, tag: str, _: random.Random) -> None:
        rows["schools"].append(school(f"1{tag}", f"School {tag}", **changes))

    return add


def _titled(changes: dict[str, str]) -> dict[str, str]:
    """`last_name` as *Last Name*, `state_id` as *Student State ID*."""
    own = {"state_id": "Student State ID", "local_id": "Local ID", "pathway": "CTE Pathway"}
    return {own.get(name, name.replace("_", " ").title()): text for name, text in changes.items()}


def _student(*enrolled: dict[str, str], **changes: str) -> Fault:
    """One more student, with an enrollment and a roster line; `enrolled` are the enrollments'
    changes where there is another one, or several.
    """
    own = _titled(changes)

    def add(rows: Rows, tag: str, _: random.Random) -> None:
        rows["students"].append(student(state_id(tag), f"Last{tag}", **own))
        for more in enrolled or ({},):
            rows["enrollments"].append(enrollment(state_id(tag), **_titled(more)))
        rows["rosters"].append(line(state_id(tag)))

    return add


def _enrollment(**changes: str) -> Fault:
    return _student(changes)


def _twice(kind: str, row: Callable[[str], Row], **changes: str) -> Fault:
    """A row, and the same with changes."""
    own = _titled(changes)

    def add(rows: Rows, tag: str, _: random.Random) -> None:
        rows[kind] += [row(tag), {**row(tag), **own}]

    return add


def _row(kind: str, row: Callable[[str], Row]) -> Fault:
    def add(rows: Rows, tag: str, _: random.Random) -> None:
        rows[kind].append(row(tag))

    return add


def _course(**changes: str) -> Fault:
    """A course with a section and somebody in it."""
    own = _titled(changes)

    def add(rows: Rows, tag: str, _: random.Random) -> None:
        rows["courses"].append(course(f"X{tag}", f"Course {tag}", **own))
        rows["sections"].append(section(f"X{tag}", "1"))
        rows["rosters"].append(line("999000001", **{"Course Number": f"X{tag}"}))

    return add


FAULTS: dict[str, Fault] = {
    "a good school": _school(),
    "a school without a name": _school(school_name=""),
    "a school number without zeros": _school(school_number="7"),
    "a calendar number with letters": _school(calendar_number="A1"),
    "a school of another district": _school(district_number="9999"),
    "a second calendar": _twice(
        "schools", lambda tag: school(f"2{tag}", "Two"), calendar_number="002"
    ),
    "two names of a school": _twice(
        "schools", lambda tag: school(f"3{tag}", "Three"), school_name="Other"
    ),
    "a good student": _student(),
    "no birth date": _student(birth_date=""),
    "no last name": _student(last_name=""),
    "a day that is none": _student(birth_date="02/31/2008"),
    "an ISO date": _student(birth_date="2008-02-01"),
    "a birth in the future": _student(birth_date="01/01/2099"),
    "a short year": _student(birth_date="1/1/08"),
    "another sex": _student(gender="X"),
    "a sex that is not there": _student(gender="n/a"),
    "a long name": _student(last_name="x" * 51),
    "a hidden character": _student(first_name="a\u202eb"),
    "a State ID that is none": _student(state_id="12345"),
    "a State ID of letters": _student(state_id="A23456789"),
    "no State ID": _student(state_id=""),
    "a student twice": _twice("students", lambda tag: student(state_id(tag), "Twice")),
    "two people under one State ID": _twice(
        "students", lambda tag: student(state_id(tag), "Twice"), last_name="Else"
    ),
    "one of two without a birth date": _twice(
        "students", lambda tag: student(state_id(tag), "Twice"), birth_date=""
    ),
    "a low grade": _student({"grade": "KG"}),
    "a low grade and a high one": _student({"grade": "06"}, {"grade": "7", "service_type": "S"}),
    "a grade that is none": _enrollment(grade="13"),
    "no grade": _enrollment(grade=""),
    "a school that is not there": _enrollment(school_number="0009"),
    "a calendar that is not there": _enrollment(calendar_number="009"),
    "an end before the start": _enrollment(end_date="08/01/2024", end_status="400"),
    "an end": _enrollment(end_date="06/06/2025", end_status="400"),
    "an end without a status": _enrollment(end_date="06/06/2025"),
    "a status alone": _enrollment(end_status="400"),
    "a status that is none": _enrollment(end_date="06/06/2025", end_status="999"),
    "another service": _enrollment(service_type="Q"),
    "no start": _enrollment(start_date=""),
    "an enrollment of nobody": _row("enrollments", lambda tag: enrollment(f"777{tag:0>6}")),
    "an enrollment without State ID": _row("enrollments", lambda tag: enrollment("")),
    "two enrollments": _student({}, {"service_type": "S"}),
    "an enrollment twice": _student({}, {}),
    "an enrollment in two grades": _student({}, {"grade": "12"}),
    "two schools": _student({}, {"school_number": "0002", "service_type": "S"}),
    "a good course": _course(),
    "a course without a name": _course(course_name=""),
    "a long course number": _course(course_number="X" * 14),
    "credits with a comma": _course(credits="1,50"),
    "credits below zero": _course(credits="-1"),
    "credits of a thousandth": _course(credits="0.125"),
    "two names of a course": _twice(
        "courses", lambda tag: course(f"Y{tag}", "Why"), course_name="Why not"
    ),
    "a section twice": _twice("sections", lambda tag: section("MA1", tag[-4:])),
    "a section of no course": _row("sections", lambda tag: section("NONE", "1")),
    "a long section number": _row("sections", lambda tag: section("CTE101", "12345")),
    "a line of nobody": _row("rosters", lambda tag: line(f"777{tag:0>6}")),
    "a line without State ID": _row("rosters", lambda tag: line("")),
    "a line in no section": _row(
        "rosters", lambda tag: line("999000001", **{"Section Number": "9"})
    ),
    "a line twice": _row("rosters", lambda tag: line("999000001")),
    "a line of another school's student": _row("rosters", lambda tag: line("999000003")),
}
ONLY_CSV: dict[str, Fault] = {
    "next year's school": _school(end_year="2026"),
    "next year's enrollment": _enrollment(end_year="2026"),
    "a pathway that is none": _course(pathway="88"),
    "a pathway by one digit": _course(pathway="5"),
    "no pathway on purpose": _course(pathway="Not CTE"),
    "a line with other credits": _row(
        "rosters", lambda tag: line("999000001", **{"Credits Earned": "0.25"})
    ),
    "an open quotation mark": _row("students", lambda tag: {RAW: f'0965,{state_id(tag)},"x,,,,,'}),
    "too few cells": _row("students", lambda tag: {RAW: f"0965,{state_id(tag)}"}),
}
ONLY_AIM: dict[str, Fault] = {
    "another record type": _row("students", lambda tag: {RAW: "XX\t0965\tsomething"}),
    "a short record": _row("students", lambda tag: {RAW: "EN\t0965\t0001"}),
    "a record with more cells": _row(
        "students",
        lambda tag: {
            RAW: "\t".join(["SU", "0965", "0001", "001", "CTE101", tag[-4:], "", "", "x"])
        },
    ),
}
BY_FORMAT = {"csv": FAULTS | ONLY_CSV, "aim": FAULTS | ONLY_AIM}


def mixed(rows: Rows, form: str, names: list[str], chance: random.Random) -> Rows:
    for number, name in enumerate(names, 1):
        BY_FORMAT[form][name](rows, f"{number:03}", chance)
    return rows
