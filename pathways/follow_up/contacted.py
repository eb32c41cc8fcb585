"""What a try must keep to: its day (R-FUP-08), and how much must be tried before a leaver counts as
not reached (R-FUP-07).
"""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.utils import timezone

from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.models import Attempt, FollowUpEntry, FollowUpYear, PostProgramStatus


def judge_day(entry: FollowUpEntry, year: FollowUpYear, day: datetime.date) -> None:
    """Refuse a day on which nobody can have been contacted."""
    if reason := why_not_on(day, year, entry.exit_date):
        raise Refusal(f"{reason}. Nothing was saved.", field="date")


def why_not_on(day: datetime.date, year: FollowUpYear, exit_date: datetime.date) -> str:
    """Why who left on `exit_date` cannot have been contacted that day; empty where that may be."""
    if day > timezone.localdate():
        return "The date must not be in the future"
    if not year.opens <= day <= year.closes:
        return f"The date must be from {text(year.opens)} to {text(year.closes)}"
    if day <= exit_date:
        return f"The date must be after the student left, {text(exit_date)}"
    return ""


def judge_enough(
    status: PostProgramStatus, year: FollowUpYear, attempts: Collection[Attempt]
) -> None:
    """Refuse a status that needs more attempts."""
    if not status.needs_attempts or year.is_enough(attempts):
        return
    means = len({attempt.means for attempt in attempts})
    days = len({attempt.date for attempt in attempts})
    raise Refusal(
        f"{status.name} needs {number_of(year.attempts_required, 'attempt')} by"
        f" {year.means_required} different means on"
        f" {number_of(year.days_required, 'different day')}. So far, with this one:"
        f" {number_of(len(attempts), 'attempt')}, {means} means, {number_of(days, 'day')}. Nothing"
        " was saved.",
        field="status",
    )
