"""A district's roster data as the portal's own CSV: what is downloaded here uploads back as it is,
with nothing changed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cte_portal.editions import Scope
from pathways.models import Calendar, Course, Enrollment, Roster, Section, Student
from pathways.models.student import by_name_of
from pathways.roster.imports.layout import RosterLayout

_CALENDAR = {"calendar_number": "number", "end_year": "school_year_id"}
_IN_CALENDAR = {
    "school_number": "calendar__school__number",
    "calendar_number": "calendar__number",
    "end_year": "calendar__school_year_id",
}
_FIELDS: dict[str, dict[str, str]] = {
    "schools": {"school_number": "school__number", "school_name": "school__name", **_CALENDAR},
    "students": {},
    "enrollments": {"state_id": "student__state_id", **_IN_CALENDAR},
    "courses": {
        "school_number": "school__number",
        "course_number": "number",
        "pathway": "pathway__code",
    },
    "sections": {
        **_IN_CALENDAR,
        "course_number": "course__number",
        "section_number": "number",
    },
    "rosters": {
        **{name: f"section__{path}" for name, path in _IN_CALENDAR.items()},
        "course_number": "section__course__number",
        "section_number": "section__number",
        "state_id": "enrollment__student__state_id",
    },
}
"""Where a column's value stands, for columns that are not named as the model's field is."""


def _rows(slug: str, scope: Scope) -> Any:
    year = scope.end_year
    if slug == "schools":
        own = Calendar.objects.filter(school__district=scope.district, school_year=year)
        return own.order_by("school__number", "number")
    if slug == "students":
        return Student.objects.of_district(scope).by_name()
    if slug == "enrollments":
        enrollments = Enrollment.objects.filter(
            student__district=scope.district, calendar__school_year=year
        )
        return enrollments.order_by(*by_name_of("student"), "start_date", "pk")
    if slug == "courses":
        return Course.objects.filter(school__district=scope.district).order_by(
            "school__number", "number"
        )
    if slug == "sections":
        sections = Section.objects.filter(
            course__school__district=scope.district, calendar__school_year=year
        )
        return sections.order_by("course__school__number", "course__number", "number")
    rosters = Roster.objects.filter(
        enrollment__student__district=scope.district, section__calendar__school_year=year
    )
    return rosters.order_by("section__course__number", "section__number", "pk")


def rows_of(layout: RosterLayout, scope: Scope) -> Iterator[tuple[str, ...]]:
    """The district's rows of the year in the columns of one of the portal's own layouts."""
    paths = _FIELDS[layout.slug]
    columns = [column.name for column in layout.columns]
    fields = [paths.get(name, name) for name in columns if name != "district"]
    for values in _rows(layout.slug, scope).values_list(*fields).iterator(chunk_size=2000):
        cells = iter(values)
        yield tuple(
            scope.district if name == "district" else _text(next(cells)) for name in columns
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return f"{value:%m/%d/%Y}"
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)
