"""Where a district's data stand: values that move with whatever is written of it, read by every
page in one statement.

What costs more than a look-up is kept under them (`kept.py`, `resync/gap.py`). Rows
that come move them too, whoever writes; a row changed by SQL alone does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, Func, Model, OuterRef, QuerySet, Subquery

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.ledger.locks import is_written
from pathways.models import (
    Calendar,
    CalendarChange,
    Change,
    Course,
    CourseChange,
    District,
    Enrollment,
    EnrollmentChange,
    OutcomeChange,
    ReferenceGeneration,
    RosterChange,
    RosterDecision,
    School,
    SchoolChange,
    SchoolYear,
    Section,
    SectionChange,
    Student,
    StudentChange,
)
from pathways.models.change import newest_of

ROSTER_LEDGER = (
    SchoolChange,
    CalendarChange,
    StudentChange,
    EnrollmentChange,
    CourseChange,
    SectionChange,
    RosterChange,
)
DECISIONS = 3  # values of a position that stand for the worklist's decisions
LISTS = 3  # values of its rows that stand for OPI's lists, before those of `ROSTER_LEDGER`


@dataclass(frozen=True)
class Position:
    """`rows` are those that the state gets, with the generation of OPI's lists, `decisions` what
    was said to lines of the worklist, `cursor` the last Change. `outcomes` is the last change of an
    outcome, on which nothing hangs that is counted of records.
    """

    cursor: int
    rows: tuple[Any, ...]
    decisions: tuple[Any, ...] = ()
    outcomes: int = field(default=0, compare=False)

    @property
    def has_decisions(self) -> bool:
        """Whether anything was said to a line of the worklist."""
        return any(self.decisions)

    @property
    def histories(self) -> dict[Any, int]:
        """The last change of each kind of roster row."""
        last = self.rows[LISTS : LISTS + len(ROSTER_LEDGER)]
        return {history: row or 0 for history, row in zip(ROSTER_LEDGER, last, strict=False)}


def position_of(scope: Scope, known: dict[Any, Any] | None = None) -> Position:
    """The district's position now; once for each page that gives what it knows."""
    if known is not None and (Position, scope) in known:
        position: Position = known[Position, scope]
        return position
    position = Position(0, ())
    for cursor, outcomes, *values in _values(scope):
        position = Position(
            cursor or 0, tuple(values[DECISIONS:]), tuple(values[:DECISIONS]), outcomes or 0
        )
    if known is not None:
        known[Position, scope] = position
    return position


def settled_position(scope: Scope, known: dict[Any, Any]) -> Position | None:
    """A position before which nothing can be written any more, that which the page knows or a later
    one; None while somebody writes. A page asks once: what it counts afterwards has all of it.

    Clerks share a district and commit in any order: the ledger's last line says that of an earlier
    one only while nobody is about to write it. SQLite has one writer at a time.
    """
    if connection.vendor != "postgresql":
        return position_of(scope, known)
    if ("settled", scope) not in known:
        with transaction.atomic():
            known["settled", scope] = None if is_written(scope) else position_of(scope)
    settled: Position | None = known["settled", scope]
    return settled


@prepared
def _values(scope: Scope) -> QuerySet[District, tuple[Any, ...]]:
    district, year = OuterRef("number"), scope.end_year
    decisions = RosterDecision.objects.filter(district=district, end_year=year)
    calendars = Calendar.objects.filter(school__district=district, school_year=year)
    newest = _last("calendar_id", OuterRef("pk"), Enrollment)
    own = {
        "of_lists": Subquery(ReferenceGeneration.objects.filter(pk=1).values("generation")),
        "opens": Subquery(SchoolYear.objects.filter(end_year=year).values("starts")),
        **{
            f"of_{history._meta.model_name}": _last("district", district, history)
            for history in ROSTER_LEDGER
        },
        "of_students": _last("district_id", district, Student),
        "of_schools": _figure(School.objects.filter(district=district)),
        "of_calendars": _figure(calendars),
        "of_enrollments": Subquery(
            calendars.order_by().annotate(figure=_largest(newest)).values("figure")
        ),
        "of_courses": _figure(Course.objects.filter(school__district=district)),
        "of_sections": _figure(
            Section.objects.filter(calendar__school__district=district, calendar__school_year=year)
        ),
    }
    return (
        District.objects.filter(number=scope.district)
        .annotate(
            of_ledger=_last("district", district, Change),
            of_outcomes=_last("district", district, OutcomeChange),
            of_decisions=_figure(decisions),
            of_last_decision=_figure(decisions, "MAX(id)"),
            of_later=_figure(decisions.filter(choice=RosterDecision.Choice.LATER)),
            **own,
        )
        .values_list(
            "of_ledger",
            "of_outcomes",
            "of_decisions",
            "of_last_decision",
            "of_later",
            "name",
            *own,
        )
    )


def _last(owner: str, key: OuterRef, model: type[Model]) -> Subquery:
    """The last one, from the end of an index: students and enrollments are too many to count."""
    return Subquery(newest_of(owner, key, model._default_manager.all()).values("pk")[:1])


def _largest(figure: Subquery) -> Func:
    return Func(figure, function="MAX", output_field=BigIntegerField())


def _figure(rows: QuerySet[Any], figure: str = "COUNT(*)") -> Subquery:
    """Over all of the rows, ungrouped: PostgreSQL would compare the district's number in each row
    with that of the row before. A named column would be fetched from the rows.
    """
    number = Func(template=figure, output_field=BigIntegerField())
    return Subquery(rows.order_by().annotate(figure=number).values("figure"))
