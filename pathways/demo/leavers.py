"""Who left in 2023-24: graduates and dropouts whose records stand in last year's sealed copies, so
that there is a follow-up to practice with.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from random import Random

from django.utils import timezone

from pathways.demo import rosters
from pathways.demo.districts import CLERKS, Place
from pathways.demo.names import FEMALE, LAST, MALE
from pathways.demo.records import HALF, ZERO, modified, write
from pathways.ledger.shape import Row
from pathways.models import Calendar, Enrollment, FollowUpYear, Pathway, Student

LEFT = 2024
FIRST_STATE_ID = 999_700_001
GRADUATION, DROPPING_OUT = datetime.date(2024, 5, 24), datetime.date(2024, 1, 16)
SIZES = {"9012": 24, "9020": 10, "0965": 5}
"""The districts whose last year is certified."""
DROPOUT = 6
"""Every sixth dropped out."""
A_YEAR = datetime.timedelta(weeks=52)
PARTICIPANT = 8
"""Every eighth was no concentrator, and is not followed up."""


def add(place: Place, pathways: dict[str, Pathway], chance: Random) -> None:
    """Bring the district's leavers into the District edition, with records of two years."""
    rows: dict[int, list[Row]] = {LEFT - 1: [], LEFT: []}
    calendar = Calendar.objects.select_related("school").get(
        school__district=place.number, school__number=place.schools[0][0], school_year=LEFT
    )
    first = FIRST_STATE_ID + 100 * list(SIZES).index(place.number)
    students = [
        _student(place, str(first + number), chance) for number in range(SIZES[place.number])
    ]
    rosters.add_students(place, students)
    enrollments = []
    for number, student in enumerate(students, 1):
        enrollments.append(_enrollment(student, calendar, number, chance))
        names = chance.sample(place.pathways, k=chance.choice([1, 1, 1, 2]))
        for name in names:
            for row in _records(student, pathways[name], number % PARTICIPANT != 0, chance):
                rows[row.modified_end_year or LEFT].append(row)
    rosters.enroll(place, enrollments)
    for own in rows.values():
        write(place, own)


def open_follow_up() -> None:
    """OPI's dates lie around the day on which the portal is loaded, like those of the event: the
    leavers of 2023-24 are called now, those of other years a year earlier or later each.
    """
    for year in FollowUpYear.objects.all():
        today = timezone.localdate() + (year.end_year - LEFT) * A_YEAR
        year.opens = today - datetime.timedelta(days=14)
        year.refreshed_until = today + datetime.timedelta(days=7)
        year.closes = today + datetime.timedelta(days=46)
        year.target = Decimal("90.50")
        year.save()


def _student(place: Place, state_id: str, chance: Random) -> Student:
    gender = chance.choice("FM")
    first, middle = chance.sample(FEMALE if gender == "F" else MALE, 2)
    return Student(
        district_id=place.number,
        state_id=state_id,
        local_id=f"{chance.randrange(10_000, 99_999)}",
        last_name=chance.choice(LAST),
        first_name=first,
        middle_name=middle,
        birth_date=datetime.date(2005, 9, 1) + datetime.timedelta(days=chance.randrange(365)),
        gender=gender,
    )


def _enrollment(student: Student, calendar: Calendar, number: int, chance: Random) -> Enrollment:
    has_dropped_out = number % DROPOUT == 0
    return Enrollment(
        student=student,
        calendar=calendar,
        service_type="P",
        grade=chance.choice(["10", "11"]) if has_dropped_out else "12",
        start_date=datetime.date(LEFT - 1, 8, 21),
        end_date=(
            DROPPING_OUT + datetime.timedelta(days=chance.randrange(90))
            if has_dropped_out
            else GRADUATION
        ),
        end_status="310" if has_dropped_out else chance.choices(["400", "410"], [9, 1])[0],
    )


def _records(student: Student, pathway: Pathway, concentrator: bool, chance: Random) -> list[Row]:
    """Two credits and more over two years for a concentrator, half of one a year otherwise."""
    yearly = chance.choice([HALF * 2, HALF * 3]) if concentrator else HALF
    return [
        modified(
            Row(
                student.pk,
                pathway.pk,
                concentrator=concentrator and end_year == LEFT,
                single_parent=False,
                start_date=datetime.date(LEFT - 2, 8, 29),
                in_district_credits=yearly * years,
                out_of_district_credits=ZERO,
                dual_enrollment_credits=ZERO,
                work_based_learning_credits=ZERO,
            ),
            datetime.date(end_year, 5, 6) + datetime.timedelta(days=chance.randrange(10)),
            end_year,
            chance.choice(CLERKS),
        )
        for years, end_year in enumerate((LEFT - 1, LEFT), 1)
    ]
