"""A OneRoster export of one district, in an own zip, and the rows that it holds as SQL."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

SCHOOLS = 4
FILES = ("orgs", "users", "demographics", "courses", "classes", "enrollments")


def write(
    archive: zipfile.ZipFile, name: str, titles: str, rows: Iterable[tuple[object, ...]]
) -> None:
    """Row by row, so that what is measured afterwards is not what was made here."""
    with (
        archive.open(f"{name}.csv", "w") as part,
        io.TextIOWrapper(part, "utf-8", newline="") as text,
    ):
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(titles.split(","))
        writer.writerows(rows)


def build(path: Path, end_year: int, students: int, lines: int) -> None:
    """An export with `students`, each of whom has so many roster lines."""
    number_of_classes = max(lines * SCHOOLS, students * lines // 25)
    number_of_courses = max(1, number_of_classes // 8)
    known = (
        "academicSessions",
        "orgs",
        "users",
        "demographics",
        "courses",
        "classes",
        "enrollments",
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        about = [("manifest.version", "1.0"), ("oneroster.version", "1.1")]
        about += [(f"file.{name}", "bulk") for name in known]
        about += [("source.systemName", "Bench SIS")]
        write(archive, "manifest", "propertyName,value", about)
        sessions = [("y", end_year, "schoolYear", end_year)]
        write(archive, "academicSessions", "sourcedId,title,type,schoolYear", sessions)
        orgs = [(f"s{n}", f"School {n}", "school", f"{n:04}") for n in range(1, SCHOOLS + 1)]
        write(archive, "orgs", "sourcedId,name,type,identifier", orgs)
        write(
            archive,
            "users",
            "sourcedId,role,orgSourcedIds,userIds,givenName,familyName,identifier,grades",
            (
                (
                    f"u{n}",
                    "student",
                    f"s{n % SCHOOLS + 1}",
                    f"{{StateID:{100000000 + n}}}",
                    f"First{n}",
                    f"Last{n}",
                    f"{n}",
                    f"{9 + n % 4:02}",
                )
                for n in range(students)
            ),
        )
        born = ((f"u{n}", "2007-01-02", "female") for n in range(students))
        write(archive, "demographics", "sourcedId,birthDate,sex", born)
        courses = ((f"c{n}", f"Course {n}", f"C{n}", "s1") for n in range(number_of_courses))
        write(archive, "courses", "sourcedId,title,courseCode,orgSourcedId", courses)
        write(
            archive,
            "classes",
            "sourcedId,title,courseSourcedId,classCode,classType,schoolSourcedId,termSourcedIds",
            (
                (
                    f"k{n}",
                    f"Class {n}",
                    f"c{n // SCHOOLS % number_of_courses}",
                    f"C-{n // SCHOOLS // number_of_courses}",
                    "scheduled",
                    f"s{n % SCHOOLS + 1}",
                    "y",
                )
                for n in range(number_of_classes)
            ),
        )
        write(
            archive,
            "enrollments",
            "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role",
            (
                (f"e{n}-{line}", f"k{place}", f"s{n % SCHOOLS + 1}", f"u{n}", "student")
                for n in range(students)
                for line in range(lines)
                for place in [
                    (n + (n // SCHOOLS * lines + line) * SCHOOLS)
                    % (number_of_classes // SCHOOLS * SCHOOLS)
                ]
            ),
        )


OWN = "school.district_id = %(d)s"
SELECTS = {
    "school": "SELECT %(d)s, identifier, name FROM raw_orgs",
    "calendar": f"SELECT school.id, %(y)s, '001' FROM pathways_school school WHERE {OWN}",
    "student": (
        "SELECT %(d)s, substring(userids from ':([0-9]{9})'), identifier, familyname, givenname, '',"
        " birthdate::date, CASE sex WHEN 'female' THEN 'F' ELSE 'M' END FROM raw_users users JOIN"
        " raw_demographics born ON born.sourcedid = users.sourcedid"
    ),
    "enrollment": (
        "SELECT student.id, calendar.id, 'P', grades, %(s)s::date, NULL::date, '' FROM raw_users"
        " users JOIN pathways_student student ON student.district_id = %(d)s AND student.state_id ="
        " substring(userids from ':([0-9]{9})') JOIN raw_orgs org ON org.sourcedid ="
        " users.orgsourcedids JOIN pathways_school school ON school.number = org.identifier AND"
        f" {OWN} JOIN pathways_calendar calendar ON calendar.school_id = school.id AND"
        " calendar.end_year = %(y)s"
    ),
    "course": (
        "SELECT DISTINCT school.id, coursecode, course.title, '', 0.00, '', '' FROM raw_courses"
        " course JOIN raw_classes class ON class.coursesourcedid = course.sourcedid JOIN raw_orgs"
        " org ON org.sourcedid = class.schoolsourcedid JOIN pathways_school school ON school.number"
        f" = org.identifier AND {OWN}"
    ),
    "section": (
        "SELECT course.id, calendar.id, substring(classcode from '-(.*)$') FROM raw_classes class"
        " JOIN raw_courses named ON named.sourcedid = class.coursesourcedid JOIN raw_orgs org ON"
        " org.sourcedid = class.schoolsourcedid JOIN pathways_school school ON school.number ="
        f" org.identifier AND {OWN} JOIN pathways_course course ON course.school_id = school.id AND"
        " course.number = named.coursecode JOIN pathways_calendar calendar ON calendar.school_id ="
        " school.id AND calendar.end_year = %(y)s"
    ),
    "roster": (
        "SELECT section.id, enrollment.id FROM raw_enrollments line JOIN raw_classes class ON"
        " class.sourcedid = line.classsourcedid JOIN raw_courses named ON named.sourcedid ="
        " class.coursesourcedid JOIN raw_orgs org ON org.sourcedid = class.schoolsourcedid JOIN"
        f" pathways_school school ON school.number = org.identifier AND {OWN} JOIN pathways_course"
        " course ON course.school_id = school.id AND course.number = named.coursecode JOIN"
        " pathways_calendar calendar ON calendar.school_id = school.id AND calendar.end_year ="
        " %(y)s JOIN pathways_section section ON section.course_id = course.id AND"
        " section.calendar_id = calendar.id AND section.number = substring(class.classcode from"
        " '-(.*)$') JOIN raw_users users ON users.sourcedid = line.usersourcedid JOIN"
        " pathways_student student ON student.district_id = %(d)s AND student.state_id ="
        " substring(users.userids from ':([0-9]{9})') JOIN pathways_enrollment enrollment ON"
        " enrollment.student_id = student.id AND enrollment.calendar_id = calendar.id"
    ),
}
