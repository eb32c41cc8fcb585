"""Who belongs on a year's follow-up list (R-FUP-01): concentrators of its sealed copy whose
enrollment ended as graduate or dropout.

One statement says it of the whole district. The list is drawn from it without its rows coming here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.words import text
from pathways.certified import SealedConcentrators, certified
from pathways.ledger.typed_rows import typed
from pathways.models import (
    FollowUpYear,
    ListRequest,
    MergedRow,
    Participation,
    SchoolYear,
    Student,
    StudentChange,
)

NO_EXIT = "No longer a graduate or dropout"
NO_CONCENTRATOR = "No longer a concentrator in the certified records"
NO_CONCENTRATOR_IN_DRAFT = "No longer a concentrator"
REMOVED = "Removed at the district’s request, which OPI approved on"
ADDED = "added at the district’s request, which OPI approved on"

Relation = tuple[str, dict[str, Any]]
"""A SELECT, and the values that it names."""
_DAY = {
    "postgresql": "to_char({}, 'MM/DD/YYYY')",
    "sqlite": "strftime('%%m/%%d/%%Y', {})",
}
# The enrollment that decides, for each student of the year: the Primary one, of several the one
# that is open or ended last; without any, the latest that ended. So no other one goes before it.
_GOES_BEFORE = """
(CASE WHEN other.service_type = 'P' THEN 2 WHEN other.end_date IS NOT NULL THEN 1 ELSE 0 END,
    COALESCE(other.end_date, %(no_end)s), other.start_date, other.id)
> (CASE WHEN own.service_type = 'P' THEN 2 ELSE 1 END, own.end_date, own.start_date, own.id)
"""
# A return: an enrollment of a later year that counts and began after the exit, until the list
# stands.
_EXITS = f"""
SELECT own.student_id, calendar.school_id, own.end_date, own.end_status,
    ending.family AS exit,
    CASE ending.family WHEN 'dropout' THEN (
        SELECT MIN(later.start_date) FROM pathways_enrollment later
        JOIN pathways_calendar of_later ON of_later.id = later.calendar_id AND of_later.end_year > %(year)s
        JOIN pathways_schoolyear later_year ON later_year.end_year = of_later.end_year
        WHERE later.student_id = own.student_id AND later.service_type IN ('P', 'S', 'N')
            AND later.start_date > own.end_date AND later.start_date <= %(refreshed_until)s
            AND (later.end_date IS NULL OR later.end_date >= later_year.starts)) END AS returned
FROM pathways_enrollment own
JOIN pathways_calendar calendar ON calendar.id = own.calendar_id AND calendar.end_year = %(year)s
JOIN pathways_student student ON student.id = own.student_id AND student.district_id = %(district)s
JOIN pathways_endstatus ending ON ending.code = own.end_status AND ending.family IN ('graduate', 'dropout')
WHERE own.end_date BETWEEN %(starts)s AND %(last)s AND own.service_type IN ('P', 'S', 'N')
    AND (CAST(%(student)s AS bigint) IS NULL OR own.student_id = %(student)s)
    AND NOT EXISTS (
        SELECT 1 FROM pathways_enrollment other
        JOIN pathways_calendar of_other ON of_other.id = other.calendar_id AND of_other.end_year = %(year)s
        WHERE other.student_id = own.student_id AND other.service_type IN ('P', 'S', 'N')
            AND (other.end_date IS NULL OR other.end_date >= %(starts)s) AND {_GOES_BEFORE})
"""
# Whether a concentrator: put so, PostgreSQL hashes them once also where it has no statistics yet.
_DRAWN = """
SELECT leaver.student_id, leaver.school_id, leaver.exit, leaver.end_date AS exit_date, leaver.end_status, leaver.returned,
    CASE
        WHEN wish.adds IS NOT NULL THEN wish.adds
        WHEN leaver.returned IS NULL AND leaver.student_id IN (SELECT student_id FROM {concentrators}) THEN 1
        ELSE 0
    END AS is_leaver,
    CASE leaver.exit WHEN 'graduate' THEN 'Graduated on ' ELSE 'Dropped out on ' END || {left_on}
        || CASE WHEN wish.adds = 1 THEN '; ' || %(added)s || ' ' || wish.day ELSE '' END AS reason,
    CASE
        WHEN wish.adds = 0 THEN %(removed)s || ' ' || wish.day
        WHEN leaver.returned IS NOT NULL THEN 'Returned on ' || {returned_on}
        ELSE %(no_concentrator)s
    END AS absence
FROM ({exits}) leaver
LEFT JOIN ({wishes}) wish ON wish.student_id = leaver.student_id
"""
_SEALED = """
SELECT student.id AS student_id, sealed.pathway_code AS code, sealed.pathway_name AS name
FROM ({sealed}) sealed
JOIN pathways_student student ON student.district_id = %(district)s AND student.state_id = sealed.state_id
"""
_CORRECTED = """
UNION SELECT corrected.student_id, sealed.pathway_code, sealed.pathway_name
FROM ({sealed}) sealed JOIN ({corrected}) corrected ON corrected.state_id = sealed.state_id
"""


class Exit(NamedTuple):
    """A student who graduated or dropped out, whether or not the list has a line of it."""

    is_leaver: bool
    returned: datetime.date | None
    """The first day of a later enrollment of one who had dropped out."""


@dataclass(frozen=True)
class Population:
    """The leavers of a district and year, and why others are not among them, as statements whose
    number is the same for any number of students.

    `receipt` is empty where concentrators are drafted from live records. `concentrators` has
    student_id, code and name of their pathways; `wishes` whom OPI has approved to add or to remove.
    """

    scope: Scope
    receipt: str
    concentrators: Relation
    days: dict[str, Any]
    """The year's first and last day of an exit, and the last of a return."""
    wishes: Relation
    student: int | None = None
    """The one student that this is about; None for all."""

    @property
    def values(self) -> dict[str, Any]:
        """What the statements name."""
        return {
            **self.days,
            **self.concentrators[1],
            **self.wishes[1],
            "student": self.student,
            "district": self.scope.district,
            "year": self.scope.end_year,
            "receipt": self.receipt,
            "added": ADDED,
            "removed": REMOVED,
            "no_exit": NO_EXIT,
            "no_concentrator": NO_CONCENTRATOR if self.receipt else NO_CONCENTRATOR_IN_DRAFT,
        }

    def drawn(self, concentrators: str = "") -> str:
        """Everybody who graduated or dropped out: `is_leaver` 1 or 0, the reason to be on the list
        and the one not to be. `concentrators` is a table that has them already.
        """
        day = _DAY[connection.vendor]
        return _DRAWN.format(
            left_on=day.format("leaver.end_date"),
            returned_on=day.format("leaver.returned"),
            exits=_EXITS,
            concentrators=concentrators or f"({self.concentrators[0]}) named",
            wishes=self.wishes[0],
        )


def population(
    scope: Scope,
    year: FollowUpYear,
    sealed: SealedConcentrators | None,
    student: int | None = None,
) -> Population:
    """The leavers as the data stand; of one student alone where one is given. The concentrators are
    those of the year's official sealed copy, or of the live records while there is none (R-FUP-02).
    """
    starts, last = exit_window(scope.end_year)
    days = {
        "starts": starts,
        "last": last,
        "refreshed_until": year.refreshed_until,
        "no_end": datetime.date.max,
    }
    adapt = connection.ops.adapt_datefield_value
    adapted = {name: adapt(day) for name, day in days.items()}
    return Population(scope, *_concentrators(scope, sealed), adapted, _wishes(scope), student)


def exits_of(scope: Scope, year: FollowUpYear) -> dict[int, Exit]:
    """Everybody who graduated or dropped out in the year."""
    people = population(scope, year, certified().sealed_concentrators(scope))
    with connection.cursor() as cursor:
        select = f"SELECT student_id, is_leaver, returned FROM ({people.drawn()}) drawn"
        cursor.execute(select, people.values)
        rows = typed(connection, cursor, [None, None, models.DateField()])
        return {student: Exit(bool(leaver), returned) for student, leaver, returned in rows}


def _relation(prefix: str, rows: QuerySet[Any, Any]) -> Relation:
    """The SELECT of a queryset, its values by names that begin with the prefix."""
    sql, values = rows.order_by().query.sql_with_params()
    first, *rest = sql.split("%s")
    named = "".join(f"%({prefix}_{at})s{part}" for at, part in enumerate(rest))
    return first + named, {f"{prefix}_{at}": value for at, value in enumerate(values)}


def _listed(prefix: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> Relation:
    """Rows that Python has, as a SELECT; `columns` are their names and types."""
    of_columns = [column.split() for column in columns.split(", ")]
    values: dict[str, Any] = {}
    selects = []
    for number, row in enumerate(rows):
        cells = []
        for (name, kind), value in zip(of_columns, row, strict=True):
            values[f"{prefix}_{name}_{number}"] = value
            cells.append(f"CAST(%({prefix}_{name}_{number})s AS {kind})")
        selects.append(f"({', '.join(cells)})")
    names = ", ".join(name for name, _ in of_columns)
    if not selects:
        empty = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in of_columns)
        return f"SELECT {empty} WHERE 1 = 0", {}
    return (
        f"WITH {prefix} ({names}) AS (VALUES {', '.join(selects)}) SELECT * FROM {prefix}",
        values,
    )


def _wishes(scope: Scope) -> Relation:
    """What OPI approved last about each student, by the student's row."""
    requests = list(ListRequest.objects.in_scope(scope).approved())
    students = students_of(scope, {row.state_id for row in requests}) if requests else {}
    wishes = {  # in OPI's order: rows that were merged since had a State ID each
        students[row.state_id]: (int(row.adds), _day(row))
        for row in requests
        if row.state_id in students
    }
    rows = ((student, *wish) for student, wish in wishes.items())
    return _listed("wish", "student_id bigint, adds integer, day text", rows)


def _day(wish: ListRequest) -> str:
    assert wish.answered_at is not None  # noqa: S101 - it is approved
    return text(timezone.localtime(wish.answered_at).date())


def exit_window(end_year: int) -> tuple[datetime.date, datetime.date]:
    """From the year's first day through the day before the next year's first day, or through its
    last while OPI has not named the next.
    """
    years = SchoolYear.objects.in_bulk([end_year, end_year + 1])
    year, following = years[end_year], years.get(end_year + 1)
    return year.starts, following.starts - datetime.timedelta(days=1) if following else year.ends


def _concentrators(scope: Scope, sealed: SealedConcentrators | None) -> tuple[str, Relation]:
    """The receipt of the sealed copy, and the concentrators."""
    if sealed is None:
        live = Participation.objects.in_scope(scope).filter(concentrator=True)
        named = live.annotate(code=F("pathway__code"), name=F("pathway__name"))
        return "", _relation("live", named.values_list("student_id", "code", "name"))
    rows, values = _relation("sealed", sealed.rows)
    concentrators = _SEALED.format(sealed=rows)
    own = Student.objects.of_district(scope).filter(state_id=OuterRef("state_id"))
    strange = set(sealed.rows.filter(~Exists(own)).values_list("state_id", flat=True))
    if strange:
        students = students_of(scope, strange)
        corrected, more = _listed(
            "corrected",
            "state_id text, student_id bigint",
            ((state_id, students[state_id]) for state_id in strange if state_id in students),
        )
        concentrators += _CORRECTED.format(sealed=rows, corrected=corrected)
        values |= more
    return sealed.receipt, (concentrators, values)


def students_of(scope: Scope, state_ids: set[str]) -> dict[str, int]:
    """The district's students by the State ID that they had when it was sealed: one that has been
    corrected since leads to the same student, one that was merged to the student that stayed.
    """
    rows = Student.objects.of_district(scope)
    students = dict(rows.values_list("state_id", "pk"))
    if not state_ids.issubset(students):
        still_used = rows.filter(state_id=OuterRef("state_id"))
        corrected = StudentChange.objects.filter(~Exists(still_used), district=scope.district)
        merges = MergedRow.objects.filter(district=scope.district, kind=MergedRow.Kind.STUDENT)
        stayed = dict(merges.order_by("pk").values_list("before", "after"))
        present = set(students.values())
        for state_id, row in corrected.order_by("pk").values_list("state_id", "row"):
            student, passed = row, set()
            while student not in present and student in stayed and student not in passed:
                passed.add(student)
                student = stayed[student]
            if student in present:
                students[state_id] = student
    return students
