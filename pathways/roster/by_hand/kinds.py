"""The kinds of rows that a page of their own adds and changes: whose rows, which form, and the page
they are listed on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from cte_portal.editions import Scope
from pathways.models import Calendar, Course, Enrollment, School, Section, Student
from pathways.roster.by_hand import forms
from pathways.roster.shape import Shape
from pathways.roster.shapes import CALENDAR, COURSE, ENROLLMENT, SCHOOL, SECTION, STUDENT


@dataclass(frozen=True)
class HandKind:
    """One kind of row on screen. `parent` is the field that a link may fill for a new row;
    `list_page` gives the address of the page that shows a row, or None for all of them.
    """

    slug: str
    noun: str
    shape: Shape
    form: type[forms.RowForm]
    rows: Callable[[Scope], QuerySet[Any]]
    list_page: Callable[[Scope, Any], str]
    parent: str = ""


def _page(name: str, *more: Any) -> Callable[[Scope, Any], str]:
    return lambda scope, row: reverse(name, args=[scope.district, scope.end_year])


def _student(scope: Scope, row: Any) -> str:
    key = row.pk if isinstance(row, Student) else getattr(row, "student_id", None)
    if key is None:
        return reverse("roster-students", args=[scope.district, scope.end_year])
    return reverse("roster-student", args=[scope.district, scope.end_year, key])


def _section(scope: Scope, row: Any) -> str:
    if row is None or row.pk is None:
        return reverse("roster-sections", args=[scope.district, scope.end_year])
    return reverse("roster-section", args=[scope.district, scope.end_year, row.pk])


def _of_year(scope: Scope) -> QuerySet[Calendar]:
    return Calendar.objects.filter(
        school__district=scope.district, school_year=scope.end_year
    ).select_related("school")


def _enrollments(scope: Scope) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(
        student__district=scope.district, calendar__school_year=scope.end_year
    ).select_related("calendar__school")


def _sections(scope: Scope) -> QuerySet[Section]:
    return Section.objects.filter(
        course__school__district=scope.district, calendar__school_year=scope.end_year
    ).select_related("course")


KINDS = (
    HandKind(
        "schools",
        "school",
        SCHOOL,
        forms.SchoolForm,
        lambda scope: School.objects.filter(district=scope.district),
        _page("roster-schools"),
    ),
    HandKind(
        "calendars",
        "calendar",
        CALENDAR,
        forms.CalendarForm,
        _of_year,
        _page("roster-schools"),
        "school",
    ),
    HandKind(
        "students",
        "student",
        STUDENT,
        forms.StudentForm,
        lambda scope: Student.objects.of_district(scope),
        _student,
    ),
    HandKind(
        "enrollments",
        "enrollment",
        ENROLLMENT,
        forms.EnrollmentForm,
        _enrollments,
        _student,
        "student",
    ),
    HandKind(
        "courses",
        "course",
        COURSE,
        forms.CourseForm,
        lambda scope: Course.objects.filter(school__district=scope.district),
        _page("roster-courses"),
    ),
    HandKind("sections", "section", SECTION, forms.SectionForm, _sections, _section, "course"),
)
BY_SLUG = {kind.slug: kind for kind in KINDS}
