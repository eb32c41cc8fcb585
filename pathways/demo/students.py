"""Students with their enrollments in three school years."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from pathways.demo import rosters
from pathways.demo.districts import COTTONWOOD, Place
from pathways.demo.names import FEMALE, LAST, MALE
from pathways.models import Calendar, District, Enrollment, Student

FIRST_STATE_ID = 999_000_001
GUIDES_STATE_ID = "999000123"
GRADES = ("05", "06", "07", "08", "09", "10", "11", "12")
YEARS = (2024, 2025, 2026)


@dataclass(frozen=True)
class Enrolled:
    """A student, the grade and the enrollment in the active year, and last year's enrollment.

    `counts` is False for those whom no enrollment of the active year puts in scope.
    """

    student: Student
    grade: str
    counts: bool
    enrollment: Enrollment
    earlier: Enrollment | None


def state_ids() -> Iterator[str]:
    """Synthetic State IDs in order; the guide's student has the one of the guide's pictures."""
    number = FIRST_STATE_ID
    while True:
        if str(number) != GUIDES_STATE_ID:
            yield str(number)
        number += 1


def add(place: Place, size: int, chance: Random, ids: Iterator[str]) -> list[Enrolled]:
    """Bring the district with schools, calendars, students and enrollments into the District
    edition.
    """
    district = District.objects.create(number=place.number, name=place.name)
    calendars = rosters.open_schools(place, YEARS)
    offered = sorted({grade for _, _, taught in place.schools for grade in taught})
    students = [_student(district, chance, next(ids)) for _ in range(size)]
    taught = [chance.choice(offered) for _ in students]
    if place is COTTONWOOD:
        students.append(_guides_student(district))
        taught.append("12")
    enrolled, enrollments = [], []
    for student, grade in zip(students, taught, strict=True):
        counts, rows = _enrollments(student, grade, calendars, chance)
        enrolled.append(
            Enrolled(
                student,
                grade,
                counts,
                rows[0],
                next((row for row in rows if row.calendar.school_year_id == 2024), None),
            )
        )
        enrollments += rows
    rosters.add_students(place, students)
    rosters.enroll(place, enrollments)
    return enrolled


def _student(district: District, chance: Random, state_id: str) -> Student:
    gender = chance.choice("FM")
    first, middle = chance.sample(FEMALE if gender == "F" else MALE, 2)
    return Student(
        district=district,
        state_id=state_id,
        local_id=f"{chance.randrange(10_000, 99_999)}",
        last_name=chance.choice(LAST),
        first_name=first,
        middle_name=middle if chance.random() < 0.6 else "",
        birth_date=datetime.date(2006, 9, 1) + datetime.timedelta(days=chance.randrange(365 * 6)),
        gender=gender,
    )


def _guides_student(district: District) -> Student:
    return Student(
        district=district,
        state_id=GUIDES_STATE_ID,
        local_id="40123",
        last_name="Anderson",
        first_name="Kayla",
        middle_name="Rae",
        birth_date=datetime.date(2007, 1, 2),
        gender="F",
    )


def _enrollments(
    student: Student, grade: str, calendars: dict[tuple[str, int], Calendar], chance: Random
) -> tuple[bool, list[Enrollment]]:
    """This year's enrollment, mostly last year's, and for half of the students next year's
    already.
    """
    guides = student.state_id == GUIDES_STATE_ID
    kind = "P" if guides else chance.choices(["P", "S", "N", "O", "no-show"], [90, 3, 3, 2, 2])[0]

    def row(end_year: int, in_grade: str, **values: object) -> Enrollment:
        own = {"service_type": "P", "start_date": datetime.date(end_year - 1, 8, 21), **values}
        return Enrollment(
            student=student, calendar=calendars[in_grade, end_year], grade=in_grade, **own
        )

    rows = []
    if kind == "no-show":
        rows.append(
            row(
                2025,
                grade,
                start_date=datetime.date(2024, 6, 20),
                end_date=datetime.date(2024, 6, 28),
                end_status="140",
            )
        )
    elif not guides and chance.random() < 0.04:
        rows.append(
            row(
                2025, grade, service_type=kind, end_date=datetime.date(2025, 3, 3), end_status="110"
            )
        )
    elif grade == "12" and not guides and chance.random() < 0.8:
        rows.append(
            row(
                2025,
                grade,
                service_type=kind,
                end_date=datetime.date(2025, 5, 30),
                end_status="400",
            )
        )
    else:
        rows.append(row(2025, grade, service_type=kind))
    earlier = GRADES[GRADES.index(grade) - 1]
    if grade != GRADES[0] and (earlier, 2024) in calendars and (guides or chance.random() < 0.9):
        rows.append(row(2024, earlier))
    later = GRADES[min(GRADES.index(grade) + 1, len(GRADES) - 1)]
    if guides or (chance.random() < 0.62 and grade != "12" and (later, 2026) in calendars):
        rows.append(row(2026, later))
    return kind in ("P", "S", "N"), rows
