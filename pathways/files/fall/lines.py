"""The follow-up list as lines of the Fall CTE file, each student of the list once (R-FUP-13)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from cte_portal.editions import Scope
from pathways.files.layout import CTE_FALL
from pathways.models import Enrollment, FollowUpEntry, Outcome
from pathways.models.student import by_name_of

VALUES = (
    "at_school",
    "at_calendar",
    "student__state_id",
    "student__local_id",
    "student__last_name",
    "student__first_name",
    "status",
    "date_contacted",
)


def rows(scope: Scope) -> Iterator[tuple[str, ...]]:
    """The lines on the list, by name; answered or not. School and calendar are those of the
    student's latest enrollment that counts.
    """
    latest = (
        Enrollment.objects.that_count(scope.end_year)
        .filter(student_id=OuterRef("student_id"))
        .order_by("-start_date", "-pk")
    )
    outcome = Outcome.objects.filter(
        student_id=OuterRef("student_id"), end_year=OuterRef("end_year")
    )
    entries = (
        FollowUpEntry.objects.in_scope(scope)
        .on_list()
        .annotate(
            at_school=Coalesce(
                Subquery(latest.values("calendar__school__number")[:1]), F("school__number")
            ),
            at_calendar=Subquery(latest.values("calendar__number")[:1]),
            status=Subquery(outcome.values("status")[:1]),
            date_contacted=Subquery(outcome.values("date_contacted")[:1]),
        )
        .order_by(*by_name_of("student"))
    )
    kind, district, year = CTE_FALL.record_type, scope.district, str(scope.end_year)
    lines = entries.values_list(*VALUES).iterator(chunk_size=5000)
    for school, calendar, state_id, local_id, last, first, status, contacted in lines:
        yield (
            kind,
            district,
            school,
            calendar or "",
            state_id,
            local_id,
            last,
            first,
            "Y" if status and contacted else "",
            status or "",
            f"{contacted:%m/%d/}{contacted.year:04d}" if contacted else "",
            year,
        )
