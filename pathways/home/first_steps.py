"""What a district's home page begins with until its first record: the six steps to it."""

from __future__ import annotations

from django.urls import reverse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.frame import HomeTask, Standing
from pathways.home.figures import figures_of
from pathways.models import Participation
from pathways.roster.navigation import PATH
from pathways.roster.standing import RosterStep, steps_of

WHO = "A Data Clerk or District Administrator does this step."


def first_steps(scope: Scope, standing: Standing) -> list[HomeTask]:
    """In the current year, whose page people open, until all six are complete or there is a record;
    empty for a district that is past its start.
    """
    if (scope.end_year, True) not in standing.school_years or _has_records(scope, standing):
        return []
    steps = steps_of(scope)
    if all(step.is_complete for step in steps):
        return []
    enters = standing.can(Capability.EDIT_RECORDS)
    return [_task(scope, number, step, enters=enters) for number, step in enumerate(steps, 1)]


def _has_records(scope: Scope, standing: Standing) -> bool:
    """Of any year: a district whose year has changed has its own page of what the new one needs."""
    return bool(
        figures_of(scope, standing.known).records
        or Participation.objects.of_district(scope).exists()
    )


def _task(scope: Scope, number: int, step: RosterStep, *, enters: bool) -> HomeTask:
    where = [scope.district, scope.end_year]
    brings = step.kind and enters
    return HomeTask(
        step=str(number),
        title=step.title,
        path=(*PATH, "Roster Data") if step.page else (),
        status=step.status,
        sentence=(
            step.sentence
            if enters or not step.kind or step.is_complete
            else f"{step.sentence} {WHO}"
        ),
        url=reverse(step.page, args=where) if step.page else "",
        next_label=f"Upload {step.kind}" if brings else "",
        next_url=f"{reverse('mt-data-upload', args=where)}?type={step.kind}" if brings else "",
    )
