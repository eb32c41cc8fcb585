"""Files of all districts in the portal's own columns, the same district by district, and their rows
as SQL.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

TITLES = {
    "schools": "District Number,School Number,School Name,Calendar Number,End Year",
    "students": (
        "District Number,Student State ID,Local ID,Last Name,First Name,Birth Date,Gender"
    ),
    "enrollments": (
        "District Number,School Number,Calendar Number,End Year,Student State ID,Service Type,"
        "Grade,Start Date"
    ),
    "courses": "District Number,School Number,Course Number,Course Name,Credits",
    "sections": (
        "District Number,School Number,Calendar Number,End Year,Course Number,Section Number"
    ),
    "rosters": (
        "District Number,School Number,Calendar Number,End Year,Course Number,Section Number,"
        "Student State ID"
    ),
}
SCHOOLS, COURSES = 2, 20
STUDENTS_OF_A_SECTION = 25


def sizes(districts: int, students: int) -> list[int]:
    """Students of each district: a few large ones and many small ones, as in Montana."""
    weights = [1 / (place + 10) for place in range(districts)]
    shares = [int(students * weight / sum(weights)) for weight in weights]
    shares[0] += students - sum(shares)
    return shares


def lines_of(state_id: int) -> int:
    """Roster lines of a student: 20 for three students."""
    return 6 if state_id % 3 == 0 else 7


def write(folder: Path, district: str, first: int, students: int, end_year: int) -> int:
    """A district's rows behind those of the files in `folder`, and a zip of them alone. `first` is
    its first State ID. Returns its number of roster lines.
    """
    sections = -(-students * 7 // STUDENTS_OF_A_SECTION // (SCHOOLS * COURSES))
    written = dict.fromkeys(TITLES, 0)
    with zipfile.ZipFile(folder / "parts" / f"{district}.zip", "w", zipfile.ZIP_DEFLATED) as own:
        for name, titles in TITLES.items():
            path = folder / "all" / f"{name}.csv"
            is_new = not path.exists()
            with (
                path.open("a", encoding="utf-8", newline="") as whole,
                own.open(f"{name}.csv", "w") as part,
                io.TextIOWrapper(part, "utf-8", newline="") as text,
            ):
                both = [csv.writer(file, lineterminator="\r\n") for file in (whole, text)]
                for writer in both if is_new else both[1:]:
                    writer.writerow(titles.split(","))
                for row in _rows(name, first, students, sections, end_year):
                    written[name] += 1
                    for writer in both:
                        writer.writerow((district, *row))
    return written["rosters"]


def _rows(
    name: str, first: int, students: int, sections: int, end_year: int
) -> Iterator[tuple[object, ...]]:
    schools = [f"{number:04}" for number in range(1, SCHOOLS + 1)]
    if name == "schools":
        yield from ((school, f"School {school}", "001", end_year) for school in schools)
    elif name == "courses":
        for school in schools:
            yield from ((school, f"C{n}", f"Course {n}", "1.00") for n in range(COURSES))
    elif name == "sections":
        for school in schools:
            for place in range(COURSES * sections):
                yield school, "001", end_year, f"C{place // sections}", place % sections + 1
    elif name == "students":
        for n in range(students):
            yield first + n, n, f"Last{n}", f"First{n}", f"{n % 12 + 1:02}/02/2008", "FM"[n % 2]
    else:
        for n in range(students):
            school = schools[n % SCHOOLS]
            if name == "enrollments":
                yield school, "001", end_year, first + n, "P", f"{9 + n % 4:02}", "08/21/2024"
                continue
            for line in range(lines_of(first + n)):
                place = (n + line * 3) % (COURSES * sections)
                course, section = f"C{place // sections}", place % sections + 1
                yield school, "001", end_year, course, section, first + n


OWN = "JOIN pathways_school school ON school.district_id = %(d)s AND school.number = school_number"
CALENDAR = (
    "JOIN pathways_calendar calendar ON calendar.school_id = school.id AND calendar.end_year ="
    " %(y)s AND calendar.number = calendar_number"
)
COURSE = (
    "JOIN pathways_course course ON course.school_id = school.id AND course.number = course_number"
)
STUDENT = (
    "JOIN pathways_student student ON student.district_id = %(d)s AND student.state_id ="
    " student_state_id"
)
SELECTS = {
    "school": "SELECT %(d)s, school_number, school_name FROM raw_schools",
    "calendar": (
        f"SELECT school.id, raw.end_year::integer, calendar_number FROM raw_schools raw {OWN}"
    ),
    "student": (
        "SELECT %(d)s, student_state_id, local_id, last_name, first_name, '', to_date(birth_date,"
        " 'MM/DD/YYYY'), gender FROM raw_students"
    ),
    "enrollment": (
        "SELECT student.id, calendar.id, service_type, grade, to_date(start_date, 'MM/DD/YYYY'),"
        f" NULL::date, '' FROM raw_enrollments {STUDENT} {OWN} {CALENDAR}"
    ),
    "course": (
        "SELECT school.id, course_number, course_name, '', credits::numeric, '', '' FROM"
        f" raw_courses {OWN}"
    ),
    "section": (
        f"SELECT course.id, calendar.id, section_number FROM raw_sections {OWN} {COURSE} {CALENDAR}"
    ),
    "roster": (
        f"SELECT section.id, enrollment.id FROM raw_rosters {OWN} {COURSE} {CALENDAR} JOIN"
        " pathways_section section ON section.course_id = course.id AND section.calendar_id ="
        f" calendar.id AND section.number = section_number {STUDENT} JOIN pathways_enrollment"
        " enrollment ON enrollment.student_id = student.id AND enrollment.calendar_id ="
        " calendar.id"
    ),
}
