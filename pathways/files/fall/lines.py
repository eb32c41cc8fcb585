"""The follow-up list as lines of the Fall CTE file, each student of the list once (R-FUP-13)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from cte_portal.editions import Scope
from pathways.files.layout import CTE_FALL
from pathways.models import Enrollment, FollowUpEntry, Outcome
from pathways.models.student import by_name_of

CHUNK = 5000
VALUES = (
    "student_id",
    "school__number",
    "student__state_id",
    "student__local_id",
    "student__last_name",
    "student__first_name",
)


def rows(scope: Scope) -> Iterator[tuple[str, ...]]:
    """The lines on the list, by name; answered or not. School and calendar are those of the
    student's latest enrollment that counts.
    """
    places, answers = _places(scope), _answers(scope)
    entries = FollowUpEntry.objects.in_scope(scope).on_list().order_by(*by_name_of("student"))
    kind, district, year = CTE_FALL.record_type, scope.district, str(scope.end_year)
    lines = entries.values_list(*VALUES).iterator(chunk_size=CHUNK)
    for student, left_school, state_id, local_id, last, first in lines:
        school, calendar = places.get(student, (left_school, ""))
        status, contacted = answers.get(student, ("", None))
        yield (
            kind,
            district,
            school,
            calendar,
            state_id,
            local_id,
            last,
            first,
            "Y" if status and contacted else "",
            status,
            f"{contacted:%m/%d/}{contacted.year:04d}" if contacted else "",
            year,
        )


def _places(scope: Scope) -> dict[int, tuple[str, str]]:
    """School and calendar number of each student's latest enrollment. One statement for all: asked
    for each student, they took half of the time.
    """
    enrollments = Enrollment.objects.in_scope(scope).order_by("start_date", "pk")
    values = enrollments.values_list("student_id", "calendar__school__number", "calendar__number")
    return {
        student: (school, calendar)
        for student, school, calendar in values.iterator(chunk_size=CHUNK)
    }


def _answers(scope: Scope) -> dict[int, tuple[str, datetime.date | None]]:
    values = Outcome.objects.in_scope(scope).values_list("student_id", "status", "date_contacted")
    return {
        student: (status, contacted)
        for student, status, contacted in values.iterator(chunk_size=CHUNK)
    }
