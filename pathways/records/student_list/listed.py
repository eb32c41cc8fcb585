"""The students that a search has found, as lines beside the record or below the search."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, QuerySet

from cte_portal.editions import Scope
from cte_portal.prepared import filled_up, prepared
from cte_portal.words import listed_name
from pathways.models import Participation, Student


@dataclass(frozen=True)
class Listed:
    """The students of a list: their keys in its order, and the lines of those that a page of this
    process has shown. Who is not in scope any more has no line.

    Another name, grade or enrollment moves the district's position, on which the list hangs, so the
    lines stand for as long as it does. Records come meanwhile, and are counted for each page.
    """

    keys: list[int]
    lines: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each one stands, counted from 0."""
        return {key: place for place, key in enumerate(self.keys)}

    def rows(self, scope: Scope, start: int, most: int) -> list[ListedStudent]:
        """The lines from the student at `start`, who is counted from 0."""
        page_keys = self.keys[start : start + most]
        if unread := tuple(key for key in page_keys if key not in self.lines):
            brief = _in_brief(scope, filled_up(unread))
            self.lines.update((line[0], line) for line in brief if line[-1] is not None)
        numbers = dict(_record_counts(filled_up(tuple(page_keys)))) if page_keys else {}
        return [
            ListedStudent._make((*self.lines[key], numbers.get(key, 0)))
            for key in page_keys
            if key in self.lines
        ]


class ListedStudent(NamedTuple):
    """A student as a line of the list."""

    pk: int
    state_id: str
    last_name: str
    first_name: str
    middle_name: str
    grade: str | None
    record_count: int

    @property
    def name(self) -> str:
        """ANDERSON, KAYLA R."""
        return listed_name(self.last_name, self.first_name, self.middle_name)


@prepared
def _in_brief(scope: Scope, students: tuple[int, ...]) -> QuerySet[Any]:
    """The named ones, in no order; who is not in scope has no grade."""
    brief = Student.objects.of_district(scope).graded(scope.end_year).filter(pk__in=students)
    return brief.order_by().values_list(*ListedStudent._fields[:-1])


@prepared
def _record_counts(students: tuple[int, ...]) -> QuerySet[Any]:
    """How many records each of the named ones has that has any."""
    key = ExpressionWrapper(F("student_id"), output_field=BigIntegerField())
    records = Participation.objects.alias(key=key).filter(key__in=students).order_by()
    return records.values_list("student_id").annotate(number=Count("pk"))
