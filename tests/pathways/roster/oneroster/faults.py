"""What goes wrong in exports, each as something that is added to one, so that faults can be mixed.

Nothing here touches a row that was there before.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.pathways.roster.oneroster.exports import Files, Row

Fault = Callable[[Files, str, random.Random], None]


def add_student(files: Files, tag: str, state_id: str, **changes: str) -> Row:
    """One more student of either version, rostered in the first class."""
    user = {
        "sourcedId": f"x{tag}",
        "userIds": f"{{StateID:{state_id}}}" if state_id else "",
        "givenName": f"First{tag}",
        "familyName": f"Last{tag}",
        "identifier": f"9{tag}",
        "grades": changes.pop("grades", "10"),
    }
    born = {
        "sourcedId": f"x{tag}",
        "birthDate": changes.pop("birthDate", "2008-05-05"),
        "sex": changes.pop("sex", "female"),
    }
    org, status = changes.pop("org", "s1"), changes.pop("status", "")
    if "roles" in files:
        role = {
            "userSourcedId": f"x{tag}",
            "orgSourcedId": org,
            "role": "student",
            "roleType": "primary",
            **{name: changes.pop(name, "") for name in ("beginDate", "endDate")},
        }
        files["roles"].append({"sourcedId": f"rx{tag}", **role})
    else:
        user |= {"role": "student", "orgSourcedIds": f"d,{org}"}
    files["users"].append({**user, "status": status, **changes})
    files["demographics"].append(born)
    add_line(files, tag, "k1", f"x{tag}")
    return files["users"][-1]


def add_line(files: Files, tag: str, class_id: str, user: str, **changes: str) -> None:
    row = {"classSourcedId": class_id, "userSourcedId": user, "role": "student"}
    files["enrollments"].append({"sourcedId": f"ex{tag}", **row, **changes})


def add_class(files: Files, tag: str, **changes: str) -> None:
    row = {
        "sourcedId": f"kx{tag}",
        "courseSourcedId": "c1",
        "classCode": f"CTE101-{tag[:3]}",
        "classType": "scheduled",
        "schoolSourcedId": "s1",
        "termSourcedIds": "t1",
    }
    files["classes"].append({**row, **changes})
    add_line(files, f"k{tag}", f"kx{tag}", "u1")


def state_id(tag: str) -> str:
    return f"8880{tag:0>5}"


def _course(code: str) -> Fault:
    def add(files: Files, tag: str, _: random.Random) -> None:
        row = {"sourcedId": f"cx{tag}", "title": f"Course {tag}", "courseCode": code and f"X{tag}"}
        files["courses"].append({**row, "orgSourcedId": "s1"})
        add_class(files, tag, courseSourcedId=f"cx{tag}")

    return add


def _student(**changes: str) -> Fault:
    def add(files: Files, tag: str, _: random.Random) -> None:
        add_student(files, tag, state_id(tag), **changes)

    return add


def _class(**changes: str) -> Fault:
    def add(files: Files, tag: str, _: random.Random) -> None:
        add_class(files, tag, **changes)

    return add


def _without_state_id(wrong: str) -> Fault:
    def add(files: Files, tag: str, _: random.Random) -> None:
        add_student(files, tag, wrong)

    return add


def _twins(**changes: str) -> Fault:
    """Two users of one State ID, who are one student or two."""

    def add(files: Files, tag: str, _: random.Random) -> None:
        add_student(files, f"{tag}1", state_id(tag), familyName=f"Last{tag}")
        add_student(files, f"{tag}2", state_id(tag), **{"familyName": f"Last{tag}", **changes})

    return add


def _line(class_id: str, user: str, **changes: str) -> Fault:
    def add(files: Files, tag: str, _: random.Random) -> None:
        add_line(files, tag, class_id, user, **changes)

    return add


FAULTS: dict[str, Fault] = {
    "a good student": _student(),
    "no birth date": _student(birthDate=""),
    "a day that is none": _student(birthDate="2008-02-31"),
    "a birth in the future": _student(birthDate="2099-01-01"),
    "another sex": _student(sex="unspecified"),
    "a grade without a place": _student(grades="UG"),
    "two grades": _student(grades="10,11"),
    "a low grade": _student(grades="KG"),
    "no last name": _student(familyName=""),
    "a long name": _student(givenName="x" * 51),
    "a hidden character": _student(givenName="a\u200bb"),
    "a school that is left out": _student(org="s3"),
    "a school that is not there": _student(org="nowhere"),
    "a student marked for deletion": _student(status="tobedeleted"),
    "no State ID": _without_state_id(""),
    "a State ID that is none": _without_state_id("12345"),
    "one student twice": _twins(),
    "one student at two schools": _twins(org="s2"),
    "two people under one State ID": _twins(familyName="Else", birthDate="2001-01-01"),
    "a course without a code": _course(""),
    "a good course": _course("X"),
    "a course that is not there": _class(courseSourcedId="nowhere"),
    "a term that is not there": _class(termSourcedIds="nowhere"),
    "next year's class": _class(termSourcedIds="t9"),
    "a long section number": _class(classCode="CTE101-12345"),
    "a homeroom": _class(classType="homeroom"),
    "a class at a school that is left out": _class(schoolSourcedId="s3"),
    "a class at a school that is not there": _class(schoolSourcedId="nowhere"),
    "a class marked for deletion": _class(status="inactive"),
    "a class that is not there": _line("nowhere", "u1"),
    "a user who is not there": _line("k1", "nowhere"),
    "a line twice": _line("k1", "u1"),
    "a line marked for deletion": _line("k1", "u1", status="tobedeleted"),
    "a teacher": _line("k1", "t", role="teacher"),
    "a student of another school": _line("k2", "u1"),
}


def mixed(files: Files, names: list[str], chance: random.Random) -> Files:
    for number, name in enumerate(names, 1):
        FAULTS[name](files, f"{number:03}", chance)
    return files
