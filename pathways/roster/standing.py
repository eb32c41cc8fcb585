"""How far a district's roster data are: what is there for a school year, what is missing, and who
brings it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from cte_portal.editions import Scope
from cte_portal.ui.wording import number_of
from pathways.models import Approval, Calendar, Course, Enrollment, Roster, School, Section, Student


@dataclass(frozen=True)
class RosterStep:
    """One step to a first record: how many rows are there, what to do next, the Import Type that
    brings them, the page where they are seen and changed, with the words of the link to it, and how
    many of them still wait for an answer.
    """

    title: str
    number: int
    sentence: str
    kind: str = ""
    page: str = ""
    link: str = ""
    waiting: int = 0

    @property
    def is_complete(self) -> bool:
        return bool(self.number) and not self.waiting

    @property
    def status(self) -> tuple[str, str]:
        """Key and words."""
        if self.waiting:
            return "progress", "In progress"
        return ("completed", "Complete") if self.number else ("none", "Missing")


def steps_of(scope: Scope) -> list[RosterStep]:
    """The six steps from an empty district to the first missing records, in their order."""
    schools = School.objects.filter(district=scope.district).count()
    calendars = Calendar.objects.filter(
        school__district=scope.district, school_year=scope.end_year
    ).count()
    students = Student.objects.of_district(scope).count()
    enrollments = (
        Enrollment.objects.that_count(scope.end_year)
        .filter(student__district=scope.district)
        .count()
    )
    courses = Course.objects.filter(school__district=scope.district).count()
    with_pathway = Course.objects.filter(
        Q(school__district=scope.district), pathway__isnull=False
    ).count()
    not_cte = Course.objects.filter(
        school__district=scope.district, answer=Course.Answer.NOT_CTE
    ).count()
    sections = Section.objects.filter(
        calendar__school__district=scope.district, calendar__school_year=scope.end_year
    ).count()
    rosters = Roster.objects.filter(
        section__calendar__school__district=scope.district,
        section__calendar__school_year=scope.end_year,
    ).count()
    approvals = Approval.objects.filter(district=scope.district, school_year=scope.end_year).count()
    year = scope.school_year
    return [
        RosterStep(
            "Schools and calendars",
            min(schools, calendars),
            (
                f"{number_of(schools, 'school')}, {number_of(calendars, 'calendar')} for {year}."
                if calendars
                else f"{number_of(schools, 'school')}, no calendar for {year} yet."
                if schools
                else "No schools yet."
            ),
            "schools",
            "roster-schools",
            "Open schools and calendars",
        ),
        RosterStep(
            "Students",
            students,
            f"{number_of(students, 'student')}." if students else "No students yet.",
            "students",
            "roster-students",
            "Open students",
        ),
        RosterStep(
            "Enrollments",
            enrollments,
            (
                f"{number_of(enrollments, 'enrollment')} in {year}."
                if enrollments
                else f"No one is enrolled in {year} yet."
            ),
            "enrollments",
            "roster-end" if enrollments else "roster-students",
            "End enrollments" if enrollments else "Enroll students",
        ),
        RosterStep(
            "Courses and their pathways",
            with_pathway,
            (
                f"{with_pathway + not_cte:,} of {number_of(courses, 'course')} answered,"
                f" {with_pathway:,} with a pathway."
                if courses
                else "No courses yet."
            ),
            "courses",
            "roster-courses",
            "Choose pathways" if courses else "Open courses",
            courses - with_pathway - not_cte,
        ),
        RosterStep(
            "Sections and rosters",
            rosters,
            (
                f"{number_of(sections, 'section')}, {number_of(rosters, 'roster line')} in {year}."
                if rosters
                else f"No one is rostered in {year} yet."
            ),
            "rosters",
            "roster-sections",
            "Open sections",
        ),
        RosterStep(
            "Approved pathways",
            approvals,
            (
                f"OPI approved {number_of(approvals, 'pathway')} for {year}."
                if approvals
                else f"OPI has not approved a pathway for {year} yet. Ask an OPI Administrator."
            ),
            page="roster-worklist" if rosters and approvals else "",
            link="Open the roster worklist",
        ),
    ]
