"""The change of the school year: what the new one needs of a district, how much of it is there, and
what can be carried over from the year before.

Nothing is carried over by itself: a file or a person brings it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.ledger import ledger as records_ledger
from pathways.ledger.locks import lock_district
from pathways.models import (
    Approval,
    Calendar,
    Course,
    EndStatus,
    Enrollment,
    Roster,
    School,
    SchoolYear,
    Section,
    Student,
)
from pathways.roster import editing
from pathways.roster.by_hand.forms import GRADES
from pathways.roster.editing import Edited, RowEdit
from pathways.roster.shapes import CALENDAR, ENROLLMENT, SECTION


@dataclass(frozen=True)
class YearNeed:
    """One kind of data that each school year needs anew: how much the year before had and how much
    is there now; what is still missing, as a sentence, the Import Type that brings it, and the page
    where it is entered.
    """

    title: str
    before: int
    now: int
    missing: str = ""
    kind: str = ""
    page: str = ""
    link: str = ""

    @property
    def is_done(self) -> bool:
        return self.now > 0 and not self.missing


def year_before(scope: Scope) -> int | None:
    """The end year of the school year before the scope's, where the district had calendars."""
    years = SchoolYear.objects.filter(
        end_year__lt=scope.end_year, calendars__school__district=scope.district
    )
    return years.order_by("-end_year").values_list("end_year", flat=True).first()


def to_enroll_again(scope: Scope, before: int) -> QuerySet[Student]:
    """Students who were enrolled in the year before, did not leave for good, and are not enrolled
    in the scope's year.
    """
    families = EndStatus.Family
    gone = EndStatus.objects.codes_of(families.GRADUATE, families.DROPOUT, families.TRANSFER)
    stayed = Enrollment.objects.that_count(before).exclude(end_status__in=gone)
    again = Enrollment.objects.that_count(scope.end_year)
    return Student.objects.of_district(scope).filter(
        Exists(stayed.filter(student_id=OuterRef("pk"))),
        ~Exists(again.filter(student_id=OuterRef("pk"))),
    )


def has_students_of_last_year(scope: Scope) -> bool:
    """Whether there are students whom the year before has left to be enrolled again."""
    before = year_before(scope)
    return before is not None and to_enroll_again(scope, before).exists()


def needs_of(scope: Scope, before: int) -> list[YearNeed]:
    """What the year needs, in the order in which it is brought."""
    calendars = _calendars(scope)
    rosters = Roster.objects.filter(enrollment__student__district=scope.district)
    approvals = Approval.objects.filter(district=scope.district)
    students, now = Student.objects.of_district(scope), scope.end_year
    schools = School.objects.filter(district=scope.district)
    without = (
        schools.filter(calendars__school_year=before)
        .exclude(calendars__school_year=now)
        .distinct()
        .count()
    )
    to_enroll = to_enroll_again(scope, before).count()
    courses = Course.objects.filter(school__district=scope.district)
    unanswered = courses.filter(pathway=None, answer="").count()
    to_teach = (
        courses.filter(pathway__isnull=False, sections__calendar__school_year=before)
        .exclude(sections__calendar__school_year=now)
        .distinct()
        .count()
    )
    lines, lines_before = (
        rosters.filter(section__calendar__school_year=year).count() for year in (now, before)
    )
    approved, approved_before = (
        approvals.filter(school_year=year).count() for year in (now, before)
    )
    return [
        YearNeed(
            "Calendars",
            calendars.filter(school_year=before).count(),
            calendars.filter(school_year=now).count(),
            f"{number_of(without, 'school')} without a calendar." if without else "",
            "schools",
            "roster-schools",
            "Open schools and calendars",
        ),
        YearNeed(
            "Students enrolled",
            students.enrolled_in(before).count(),
            students.enrolled_in(now).count(),
            f"{number_of(to_enroll, 'student')} not enrolled again." if to_enroll else "",
            "enrollments",
            "roster-students",
            "Open students",
        ),
        YearNeed(
            "CTE courses taught",
            courses.taught_with_pathway(before).count(),
            courses.taught_with_pathway(now).count(),
            " ".join(
                sentence
                for number, sentence in (
                    (to_teach, f"{number_of(to_teach, 'CTE course')} without a section."),
                    (unanswered, f"{number_of(unanswered, 'course')} without an answer."),
                )
                if number
            ),
            "courses",
            "roster-courses",
            "Choose pathways",
        ),
        YearNeed(
            "Roster lines",
            lines_before,
            lines,
            "" if lines else "No one is in a section yet.",
            "rosters",
            "roster-sections",
            "Open sections",
        ),
        YearNeed(
            "Approved pathways",
            approved_before,
            approved,
            "" if approved else "Ask OPI for this year's approvals.",
        ),
    ]


def _calendars(scope: Scope) -> QuerySet[Calendar]:
    return Calendar.objects.filter(school__district=scope.district)


def _sections(scope: Scope) -> QuerySet[Section]:
    return Section.objects.filter(course__school__district=scope.district)


def calendars_to_add(scope: Scope, before: int) -> list[Calendar]:
    """The calendars of the year before, of schools that have none yet."""
    own = _calendars(scope)
    ready = own.filter(school_year=scope.end_year).values("school")
    rows = own.filter(school_year=before).exclude(school__in=ready)
    return list(rows.order_by("school__number", "number"))


def sections_to_add(scope: Scope, before: int) -> list[tuple[Section, int]]:
    """The sections of the year before that are not there yet, each with the calendar of the same
    number, of CTE courses.
    """
    calendars = {
        (calendar.school_id, calendar.number): calendar.pk
        for calendar in _calendars(scope).filter(school_year=scope.end_year)
    }
    rows, now = _sections(scope), scope.end_year
    ready = set(rows.filter(calendar__school_year=now).values_list("course", "calendar", "number"))
    chosen = rows.filter(calendar__school_year=before, course__pathway__isnull=False)
    with_calendars = [
        (section, calendars.get((section.calendar.school_id, section.calendar.number)))
        for section in chosen.select_related("calendar").order_by("course__number", "number")
    ]
    return [
        (section, calendar)
        for section, calendar in with_calendars
        if calendar and (section.course_id, calendar, section.number) not in ready
    ]


def next_grade(grade: str) -> str:
    """The grade after this one; grade 12 is repeated."""
    place = GRADES.index(grade) + 1 if grade in GRADES else len(GRADES)
    return GRADES[place] if place < len(GRADES) else grade


def last_enrollments(students: Collection[Student], before: int) -> dict[int, Enrollment]:
    """The enrollment of the year before that said each student's school and grade."""
    rows = Enrollment.objects.that_decide(before).filter(student__in=students)
    last: dict[int, Enrollment] = {}
    for row in rows.select_related("calendar__school"):
        last.setdefault(row.student_id, row)
    return last


@contextmanager
def _alone(scope: Scope) -> Iterator[None]:
    """What is missing is asked with the district held, so that two people add nothing twice."""
    with records_ledger.refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        yield


def add_calendars(scope: Scope, before: int, *, by: str, by_id: int | None) -> Edited:
    """The calendars of the year before, with the same numbers. Raises a Refusal."""
    with _alone(scope):
        images = [
            {"school_id": row.school_id, "end_year": scope.end_year, "number": row.number}
            for row in calendars_to_add(scope, before)
        ]
        edits = [(CALENDAR, RowEdit(image)) for image in images]
        return editing.write(scope, edits, by=by, by_id=by_id)


def add_sections(scope: Scope, before: int, *, by: str, by_id: int | None) -> Edited:
    """The sections of the year before, empty. Raises a Refusal."""
    with _alone(scope):
        images = [
            {"course_id": row.course_id, "calendar_id": calendar, "number": row.number}
            for row, calendar in sections_to_add(scope, before)
        ]
        edits = [(SECTION, RowEdit(image)) for image in images]
        return editing.write(scope, edits, by=by, by_id=by_id)


def enroll_again(
    scope: Scope,
    before: int,
    students: Collection[Student],
    starts: datetime.date,
    school: School | None,
    *,
    by: str,
    by_id: int | None,
) -> Edited:
    """Enroll the students one grade higher, in the school of the year before or in another. Raises
    a Refusal.
    """
    with _alone(scope):
        chosen = [student.pk for student in students]
        waiting = to_enroll_again(scope, before).filter(pk__in=chosen)
        last = last_enrollments(waiting, before)
        calendars: dict[int, dict[str, int]] = {}
        rows = _calendars(scope).filter(school_year=scope.end_year).order_by("-number")
        for key, school_id, number in rows.values_list("pk", "school", "number"):
            calendars.setdefault(school_id, {})[number] = key
        edits = []
        for row in last.values():
            into = school or row.calendar.school
            offered = calendars.get(into.pk)
            if offered is None:
                raise Refusal(
                    f"{into.name} has no calendar for {scope.school_year}. Add the calendars first."
                    " Nothing was saved."
                )
            first = list(offered.values())[-1]
            image = {
                "student_id": row.student_id,
                "calendar_id": offered.get(row.calendar.number, first),
                "service_type": row.service_type,
                "grade": next_grade(row.grade),
                "start_date": starts,
                "end_date": None,
                "end_status": "",
            }
            edits.append((ENROLLMENT, RowEdit(image)))
        return editing.write(scope, edits, by=by, by_id=by_id)
