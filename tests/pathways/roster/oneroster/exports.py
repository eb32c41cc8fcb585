"""OneRoster exports, made for tests: small, of either version, in any order, with what other
systems add to them.
"""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

Row = dict[str, str]
Files = dict[str, list[Row]]

SOURCE = "Prairie SIS"
SECRET = "hunter2secret"
RACE, MOTHER, PHONE = "yes-it-is-white", "Zzguardian", "4065550199"


def export(version: str = "1.1") -> Files:
    """Two schools and one that is left out, four students, a teacher and a guardian, a course of
    the district, two classes and a homeroom.
    """
    students = (
        ("u1", "999000001", "ÁLVAREZ", "Zoë", "2007-01-31", "female", "12", "s1"),
        ("u2", "999000002", "O'Neil", "Jose", "2007-02-01", "male", "11", "s1"),
        ("u3", "999000003", "Null", "Na", "2008-03-01", "female", "09", "s2"),
        ("u4", "999000004", "Low", "Ann", "2014-03-01", "female", "05", "s2"),
    )
    files: Files = {
        "academicSessions": [
            {"sourcedId": "y", "title": "2025", "type": "schoolYear", "schoolYear": "2025"},
            {"sourcedId": "t1", "title": "Fall", "type": "semester", "schoolYear": "2025"},
            {"sourcedId": "t9", "title": "Next", "type": "semester", "schoolYear": "2026"},
        ],
        "orgs": [
            {"sourcedId": "d", "name": "Prairie Dog", "type": "district", "identifier": "0965"},
            {"sourcedId": "s1", "name": "Sun High", "type": "school", "identifier": "MT-0001"},
            {"sourcedId": "s2", "name": "Moon High", "type": "school", "identifier": "MT-0002"},
            {"sourcedId": "s3", "name": "Star Grade", "type": "school", "identifier": "grade"},
        ],
        "users": [
            {
                "sourcedId": user,
                "role": "student",
                "orgSourcedIds": f"d,{school}",
                "username": first.lower(),
                "userIds": f"{{StateID:{state_id}}},{{SIS:7{user[1:]}}}",
                "givenName": first,
                "familyName": last,
                "identifier": f"00{user[1:]}",
                "grades": grade,
                "password": SECRET,
                "phone": PHONE,
            }
            for user, state_id, last, first, _, _, grade, school in students
        ]
        + [
            {
                "sourcedId": "t",
                "role": "teacher",
                "orgSourcedIds": "s1",
                "givenName": "Terry",
                "familyName": "Teach",
                "password": SECRET,
            },
            {
                "sourcedId": "g",
                "role": "guardian",
                "orgSourcedIds": "s1",
                "givenName": "Greta",
                "familyName": MOTHER,
                "phone": PHONE,
            },
        ],
        "demographics": [
            {"sourcedId": user, "birthDate": born, "sex": sex, "white": RACE}
            for user, _, _, _, born, sex, _, _ in students
        ],
        "courses": [
            {"sourcedId": "c1", "title": "Welding 1", "courseCode": "CTE101", "orgSourcedId": "d"},
            {"sourcedId": "c2", "title": "Algebra", "courseCode": "MA1", "orgSourcedId": "s1"},
        ],
        "classes": [
            _class("k1", "c1", "CTE101-1", "s1", "t1"),
            _class("k2", "c1", "CTE101-2", "s2", "t1"),
            _class("h1", "c2", "HR-1", "s1", "t1", kind="homeroom"),
            _class("k9", "c1", "CTE101-9", "s1", "t9"),
        ],
        "enrollments": [
            _line("k1", "u1"),
            _line("k1", "u2"),
            _line("k2", "u3"),
            _line("k1", "t", "teacher"),
            _line("h1", "u1"),
            _line("k9", "u1"),
        ],
    }
    if version == "1.2":
        files["roles"] = [
            {
                "sourcedId": f"r{number}",
                "userSourcedId": user["sourcedId"],
                "roleType": "primary",
                "role": user.pop("role"),
                "beginDate": "2024-08-21" if user["sourcedId"] == "u2" else "",
                "orgSourcedId": user.pop("orgSourcedIds").rsplit(",", 1)[-1],
            }
            for number, user in enumerate(files["users"])
        ]
    for name, rows in files.items():
        for number, row in enumerate(rows):
            row.setdefault("sourcedId", f"{name}{number}")
    return files


def _class(
    class_id: str, course: str, code: str, school: str, term: str, kind: str = "scheduled"
) -> Row:
    return {
        "sourcedId": class_id,
        "title": code,
        "courseSourcedId": course,
        "classCode": code,
        "classType": kind,
        "schoolSourcedId": school,
        "termSourcedIds": f"y,{term}" if term != "t9" else term,
    }


def _line(class_id: str, user: str, role: str = "student") -> Row:
    return {
        "sourcedId": f"e-{class_id}-{user}",
        "classSourcedId": class_id,
        "userSourcedId": user,
        "role": role,
    }


def manifest(files: Files, version: str = "1.1", mode: str = "bulk", **more: str) -> str:
    lines = [
        "propertyName,value",
        "manifest.version,1.0",
        f"oneroster.version,{version}",
        f"source.systemName,{more.pop('source', SOURCE)}",
        *(f"file.{name},{more.get(name, mode)}" for name in files),
        *(f"file.{name},{value}" for name, value in more.items() if name not in files),
    ]
    return "\n".join(lines) + "\n"


def text_of(rows: list[Row], titles: list[str] | None = None) -> str:
    into = io.StringIO()
    titles = titles or list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(into, titles, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return into.getvalue()


def packed(
    files: Files, version: str = "1.1", mode: str = "bulk", *, folder: str = "", **more: Any
) -> bytes:
    """The zip. `texts` replaces the text of files by name; other words go to the manifest."""
    texts = {"manifest": manifest(files, version, mode, **more.pop("manifest", {}))}
    texts |= {name: text_of(rows) for name, rows in files.items()} | more.pop("texts", {})
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(f"{folder}{name}.csv", more.get("mark", "") + text)
    return into.getvalue()


def user(files: Files, name: str) -> dict[str, str]:
    return next(row for row in files["users"] if row["sourcedId"] == name)


def born(files: Files, name: str) -> dict[str, str]:
    return next(row for row in files["demographics"] if row["sourcedId"] == name)
