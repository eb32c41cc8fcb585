"""Who belongs on a year's follow-up list (R-FUP-01): concentrators of its sealed copy whose enrollment
ended as graduate or dropout.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.words import text
from pathways.certified import certified
from pathways.models import (
    EndStatus,
    Enrollment,
    FollowUpYear,
    ListRequest,
    MergedRow,
    Participation,
    SchoolYear,
    Student,
    StudentChange,
)

Family = EndStatus.Family
EXITS = (Family.GRADUATE.value, Family.DROPOUT.value)
NO_EXIT = "No longer a graduate or dropout"
NO_CONCENTRATOR = "No longer a concentrator in the certified records"
NO_CONCENTRATOR_IN_DRAFT = "No longer a concentrator"
REMOVED = "Removed at the district’s request, which OPI approved on"
ADDED = "added at the district’s request, which OPI approved on"
VERBS = {Family.GRADUATE.value: "Graduated", Family.DROPOUT.value: "Dropped out"}

Pathways = tuple[tuple[str, str], ...]


class Exit(NamedTuple):
    """How a student left: by the enrollment that decides."""

    student: int
    state_id: str
    school: int
    exit: str
    date: datetime.date
    end_status: str
    returned: datetime.date | None
    """The first day of a later enrollment of one who had dropped out."""

    @property
    def reason(self) -> str:
        return f"{VERBS[self.exit]} on {text(self.date)}"


@dataclass(frozen=True)
class Concentrators:
    """Their pathways by student; `receipt` is empty where they are drafted from live records."""

    receipt: str
    pathways: dict[int, Pathways]


@dataclass(frozen=True)
class Population:
    """The leavers of a district and year, and why others are not among them."""

    receipt: str
    leavers: dict[int, Exit] = field(default_factory=dict)
    pathways: dict[int, Pathways] = field(default_factory=dict)
    exits: dict[int, Exit] = field(default_factory=dict)
    """Of everybody who graduated or dropped out, the returned among them."""
    wishes: dict[int, ListRequest] = field(default_factory=dict)
    """What OPI approved last about a student."""

    def presence(self, student: int) -> str:
        """Why a leaver is on the list."""
        reason, wish = self.leavers[student].reason, self.wishes.get(student)
        return f"{reason}; {ADDED} {_day(wish)}" if wish else reason

    def absence(self, student: int) -> str:
        """Why a student who was on the list is not a leaver."""
        own = self.exits.get(student)
        if own is None:
            return NO_EXIT
        if (wish := self.wishes.get(student)) and not wish.adds:
            return f"{REMOVED} {_day(wish)}"
        if own.returned:
            return f"Returned on {text(own.returned)}"
        return NO_CONCENTRATOR if self.receipt else NO_CONCENTRATOR_IN_DRAFT


def population(scope: Scope, year: FollowUpYear) -> Population:
    """The leavers as the data stand. The statements are the same for any number of students."""
    exits = {leaver.student: leaver for leaver in _exits(scope, year)}
    concentrators = sealed_or_live(scope)
    wishes = _wishes(scope)
    leavers = {
        student: leaver
        for student, leaver in exits.items()
        if (
            wishes[student].adds
            if student in wishes
            else student in concentrators.pathways and not leaver.returned
        )
    }
    pathways = _pathways_of(leavers.keys() - concentrators.pathways.keys())
    pathways |= {
        student: named for student, named in concentrators.pathways.items() if student in leavers
    }
    return Population(concentrators.receipt, leavers, pathways, exits, wishes)


def _wishes(scope: Scope) -> dict[int, ListRequest]:
    """What OPI approved last about each student, by the student's row."""
    requests = {row.state_id: row for row in ListRequest.objects.in_scope(scope).approved()}
    if not requests:
        return {}
    students = students_of(scope, set(requests))
    return {students[state_id]: row for state_id, row in requests.items() if state_id in students}


def _day(wish: ListRequest) -> str:
    assert wish.answered_at is not None  # noqa: S101 - it is approved
    return text(timezone.localtime(wish.answered_at).date())


def _pathways_of(students: Collection[int]) -> dict[int, Pathways]:
    """The pathways in which students have records who were no concentrators."""
    if not students:
        return {}
    pathways: defaultdict[int, dict[str, str]] = defaultdict(dict)
    rows = Participation.objects.filter(student__in=students)
    for student, code, name in rows.values_list("student_id", "pathway__code", "pathway__name"):
        pathways[student][code] = name
    return _sorted(pathways)


def exit_window(end_year: int) -> tuple[datetime.date, datetime.date]:
    """From the year's first day through the day before the next year's first day, or through its
    last while OPI has not named the next.
    """
    year = SchoolYear.objects.get(pk=end_year)
    following = SchoolYear.objects.filter(pk=end_year + 1).first()
    return year.starts, following.starts - datetime.timedelta(days=1) if following else year.ends


def _exits(scope: Scope, year: FollowUpYear) -> Iterable[Exit]:
    """The students whose deciding enrollment of the year ended as graduate or dropout."""
    first, last = exit_window(scope.end_year)
    graduate = EndStatus.objects.codes_of(Family.GRADUATE)
    leaving = (
        Enrollment.objects.in_scope(scope)
        .filter(pk__in=_deciding(scope), end_date__range=(first, last))
        .ended_as(*EXITS)
        .order_by()
        .annotate(returned=Subquery(_returns(year).values("start_date")[:1]))
    )
    rows: Iterable[tuple[Any, ...]] = leaving.values_list(
        "student_id",
        "student__state_id",
        "calendar__school_id",
        "end_date",
        "end_status",
        "returned",
    )
    for student, state_id, school, date, end_status, returned in rows:
        is_graduate = end_status in graduate
        yield Exit(
            student,
            state_id,
            school,
            Family.GRADUATE.value if is_graduate else Family.DROPOUT.value,
            date,
            end_status,
            None if is_graduate else returned,
        )


def _deciding(scope: Scope) -> QuerySet[Enrollment, int]:
    """The number of the enrollment that decides, for each student of the year: the Primary one, of
    several the one that is open or ended last; without any, the latest that ended.
    """
    turn = Window(
        RowNumber(),
        partition_by="student_id",
        order_by=[
            Case(
                When(service_type=Enrollment.ServiceType.PRIMARY, then=Value(0)),
                When(end_date__isnull=False, then=Value(1)),
                default=Value(2),
            ),
            F("end_date").desc(nulls_first=True),
            F("start_date").desc(),
            F("pk").desc(),
        ],
    )
    ordered = Enrollment.objects.in_scope(scope).order_by().annotate(turn=turn)
    return ordered.filter(turn=1).values_list("pk", flat=True)


def _returns(year: FollowUpYear) -> QuerySet[Enrollment]:
    """Enrollments of later years that count and began after the exit, until the list stands."""
    began = Q(end_date=None) | Q(end_date__gte=F("calendar__school_year__starts"))
    return Enrollment.objects.filter(
        began,
        student_id=OuterRef("student_id"),
        calendar__school_year_id__gt=year.end_year,
        service_type__in=Enrollment.SERVICE_TYPES_THAT_COUNT,
        start_date__gt=OuterRef("end_date"),
        start_date__lte=year.refreshed_until,
    ).order_by("start_date")


def sealed_or_live(scope: Scope) -> Concentrators:
    """The concentrators of the year's official sealed copy; of the live records while there is none
    (R-FUP-02).
    """
    sealed = certified().sealed_concentrators(scope)
    pathways: defaultdict[int, dict[str, str]] = defaultdict(dict)
    if sealed is None:
        live = Participation.objects.in_scope(scope).filter(concentrator=True)
        for student, code, name in live.values_list("student_id", "pathway__code", "pathway__name"):
            pathways[student][code] = name
        return Concentrators("", _sorted(pathways))
    students = students_of(scope, {state_id for state_id, _, _ in sealed.rows})
    for state_id, code, name in sealed.rows:
        if state_id in students:
            pathways[students[state_id]][code] = name
    return Concentrators(sealed.receipt, _sorted(pathways))


def _sorted(pathways: dict[int, dict[str, str]]) -> dict[int, Pathways]:
    return {student: tuple(sorted(named.items())) for student, named in pathways.items()}


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
            student = row
            while student not in present and student in stayed:
                student = stayed.pop(student)
            if student in present:
                students[state_id] = student
    return students
