"""Step 4 of the guide on the home page: whether the reports were run, and whether what they said still holds."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from cte_portal.editions import Edition, Scope
from cte_portal.ui.navigation import HomeTask, Standing
from pathways.reports.groups import REPORTS
from pathways.reports.report import Nature
from pathways.reports.run import compared
from pathways.reports.standing import certification_at_state, last_runs

PATH = ("Reporting", "Data Validation", "Data Validation Reports")


def home_tasks(scope: Scope, standing: Standing) -> list[HomeTask]:
    """Of the active year alone: a past year is validated no more."""
    if scope.end_year != next((year for year, is_active in standing.school_years if is_active), None):
        return []
    status, sentence = _status(scope)
    return [
        HomeTask(
            step="4",
            title="Validate data",
            path=PATH,
            status=status,
            sentence=sentence,
            url=reverse("data-validation-reports", args=[scope.district, scope.end_year]),
            next_label="Run the reports",
        )
    ]


def _status(scope: Scope) -> tuple[tuple[str, str], str]:
    """Completed only when the newest runs at the state, on what stands there now, found nothing."""
    runs = last_runs(scope)
    if not runs:
        return ("none", "Not yet started"), "Run the reports at the district, and after the resync at the state."
    run = certification_at_state(scope, runs)
    if run is None:
        newest = timezone.localtime(max(one.at for one in runs.values()))
        return (
            "progress",
            "In progress",
        ), f"Last run {newest:%m/%d/%Y}. The Certification report is to be run at the state after the last resync."
    if run.count:
        return ("problem", "Does not match"), f"{compared(run.count)} Resync, then run the Certification report again."
    looked = [runs.get((report.slug, Edition.STATE)) for report in REPORTS.values() if report.nature is Nature.ERRORS]
    on_this = [one for one in looked if one and one.batch.result["generation"] == run.batch.result["generation"]]
    errors = sum(one.count for one in on_this)
    if len(on_this) < len(looked) or errors:
        found = f"{errors:,} error{'' if errors == 1 else 's'} found at the state." if errors else "Run the other reports at the state too."
        return ("progress", "In progress"), f"{compared(0)} {found}"
    return ("completed", "Completed"), f"{compared(0)} No errors found at the state."
