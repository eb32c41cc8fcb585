"""Step 4 of the guide on the home page: what is found in the records now, and whether district and
state were compared since the last resync.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.frame import HomeTask, Standing
from cte_portal.ui.wording import number_of
from pathways.findings.finding_list import FindingList
from pathways.findings.findings import CountedFindings
from pathways.findings.kept_findings import kept_findings
from pathways.reports.run import compared
from pathways.reports.runs import certification_at_state, last_runs
from pathways.resync.unsent import Unsent

PATH = ("Reporting", "Data Validation", "Data Validation Reports")


def validate(scope: Scope, standing: Standing, unsent: Unsent | None) -> list[HomeTask]:
    """Of the active year alone: a past year is validated no more."""
    if (scope.end_year, True) not in standing.school_years:
        return []
    result = kept_findings(scope, standing.known, FindingList())
    status, sentence = _status(scope, result, unsent)
    here = [scope.district, scope.end_year]
    return [
        HomeTask(
            step="4",
            title="Validate data",
            path=PATH,
            status=status,
            sentence=sentence,
            url=reverse("data-validation-reports", args=here),
            next_label=(
                "Fix findings"
                if result.counts.open
                else ""
                if status[0] == "completed"
                else "Run the reports"
            ),
            next_url=reverse("findings", args=here) if result.counts.open else "",
        )
    ]


def _status(
    scope: Scope, result: CountedFindings, unsent: Unsent | None
) -> tuple[tuple[str, str], str]:
    """Completed only when nothing is open, and the newest run at the state, on what stands there
    now, found the totals equal. `unsent` is None while the state cannot be reached.
    """
    counts, records = result.counts, number_of(result.records, "record")
    if counts.open:
        parts = [number_of(counts.errors, "error")] if counts.errors else []
        parts += [f"{number_of(counts.warnings, 'warning')} to explain"] if counts.warnings else []
        return (
            "problem" if counts.errors else "warning",
            ", ".join(parts),
        ), f"In {records}. Open each one to fix it."
    explained = f" {number_of(counts.explained, 'warning')} explained." if counts.explained else ""
    clean = (
        f"No problems found in {records}.{explained}" if result.records else "No records to check."
    )
    if unsent is None:
        return (
            "queued",
            "Waiting for the state",
        ), f"{clean} The state cannot be reached right now."
    runs = last_runs(scope)
    run = certification_at_state(scope, runs, unsent.known)
    if run is not None and run.count:
        return (
            "problem",
            "Does not match",
        ), f"{compared(run.count)} Resync, then run the Certification report again."
    if run is not None and not unsent.changes:
        return ("completed", "Completed"), f"{clean} {compared(0)}"
    last = (
        f" Last run {timezone.localtime(max(newest.at for newest in runs.values())):%m/%d/%Y}."
        if runs
        else ""
    )
    when = "after the next resync" if unsent.changes or not unsent.copy else "now"
    kind = ("progress", "In progress") if runs or result.records else ("none", "Not yet started")
    return kind, f"{clean}{last} Run the Certification report at the state {when}."
