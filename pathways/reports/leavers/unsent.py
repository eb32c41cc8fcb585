"""What Fall CTE has in the district and not, or otherwise, at the state: outcomes of a year's leavers,
and the leavers on its list, by the values that are signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cte_portal.editions import Edition
from cte_portal.ui.unavailable import if_state_answers
from cte_portal.ui.wording import number_of
from pathways.models import FollowUpEntry, Outcome, Student
from pathways.reports.leavers.rows import OF_STUDENT
from pathways.resync.difference import parts

ALL_DISTRICTS = ""


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


def _compared(end_year: int, district: str = ALL_DISTRICTS) -> dict[str, NotSent]:
    outcomes = _differing(
        _outcomes(Edition.DISTRICT, end_year, district),
        _outcomes(Edition.STATE, end_year, district),
    )
    entries = FollowUpEntry.objects.filter(end_year=end_year).on_list().order_by()
    if district:
        entries = entries.filter(student__district=district)
    listed = list(entries.values_list("student_id", flat=True))
    leavers = _differing(_students(Edition.DISTRICT, listed), _students(Edition.STATE, listed))
    return {number: NotSent(outcomes[number], leavers[number]) for number in {*outcomes, *leavers}}


def _differing(here: set[tuple[Any, ...]], there: set[tuple[Any, ...]]) -> Counter[str]:
    """The number of rows that differ, each once, by district; a row begins with district and key."""
    return Counter(str(district) for district, _ in {row[:2] for row in here ^ there})


def _outcomes(edition: Edition, end_year: int, district: str) -> set[tuple[Any, ...]]:
    rows = Outcome.objects.in_edition(edition).filter(end_year=end_year)
    if district:
        rows = rows.filter(student__district=district)
    fields = ("student__district_id", "student_id", "status", "date_contacted", "origin")
    return set(rows.order_by().values_list(*fields))


def _students(edition: Edition, listed: Iterable[int]) -> set[tuple[Any, ...]]:
    """Lists stand in the District edition alone, so the students of the state are chosen here."""
    students = Student.objects.in_edition(edition).order_by()
    fields = ("district_id", "pk", *OF_STUDENT)
    return {
        row for some in parts(listed) for row in students.filter(pk__in=some).values_list(*fields)
    }
