"""How many of a district's rows the state has not, or has otherwise, and why: compared once, and
kept until something moves.

The whole comparison is too dear for every page. What stands above every page, and on the resync
page, is its last result while nothing points to another one: the resync and the newest rows are the
same, and of the ledger's newer changes the records are compared by themselves. A row that was
changed or removed past the portal shows within `FRESH` seconds, and at once where somebody compares
again.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.ledger.kept import NO_CACHE, cached, is_fresh
from pathways.ledger.position import Position, position_of, settled_position
from pathways.models import Change, StateCopy
from pathways.resync.difference import NONE, Difference, differences, owners_of
from pathways.resync.figures import GapInShort, key_of, to_keep
from pathways.resync.object_types import OBJECTS, OUTCOMES, RECORDS, ObjectType

MOST_STUDENTS = 500
"""Whose records are compared again by themselves; where more have changed, everything is."""
KEPT = 24 * 60 * 60


@dataclass(frozen=True)
class Point:
    """The values that move when another comparison would have another result: the last resync, the
    ledger's cursor, and the newest of the district's rows.
    """

    resync: tuple[Any, ...] | None
    rows: tuple[Any, ...]
    cursor: int


CAUSES = NEVER_SENT, CHANGED, REFUSED, GONE = (
    "never sent",
    "changed since",
    "refused",
    "only at the state",
)
ByStudent = dict[tuple[int, str], int]
"""The number of a student's records that differ for a cause."""
Again = dict[int, dict[str, int]]
"""The same of students who were compared again by themselves."""


@dataclass(frozen=True)
class Gap:
    causes: dict[str, Counter[str]]
    """The number of rows that differ for each cause, by the name of their type."""
    point: Point
    counted_at: float
    began: str = ""
    """Which whole comparison it goes on from; what that said of each student is kept beside it."""
    again: Again | None = None
    """Whoever was compared again since."""

    @property
    def rows(self) -> int:
        return self.by_cause.total()

    @property
    def by_cause(self) -> Counter[str]:
        """All types together."""
        return sum(self.causes.values(), Counter())

    @property
    def records(self) -> int:
        """Those of them that are CTE records."""
        return self.causes[RECORDS.name].total()

    @property
    def outcomes(self) -> int:
        """Those of them that Fall CTE certifies."""
        return self.causes[OUTCOMES.name].total()

    @property
    def figures(self) -> GapInShort:
        return GapInShort(self.point.resync, self.point.cursor, self.rows, self.outcomes)

    @property
    def is_fresh(self) -> bool:
        return is_fresh(self.counted_at)


def gap_of(scope: Scope, copy: StateCopy | None, known: dict[Any, Any]) -> Gap:
    """The last comparison, where nothing points to another result; once for each page. Students
    whose records the ledger has changed since are compared again.
    """
    if (Gap, scope) not in known:
        last = _last(scope, known)
        if not last or last.point != point_of(copy, position_of(scope, known)):
            last = last and _moved_on(scope, last, copy, known)
        if last:
            known[Gap, scope] = last
        else:
            compare(scope, copy, known)
    gap: Gap = known[Gap, scope]
    return gap


def compare(scope: Scope, copy: StateCopy | None, known: dict[Any, Any]) -> dict[str, Difference]:
    """Everything, now. The result stands for the page, and for the next ones unless somebody writes
    in this moment: what was read before they commit would pass for what stands after it.
    """
    settled = settled_position(scope, known)
    point, earlier = point_of(copy, settled or position_of(scope, known)), _stored(scope)
    if not settled and earlier and _is_of_the_same_rows(earlier.point, point):
        # What was changed since, and what is just being changed, is compared again from there.
        point, settled = earlier.point, position_of(scope, known)
    by_type = differences(OBJECTS, scope)
    gap = known[Gap, scope] = Gap(
        causes={
            kind.name: Counter(_causes(kind, by_type[kind.name], copy).values()) for kind in OBJECTS
        },
        point=point,
        counted_at=time.time(),
        began=secrets.token_hex(8),
    )
    if settled:
        _store(scope, gap, _by_student(scope, copy, by_type[RECORDS.name]))
    return by_type


def _moved_on(scope: Scope, last: Gap, copy: StateCopy | None, known: dict[Any, Any]) -> Gap | None:
    """None where more has moved than the records of some students, or where it is not known any
    more whose records differed.
    """
    settled = settled_position(scope, known)
    point = point_of(copy, settled or position_of(scope, known))
    if not _is_of_the_same_rows(last.point, point):
        return None
    changed = {student for (student,) in _students_after(scope.district, last.point.cursor)}
    whole = _whole_of(scope, last)
    if whole is None or len(changed) > MOST_STUDENTS:
        return None
    records = differences([RECORDS], scope, students=changed)[RECORDS.name] if changed else NONE
    now = _by_student(scope, copy, records)
    causes, again = Counter(last.causes[RECORDS.name]), dict(last.again or {})
    for student in changed:
        causes.subtract(again[student] if student in again else _of(student, whole))
        again[student] = _of(student, now)
        causes.update(again[student])
    gap = replace(last, causes={**last.causes, RECORDS.name: +causes}, point=point, again=again)
    if settled and len(again) <= MOST_STUDENTS:
        _keep(scope, gap)
    elif settled:
        rest = {place: number for place, number in whole.items() if place[0] not in again}
        own = {
            (student, why): number for student in again for why, number in again[student].items()
        }
        _store(scope, replace(gap, began=secrets.token_hex(8), again=None), {**rest, **own})
    return gap


@prepared
def _students_after(district: str, cursor: int) -> QuerySet[Change, tuple[int]]:
    """Whose records were changed since; one more than are compared by themselves says enough."""
    students = Change.objects.after(district, cursor).order_by().values_list("student_id")
    return students.distinct()[: MOST_STUDENTS + 1]


def _of(student: int, differing: ByStudent) -> dict[str, int]:
    return {cause: differing[student, cause] for cause in CAUSES if (student, cause) in differing}


def _is_of_the_same_rows(last: Point, now: Point) -> bool:
    """Whether the ledger of records alone has gone on."""
    return replace(last, cursor=now.cursor) == now and now.cursor >= last.cursor


def _last(scope: Scope, known: dict[Any, Any]) -> Gap | None:
    with suppress(*NO_CACHE):
        gap: Gap | None = cached(key_of(scope.district, scope.end_year), scope, known)
        return gap if gap and gap.is_fresh else None
    return None


def _stored(scope: Scope) -> Gap | None:
    with suppress(*NO_CACHE):
        gap: Gap | None = cache.get(key_of(scope.district, scope.end_year))
        return gap
    return None


def _whole_of(scope: Scope, gap: Gap) -> ByStudent | None:
    """What the whole comparison said of each student from which a gap goes on."""
    with suppress(LookupError, *NO_CACHE):
        return _whole(f"{key_of(scope.district, scope.end_year)}-students", gap.began)
    return None


@lru_cache(maxsize=4)
def _whole(key: str, began: str) -> ByStudent:
    """It is long where much differs, and never changes. Raises LookupError where it is not kept."""
    match cache.get(key):
        case (kept, dict(by_student)) if began and kept == began:
            return by_student
    raise LookupError


def _store(scope: Scope, gap: Gap, by_student: ByStudent) -> None:
    with suppress(*NO_CACHE):
        key = key_of(scope.district, scope.end_year)
        cache.set(f"{key}-students", (gap.began, by_student), KEPT)
    _keep(scope, gap)


def _keep(scope: Scope, gap: Gap) -> None:
    """With its figures for lists of all districts, which would read hundreds of gaps for four
    numbers of each.
    """
    figures = to_keep(scope.district, scope.end_year, gap.figures)
    with suppress(*NO_CACHE):
        cache.set_many({key_of(scope.district, scope.end_year): gap, **figures}, KEPT)


def _by_student(scope: Scope, copy: StateCopy | None, records: Difference) -> ByStudent:
    causes = _causes(RECORDS, records, copy)
    by_student: Counter[tuple[int, str]] = Counter()
    for edition, keys in ((scope, records.written), (scope.at_state(), records.gone)):
        if keys:
            named = owners_of(edition, keys)
            by_student.update((student, causes[key]) for key, student in named if key in keys)
    return dict(by_student)


def _causes(kind: ObjectType, difference: Difference, copy: StateCopy | None) -> dict[Any, str]:
    """The cause of each row that differs, by its key."""
    refused = refused_of(copy, kind) if difference.written else {}
    return {
        **dict.fromkeys(difference.gone, GONE),
        **dict.fromkeys(difference.new, NEVER_SENT),
        **dict.fromkeys(difference.changed, CHANGED),
        **dict.fromkeys(refused.keys() & difference.written, REFUSED),
    }


def refused_of(copy: StateCopy | None, kind: ObjectType) -> dict[Any, str]:
    """Key and reason of the rows that the last resync left out."""
    entry = copy.objects_sent.get(kind.name) if copy else None
    return dict(copy.refused.get(kind.name, ())) if copy and entry and entry["errors"] else {}


def point_of(copy: StateCopy | None, position: Position) -> Point:
    return Point(_resync(copy), (*position.rows, position.outcomes), position.cursor)


def _resync(copy: StateCopy | None) -> tuple[Any, ...] | None:
    return copy.resync if copy else None
