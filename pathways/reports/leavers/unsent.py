"""What Fall CTE has in the district and not, or otherwise, at the state: outcomes of a year's
leavers, and the leavers on its list, by the values that are signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cte_portal.editions import Edition
from cte_portal.prepared import filled_up, of_whole_district, prepared
from cte_portal.ui.unavailable import if_state_answers
from cte_portal.ui.wording import number_of
from pathways.models import FollowUpEntry, Outcome, Student
from pathways.reports.leavers.rows import OF_STUDENT
from pathways.resync.difference import parts


@dataclass(frozen=True)
class NotSent:
    """How many differ between district and state."""

    outcomes: int = 0
    leavers: int = 0

    def __len__(self) -> int:
        return self.outcomes + self.leavers

    @property
    def words(self) -> str:
        """2 outcomes and 1 leaver."""
        numbers = {"outcome": self.outcomes, "leaver": self.leavers}
        return " and ".join(number_of(number, noun) for noun, number in numbers.items() if number)


def not_sent(district: str, end_year: int) -> NotSent:
    """One district's, compared now."""
    return _compared(end_year, district).get(district, NotSent())


def not_sent_of_all(end_year: int) -> dict[str, NotSent] | None:
    """By district number, where anything differs; None while the state cannot be reached."""
    return if_state_answers(lambda: _compared(end_year))


def _compared(end_year: int, district: str | None = None) -> dict[str, NotSent]:
    outcomes = _differing(
        _outcomes(Edition.DISTRICT, end_year, district),
        _outcomes(Edition.STATE, end_year, district),
    )
    listed = [student for (student,) in _listed(end_year, district)]
    leavers = _differing(_students(Edition.DISTRICT, listed), _students(Edition.STATE, listed))
    return {number: NotSent(outcomes[number], leavers[number]) for number in {*outcomes, *leavers}}


def _differing(here: set[tuple[Any, ...]], there: set[tuple[Any, ...]]) -> Counter[str]:
    """The number of rows that differ, each once, by district; a row begins with district and key."""
    return Counter(str(district) for district, _ in {row[:2] for row in here ^ there})


@of_whole_district
def _listed(end_year: int, district: str | None) -> QuerySet[FollowUpEntry, tuple[int]]:
    entries = FollowUpEntry.objects.filter(end_year=end_year).on_list().order_by()
    if district is not None:
        entries = entries.filter(student__district=district)
    return entries.values_list("student_id")


def _outcomes(edition: Edition, end_year: int, district: str | None) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in _stored(edition, end_year, district)}


@of_whole_district
def _stored(
    edition: Edition, end_year: int, district: str | None
) -> QuerySet[Outcome, tuple[Any, ...]]:
    rows = Outcome.objects.in_edition(edition).filter(end_year=end_year)
    if district is not None:
        rows = rows.filter(student__district=district)
    fields = ("student__district_id", "student_id", "status", "date_contacted", "origin")
    return rows.order_by().values_list(*fields)


def _students(edition: Edition, listed: Iterable[int]) -> set[tuple[Any, ...]]:
    """Lists stand in the District edition alone, so the students of the state are chosen here."""
    return {tuple(row) for some in parts(listed) for row in _named(edition, filled_up(tuple(some)))}


@prepared
def _named(edition: Edition, keys: tuple[int, ...]) -> QuerySet[Student, tuple[Any, ...]]:
    students = Student.objects.in_edition(edition).filter(pk__in=keys).order_by()
    return students.values_list("district_id", "pk", *OF_STUDENT)
