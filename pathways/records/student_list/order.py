"""What lists of students are sorted by besides a name: by the database, alike on both vendors."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import LPad

from cte_portal.folding import Folded
from pathways.models import Enrollment


def placement(end_year: int, student: str = "pk") -> dict[str, Any]:
    """Grade and school of the enrollment that decides, for rows that name the student by `student`:
    grades as numbers, schools without capitals and accents.
    """
    enrollment = Enrollment.objects.that_decide(end_year).filter(student_id=OuterRef(student))
    return {
        "by_grade": LPad(Subquery(enrollment.values("grade")[:1]), 2, Value("0")),
        "by_school": Folded(Subquery(enrollment.values("calendar__school__name")[:1])),
    }
