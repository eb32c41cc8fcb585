"""The records of a scope in one canonical text, from which digests are made: the same for the same
records on either database.

UTF-8 lines sorted by their bytes, values parted by tabs, dates as 2025-05-08, credits with two
decimals, yes and no as t and f; backslash, tab and line ends within a value are escaped as
PostgreSQL's COPY does. No database sorts them, and no number is a float.
"""

from __future__ import annotations

import datetime
import hashlib
from decimal import Decimal
from typing import Any

from django.db import connections
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from cte_portal.editions import Scope
from pathways.ledger.copy_out import copied
from pathways.models import Enrollment, Participation

COLUMNS = {
    "state_id": F("student__state_id"),
    "local_id": F("student__local_id"),
    "last_name": F("student__last_name"),
    "first_name": F("student__first_name"),
    "middle_name": F("student__middle_name"),
    "birth_date": F("student__birth_date"),
    "gender": F("student__gender"),
    "grade": "grade",
    "school_number": "calendar__school__number",
    "school_name": "calendar__school__name",
    "pathway_code": F("pathway__code"),
    "pathway_name": F("pathway__name"),
    "concentrator": F("concentrator"),
    "single_parent": F("single_parent"),
    "start_date": F("start_date"),
    "in_district_credits": F("in_district_credits"),
    "out_of_district_credits": F("out_of_district_credits"),
    "total_credits": F("total_credits"),
    "dual_enrollment_credits": F("dual_enrollment_credits"),
    "work_based_learning_credits": F("work_based_learning_credits"),
    "modified_date": F("modified_date"),
    "modified_by": F("modified_by"),
    "modified_end_year": F("modified_end_year"),
}
"""What stands in a line, in this order. Grade and school are those of the enrollment that decides,
named here by its own fields.
"""


def rows(scope: Scope) -> QuerySet[Participation, tuple[Any, ...]]:
    """The records in scope with the values of `COLUMNS`, in no order."""
    deciding = Enrollment.objects.that_decide(scope.end_year).filter(
        student_id=OuterRef("student_id")
    )
    own = Q(
        student__enrollments=Subquery(deciding.values("pk")[:1]),
        student__enrollments__calendar__school_year_id=scope.end_year,
    )
    named = {
        f"said_{name}": F(f"student__enrollments__{source}") if isinstance(source, str) else source
        for name, source in COLUMNS.items()
    }
    # Who has an enrollment that counts is in scope; it is looked for once a record.
    return (
        Participation.objects.of_district(scope)
        .filter(own)
        .order_by()
        .annotate(**named)
        .values_list(*named)
    )


def lines(scope: Scope) -> list[bytes]:
    """The records in canonical text, sorted."""
    asked = rows(scope)
    connection = connections[scope.alias]
    if connection.vendor != "postgresql":
        return sorted(line(row) for row in asked.iterator(chunk_size=5000))
    sql, values = asked.query.get_compiler(scope.alias).as_sql()
    return sorted(copied(connection, sql, values).split(b"\n")[:-1])


def line(values: tuple[Any, ...]) -> bytes:
    return "\t".join(text(value) for value in values).encode()


_ESCAPED = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
)


def text(value: Any) -> str:
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case Decimal() | float():
            return f"{value:.2f}"
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value).translate(_ESCAPED)


def digest(scope: Scope) -> str:
    """SHA-256 over the records in scope."""
    return digest_of(lines(scope))


def digest_of(sorted_lines: list[bytes]) -> str:
    made = hashlib.sha256()
    for one in sorted_lines:
        made.update(one)
        made.update(b"\n")
    return made.hexdigest()
