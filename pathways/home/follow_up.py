"""The follow-up of leavers on the home page: how far it is, while they are called."""

from __future__ import annotations

import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.frame import HomeTask, Standing
from cte_portal.prepared import prepared
from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.follow_up.navigation import PATH
from pathways.follow_up.rates import Rates, rates_in
from pathways.home.resync import LOCKED
from pathways.models import CollectionLock, FollowUpEntry, FollowUpYear


def follow_up_tasks(scope: Scope, standing: Standing) -> list[HomeTask]:
    """In the current year, whose page people open: a step for each year whose leavers are called
    now and whose list has anybody on it.
    """
    if (scope.end_year, True) not in standing.school_years or not standing.can(
        Capability.FOLLOW_UP
    ):
        return []
    years = _called(scope.district, timezone.localdate())
    return [_task(Scope(scope.district, year.end_year), year) for year in years]


@prepared
def _called(district: str, day: datetime.date) -> QuerySet[FollowUpYear]:
    lines = FollowUpEntry.objects.on_list().filter(student__district=district)
    own = Exists(lines.filter(end_year=OuterRef("end_year")))
    return FollowUpYear.objects.open_on(day).filter(own)


@prepared
def _locks(scope: Scope) -> QuerySet[CollectionLock]:
    return CollectionLock.objects.on_outcomes(scope.district, scope.end_year)


def _task(scope: Scope, year: FollowUpYear) -> HomeTask:
    rates, is_locked = rates_in(scope), bool(_locks(scope))
    counts = (
        f"{number_of(rates.of, 'leaver')}: {rates.worked_on:,} worked on,"
        f" {rates.answered:,} answered, {rates.placed:,} placed."
    )
    url = reverse("follow-up", args=[scope.district, scope.end_year])
    return HomeTask(
        step="",
        title=f"Follow up the leavers of {year.school_year}",
        path=(*PATH, "CTE Follow-up"),
        status=LOCKED if is_locked else _status(rates),
        sentence=(
            f"Certified. {counts}" if is_locked else f"{counts} Calls until {text(year.closes)}."
        ),
        url=url,
        next_label="" if is_locked else "Open the call list",
    )


def _status(rates: Rates) -> tuple[str, str]:
    if not rates.worked_on:
        return "none", "Not yet started"
    return ("completed", "Completed") if rates.answered == rates.of else ("progress", "In progress")
