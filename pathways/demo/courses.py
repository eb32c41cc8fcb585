"""Courses, their sections, and who sits in them: mostly what the records say, with a worklist of a
few students in each district.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable
from decimal import Decimal
from random import Random

from pathways.demo import records, rosters
from pathways.demo.districts import ACTIVE, CLERKS, Place
from pathways.demo.records import HALF, ZERO
from pathways.demo.students import GUIDES_STATE_ID, Enrolled
from pathways.ledger.shape import Row
from pathways.models import Calendar, Course, Enrollment, Pathway, Roster, Section

ONE = HALF * 2
SEATS = 24
# Of each pathway a course of half a credit and one of a whole credit.
COURSES = {
    "Advanced Manufacturing": ("Manufacturing Basics", "Precision Machining"),
    "Agriculture, Food & Natural Resources": (
        "Introduction to Agriculture",
        "Animal & Plant Science",
    ),
    "Agriculture, Mechanics & Construction": ("Agricultural Mechanics", "Agricultural Structures"),
    "Arts, A/V Technology, Communication": ("Graphic Design", "Video Production"),
    "Business Management": ("Introduction to Business", "Business Management"),
    "Design & Construction (ITE)": ("Woods & Drafting", "Residential Construction"),
    "Education": ("Exploring Education", "Teaching Practicum"),
    "Health Professions": ("Introduction to Health Careers", "Medical Terminology"),
    "Hospitality & Tourism": ("Culinary Basics", "Restaurant & Tourism Management"),
    "Information Technology": ("Computer Basics", "Programming & Networks"),
    "Marketing": ("Marketing Basics", "Sales & Retail"),
    "Welding & Fabrication": ("Welding Basics", "Metal Fabrication"),
}
GENERAL = (("8010", "English"), ("8020", "Algebra"), ("8030", "Physical Education"))
NEW_COURSE = ("8110", "Accounting")
# Codes of the national list for courses that nobody has answered for: the board proposes an answer.
SCED = {"8010": "01001", "8020": "02052", "8030": "08001", "8110": "12104"}

Earned = dict[tuple[int, int], dict[int, Decimal]]
"""Of a student and a pathway, by school year: the credits in district that were earned in it."""


class Timetable:
    """The courses of a district as students are put into them."""

    def __init__(self, pathways: dict[str, Pathway]) -> None:
        self.pathways = pathways
        self.courses: dict[tuple[int, str], Course] = {}
        self.sections: dict[tuple[int, str, int, int], Section] = {}
        self.rosters: list[Roster] = []
        self.seats: Counter[tuple[str, int]] = Counter()

    def take(
        self,
        enrollment: Enrollment,
        pathway: str,
        credits: Decimal,
        transcript: Decimal | None = None,
    ) -> None:
        """Courses of the pathway that earn the credits between them; what the transcript says is
        earned in the first.
        """
        code, rest = self.pathways[pathway].code, credits
        for number, name, worth in (
            (f"{code}20", COURSES[pathway][1], ONE),
            (f"{code}10", COURSES[pathway][0], HALF),
        ):
            if rest >= worth:
                known = None if transcript is None else transcript if rest == credits else ZERO
                self._sit(enrollment, number, name, worth, pathway, known)
                rest -= worth

    def take_general(self, enrollment: Enrollment, number: str, name: str) -> None:
        self._sit(enrollment, number, name, ONE, None, None)

    def _sit(
        self,
        enrollment: Enrollment,
        number: str,
        name: str,
        worth: Decimal,
        pathway: str | None,
        transcript: Decimal | None,
    ) -> None:
        calendar: Calendar = enrollment.calendar
        course = self.courses.get((calendar.school_id, number))
        if course is None:
            taught = self.pathways[pathway] if pathway else None
            course = Course(
                school=calendar.school,
                number=number,
                name=name,
                pathway=taught,
                credits=worth,
                sced_area=SCED.get(number, "")[:2],
                sced_course=SCED.get(number, "")[2:],
            )
            self.courses[calendar.school_id, number] = course
        room = 1 + self.seats[number, calendar.pk] // SEATS
        self.seats[number, calendar.pk] += 1
        key = (calendar.school_id, number, calendar.pk, room)
        if key not in self.sections:
            self.sections[key] = Section(course=course, calendar=calendar, number=str(room))
        self.rosters.append(
            Roster(section=self.sections[key], enrollment=enrollment, credits_earned=transcript)
        )

    def save(self, place: Place) -> None:
        rosters.teach(place, self.courses.values(), self.sections.values(), self.rosters)


def earned(rows: Iterable[Row]) -> Earned:
    """The credits that each record gained, year by year; the rows come in the order of the years."""
    credits: Earned = {}
    for row in rows:
        years = credits.setdefault((row.student_id or 0, row.pathway_id or 0), {})
        years[row.modified_end_year or ACTIVE] = (row.in_district_credits or ZERO) - sum(
            years.values(), ZERO
        )
    return credits


def add(
    place: Place,
    enrolled: list[Enrolled],
    rows: list[Row],
    pathways: dict[str, Pathway],
    chance: Random,
) -> None:
    """Students sit in the courses that their records tell of; a few records have no course, and a
    few students no record.
    """
    names = {pathway.pk: name for name, pathway in pathways.items()}
    grown, timetable = earned(rows), Timetable(pathways)
    students = {learner.student.pk: learner for learner in enrolled if learner.counts}
    for (student_id, pathway_id), years in grown.items():
        learner = students[student_id]
        guides = learner.student.state_id == GUIDES_STATE_ID
        for end_year, enrollment in ((ACTIVE - 1, learner.earlier), (ACTIVE, learner.enrollment)):
            credits = years.get(end_year, ZERO)
            if enrollment is None or not credits or (not guides and chance.random() < 0.03):
                continue
            transcript = (
                credits if end_year < ACTIVE or (not guides and chance.random() < 0.4) else None
            )
            if transcript and end_year == ACTIVE and chance.random() < 0.05:
                transcript = ONE if transcript == HALF else HALF
            timetable.take(enrollment, names[pathway_id], credits, transcript)
    without = [
        learner
        for learner in students.values()
        if int(learner.grade) >= 9 and learner.student.state_id != GUIDES_STATE_ID
    ]
    open_lines = chance.sample(without, k=min(len(without), max(2, round(len(enrolled) * 0.026))))
    for number, learner in enumerate(open_lines):
        free = [
            name for name in place.pathways if (learner.student.pk, pathways[name].pk) not in grown
        ]
        lapsed = (
            number == 0
            and place.lapsed
            and (learner.student.pk, pathways[place.lapsed].pk) not in grown
        )
        if free:
            credits, transcript = chance.choice(
                [(HALF, None), (HALF, HALF), (ONE, None), (ONE, ONE), (ONE, HALF)]
            )
            timetable.take(
                learner.enrollment,
                place.lapsed if lapsed else chance.choice(free),
                credits,
                transcript,
            )
    _add_general(timetable, students.values(), chance)
    timetable.save(place)


def add_practice(
    place: Place,
    enrolled: list[Enrolled],
    rows: list[Row],
    pathways: dict[str, Pathway],
    chance: Random,
) -> None:
    """In the practice district each list of the worklist has a line or two."""
    names = {pathway.pk: name for name, pathway in pathways.items()}
    students = {learner.student.pk: learner for learner in enrolled if learner.counts}
    grown, timetable = earned(rows), Timetable(pathways)
    rostered = [
        (key, years[ACTIVE]) for key, years in grown.items() if names.get(key[1]) in place.pathways
    ]
    for number, ((student_id, pathway_id), credits) in enumerate(rostered):
        timetable.take(
            students[student_id].enrollment,
            names[pathway_id],
            credits,
            {0: ONE, 1: credits}.get(number),
        )
    recorded = {student_id for student_id, _ in grown}
    free = [
        learner
        for learner in sorted(students.values(), key=lambda learner: learner.student.state_id)
        if learner.student.pk not in recorded
    ]
    for learner in free[:1]:
        typed = Row(
            learner.student.pk,
            pathways["Health Professions"].pk,
            True,
            False,
            datetime.date(2022, 8, 24),
            ONE * 2,
            ZERO,
            ZERO,
            ZERO,
        )
        records.write(
            place,
            [records.modified(typed, datetime.date(2024, 5, 14), ACTIVE - 1, CLERKS[1])],
        )
    for learner, name, transcript in zip(
        free[1:4],
        ("Business Management", "Welding & Fabrication", "Education"),
        (None, ONE, None),
        strict=False,
    ):
        timetable.take(learner.enrollment, name, ONE, transcript)
    _add_general(timetable, students.values(), chance)
    timetable.save(place)


def _add_general(timetable: Timetable, students: Collection[Enrolled], chance: Random) -> None:
    """Courses without a pathway; a new one, of a subject area of CTE, has a class of two."""
    for learner in students:
        timetable.take_general(learner.enrollment, *chance.choice(GENERAL))
    for learner in [learner for learner in students if int(learner.grade) >= 9][:2]:
        timetable.take_general(learner.enrollment, *NEW_COURSE)
