"""The follow-up of a school's leavers, while their year is open."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from cte_portal.editions import Scope, school_year_label
from cte_portal.ui.wording import number_of
from pathways.follow_up.rates import Rates, rates_of, with_answers
from pathways.models import FollowUpEntry, FollowUpYear, PostProgramStatus, School
from pathways.models.student import by_name_of


@dataclass(frozen=True)
class FormerStudent:
    name: str
    state_id: str
    exit: str
    outcome: str
    """What is known; how often somebody has tried where nothing is."""


@dataclass(frozen=True)
class OpenFollowUp:
    """The leavers of one end year who count on the district's list and left from the school."""

    school_year: str
    closes: datetime.date
    rates: Rates
    leavers: list[FormerStudent]

    @property
    def to_reach(self) -> int:
        return self.rates.of - self.rates.answered


def open_follow_ups(scope: Scope, school: School) -> list[OpenFollowUp]:
    """Of the years whose leavers are called today, the newest first; a year without a leaver of the
    school is left out.
    """
    names = dict(PostProgramStatus.objects.values_list("code", "name"))
    follow_ups = []
    for year in FollowUpYear.objects.open_on(timezone.localdate()).order_by("-end_year"):
        of_year = Scope(scope.district, year.end_year)
        entries = FollowUpEntry.objects.in_scope(of_year).counted().filter(school_id=school.pk)
        lines = with_answers(entries).select_related("student").order_by(*by_name_of("student"))
        leavers = [
            FormerStudent(
                line.student.name,
                line.student.state_id,
                line.get_exit_display(),
                _outcome(line.status, line.attempt_count, names),  # type: ignore[attr-defined]
            )
            for line in lines
        ]
        if leavers:
            label = school_year_label(year.end_year)
            follow_ups.append(OpenFollowUp(label, year.closes, rates_of(entries), leavers))
    return follow_ups


def _outcome(status: str | None, attempts: int | None, names: dict[str, str]) -> str:
    if status:
        return names.get(status, status)
    return f"Still to reach, {number_of(attempts, 'attempt')}" if attempts else "Still to reach"
