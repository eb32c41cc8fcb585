"""The records of a scope in one canonical text, from which digests are made.

It is the same for the same records on either database. UTF-8 lines sorted by their bytes, values
separated by tabs, dates as 2025-05-08, credits with two decimals, yes and no as t and f; backslash,
tab and line ends within a value are escaped as PostgreSQL's COPY does. No database sorts them, and
no number is a float.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from cte_portal.editions import Scope
from cte_portal.prepared import of_whole_district
from cte_portal.words import listed_name
from pathways.ledger.copy_out import copied
from pathways.models import Participation
from pathways.models.student import counts_in, decides_first


class CanonicalRow(NamedTuple):
    """One record with its student. The fields stand in a line in this order."""

    state_id: str
    local_id: str
    last_name: str
    first_name: str
    middle_name: str
    birth_date: datetime.date
    gender: str
    grade: str
    school_number: str
    school_name: str
    pathway_code: str
    pathway_name: str
    concentrator: bool
    single_parent: bool
    start_date: datetime.date
    in_district_credits: Decimal
    out_of_district_credits: Decimal
    total_credits: Decimal
    dual_enrollment_credits: Decimal
    work_based_learning_credits: Decimal
    modified_date: datetime.date
    modified_by: str
    modified_end_year: int

    @property
    def student_name(self) -> str:
        """As the lists show it: ANDERSON, KAYLA R."""
        return listed_name(self.last_name, self.first_name, self.middle_name)


COLUMNS = CanonicalRow._fields
OF_THE_STUDENT = COLUMNS[1 : COLUMNS.index("pathway_code")]
OF_THE_RECORD = COLUMNS[COLUMNS.index("pathway_name") :]
_PATHS = {
    **{name: f"student__{name}" for name in COLUMNS[: COLUMNS.index("grade")]},
    # Grade and school are those of the enrollment that decides.
    "grade": "student__enrollments__grade",
    "school_number": "student__enrollments__calendar__school__number",
    "school_name": "student__enrollments__calendar__school__name",
    "pathway_code": "pathway__code",
    "pathway_name": "pathway__name",
}


def rows(scope: Scope) -> Iterator[CanonicalRow]:
    """The records in scope, in no order."""
    return map(CanonicalRow._make, _values.query(scope).iterator(chunk_size=5000))


@of_whole_district
def _values(scope: Scope) -> QuerySet[Participation, tuple[Any, ...]]:
    named = {f"canonical_{name}": F(_PATHS.get(name, name)) for name in COLUMNS}
    # All enrollments that count are joined and put in order: a look-up of the deciding one for each
    # record is taken for a single row, and what is joined to it for free.
    place = Window(
        RowNumber(), partition_by=F("pk"), order_by=decides_first("student__enrollments__")
    )
    return (
        Participation.objects.of_district(scope)
        .filter(counts_in(scope.end_year, "student__enrollments__"))
        .order_by()
        .annotate(**named, place=place)
        .filter(place=1)
        .values_list(*named)
    )


def lines(scope: Scope) -> list[bytes]:
    """The records in canonical text, sorted."""
    connection = connections[scope.alias]
    if connection.vendor != "postgresql":
        return sorted(map(line, _values(scope)))
    sql, values = _values.sql(scope)
    return sorted(copied(connection, sql, values).split(b"\n")[:-1])


def line(values: Iterable[Any]) -> bytes:
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


def instant(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).isoformat() if moment else "none"


def digest(scope: Scope) -> str:
    """SHA-256 over the records in scope."""
    return digest_of(lines(scope))


def digest_of(sorted_lines: list[bytes]) -> str:
    seal = hashlib.sha256()
    for line_of_record in sorted_lines:
        seal.update(line_of_record)
        seal.update(b"\n")
    return seal.hexdigest()


def digest_of_rows(rows: Iterable[Any]) -> str:
    """Of rows in any order."""
    return digest_of(sorted(line(row) for row in rows))
