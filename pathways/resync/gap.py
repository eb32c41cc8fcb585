"""The number of a district's rows that the state has not, or has otherwise: compared once, and kept
until something moves.

The whole comparison is too dear for every page. What stands above every page is its last result
while nothing points to another one: the resync and the numbers of rows are the same, and of the
ledger's newer changes the records are compared by themselves. A row that was changed past the
portal, and not added or removed, shows within `FRESH` seconds; the resync page and the comparison
always count anew.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.core.cache import cache

from cte_portal.editions import Scope
from pathways.ledger.kept import NO_CACHE
from pathways.ledger.position import Position
from pathways.models import Change, StateCopy
from pathways.resync.difference import Difference, differences, parts
from pathways.resync.object_types import OBJECTS, RECORDS

FRESH, FRESH_OF_MANY = 60, 300
MANY = 20_000
"""Rows of a district that are compared less often."""
MOST_STUDENTS = 500
"""Whose records are compared again by themselves; where more have changed, everything is."""
KEPT = 24 * 60 * 60


@dataclass(frozen=True)
class Point:
    """The values that move when another comparison would have another result: the last resync, the
    ledger's cursor, and the numbers of the district's rows.
    """

    resync: tuple[Any, ...] | None
    rows: tuple[Any, ...]
    cursor: int


@dataclass(frozen=True)
class Gap:
    rows: int
    records: int
    """Those of them that are CTE records."""
    by_student: dict[int, int]
    """The same by the student's key."""
    compared: int
    """All rows that were looked at."""
    point: Point
    counted_at: float

    @property
    def is_fresh(self) -> bool:
        return time.time() - self.counted_at < (FRESH_OF_MANY if self.compared > MANY else FRESH)


def gap_of(scope: Scope, point: Point) -> Gap:
    """The last comparison, where nothing points to another result. Students whose records the
    ledger has changed since are compared again.
    """
    known: Gap | None = None
    with suppress(*NO_CACHE):
        known = cache.get(_key(scope.district, scope.end_year))
    if (
        known
        and known.is_fresh
        and replace(known.point, cursor=point.cursor) == point
        and point.cursor >= known.point.cursor
    ):
        if point.cursor == known.point.cursor:
            return known
        changed = set(
            Change.objects.after(scope.district, known.point.cursor).values_list(
                "student_id", flat=True
            )[: MOST_STUDENTS * 4]
        )
        if len(changed) <= MOST_STUDENTS:
            return _moved_on(scope, known, changed, point)
    return keep(scope, point, differences(OBJECTS, scope))


def _moved_on(scope: Scope, gap: Gap, students: set[int], point: Point) -> Gap:
    by_student = _by_student(scope, differences([RECORDS], scope, students=students)[RECORDS.name])
    more = sum(by_student.values()) - sum(gap.by_student.get(student, 0) for student in students)
    rest = {
        student: number for student, number in gap.by_student.items() if student not in students
    }
    return _store(
        scope,
        replace(
            gap,
            rows=gap.rows + more,
            records=gap.records + more,
            by_student={**rest, **by_student},
            point=point,
        ),
    )


def keep(scope: Scope, point: Point, differences: dict[str, Difference]) -> Gap:
    """The result of a whole comparison, for the next pages. `point` was read before it began."""
    records = differences[RECORDS.name]
    return _store(
        scope,
        Gap(
            rows=sum(len(difference) for difference in differences.values()),
            records=len(records),
            by_student=_by_student(scope, records),
            compared=sum(difference.total for difference in differences.values()),
            point=point,
            counted_at=time.time(),
        ),
    )


def _store(scope: Scope, gap: Gap) -> Gap:
    with suppress(*NO_CACHE):
        cache.set(_key(scope.district, scope.end_year), gap, KEPT)
    return gap


def _by_student(scope: Scope, records: Difference) -> dict[int, int]:
    counts: Counter[int] = Counter()
    for edition, keys in ((scope, records.written), (scope.at_state(), records.gone)):
        for some in parts(keys):
            counts.update(
                RECORDS.of_district(edition)
                .filter(pk__in=some)
                .values_list("student_id", flat=True)
            )
    return dict(counts)


def _key(district: str, end_year: int) -> str:
    return f"gap-{district}-{end_year}"


def last_known(end_year: int, copies: dict[str, StateCopy | None]) -> dict[str, Gap]:
    """The last comparison of each district since its last resync, however long ago."""
    with suppress(*NO_CACHE):
        cached: dict[str, Gap] = cache.get_many([_key(number, end_year) for number in copies])
        gaps = {number: cached.get(_key(number, end_year)) for number in copies}
        return {
            number: gap
            for number, gap in gaps.items()
            if gap is not None and gap.point.resync == _resync(copies[number])
        }
    return {}


def point_of(copy: StateCopy | None, position: Position) -> Point:
    return Point(_resync(copy), (*position.rows, position.outcomes), position.cursor)


def _resync(copy: StateCopy | None) -> tuple[Any, ...] | None:
    return (copy.end_year, copy.generation, str(copy.batch), copy.attempt) if copy else None
