"""Why students of the district are not on its list (R-FUP-14)."""

from __future__ import annotations

from collections.abc import Collection

from cte_portal.editions import Scope, school_year_label
from cte_portal.words import text
from pathways.follow_up.population import exits_of
from pathways.models import FollowUpEntry, FollowUpYear, Student


def absences(scope: Scope, year: FollowUpYear, students: Collection[int]) -> dict[int, str]:
    """The reason for each of these students; none for one who is on the list. The statements are
    the same for any number of students.
    """
    missing = set(students) - set(
        FollowUpEntry.objects.in_scope(scope).on_list().values_list("student_id", flat=True)
    )
    if not missing:
        return {}
    reasons = dict(
        FollowUpEntry.objects.in_scope(scope)
        .no_longer_on_list()
        .values_list("student_id", "left_reason")
    )
    elsewhere = dict(
        FollowUpEntry.objects.filter(student__district_id=scope.district)
        .exclude(end_year=scope.end_year)
        .on_list()
        .values_list("student_id", "end_year")
    )
    enrolled = set(Student.objects.in_scope(scope).values_list("pk", flat=True))
    exits = exits_of(scope, year)

    def why(student: int) -> str:
        if reason := reasons.get(student):
            return f"No longer on the follow-up list: {reason}"
        if exit_ := exits.get(student):
            if exit_.is_leaver:
                return f"Not on the follow-up list, which stands since {text(year.refreshed_until)}. Ask OPI"
            return (
                f"Returned on {text(exit_.returned)}"
                if exit_.returned
                else f"Not a concentrator in {scope.school_year}"
            )
        if end_year := elsewhere.get(student):
            return f"On the follow-up list of {school_year_label(end_year)}, another end year"
        if student not in enrolled:
            return f"Not enrolled in {scope.school_year}, another end year"
        return f"Did not graduate or drop out in {scope.school_year}"

    return {student: why(student) for student in missing}
