"""Step 3 on the home page, and the fact above every page: what the state does not have yet."""

from __future__ import annotations

from django.urls import reverse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.editions import Scope
from cte_portal.frame import ContextFact, HomeTask, Standing
from cte_portal.ui.unavailable import if_state_answers
from cte_portal.ui.wording import moment, number_of
from pathways.resync.navigation import DATA_INTERCHANGE
from pathways.resync.unsent import AHEAD, Unsent

LOCKED = ("locked", "Locked")


OUT_OF_REACH = ("queued", "Waiting for the state")


WAITS = (
    "The state’s records cannot be reached right now. What you enter here is kept and sent later."
)


def resync_task(scope: Scope, standing: Standing, unsent: Unsent | None) -> list[HomeTask]:
    """Step 3: the step that is forgotten most, so what is not yet sent is said in numbers."""
    if (
        not standing.can(Capability.SEE_BATCHES)
        or (scope.end_year, True) not in standing.school_years
    ):
        return []
    status, sentence = _sent(scope, unsent) if unsent else (OUT_OF_REACH, WAITS)
    return [
        HomeTask(
            step="3",
            title="Resync data to the state",
            path=(*DATA_INTERCHANGE, "Resync State Data - Batch"),
            status=status,
            sentence=sentence,
            url=reverse("resync", args=[scope.district, scope.end_year]),
            next_label="" if status[0] == "completed" else "Send",
        )
    ]


def _sent(scope: Scope, unsent: Unsent) -> tuple[tuple[str, str], str]:
    """The resync step: the number of unsent rows is the one above every page and on the resync
    page.
    """
    copy, rows = unsent.copy, number_of(unsent.rows, "row")
    if unsent.ahead:
        return ("problem", "There is a problem"), AHEAD
    if copy is None or unsent.nothing_sent:
        of_year = f" of {scope.school_year}" if copy else ""
        waiting = f" {rows} to send." if unsent.rows else ""
        return (
            "none",
            "Not yet started",
        ), f"Nothing{of_year} has been sent to the state yet.{waiting}"
    if unsent.rows:
        records = (
            f", {unsent.gap.records:,} of them CTE records"
            if unsent.rows > unsent.gap.records
            else ""
        )
        since = f" since the resync on {moment(unsent.since)}" if unsent.since else ""
        changes = f" {_changes(unsent)}{since}." if unsent.changes else ""
        verb = "differs" if unsent.rows == 1 else "differ"
        return (
            "warning",
            "Not yet sent",
        ), f"{rows} {verb} between district and state{records}.{changes}"
    if unsent.changes:
        return (
            (
                "warning",
                "Not yet sent",
            ),
            (
                f"{_changes(unsent)}, changed and then changed back. There are no differences. Send"
                " again to confirm."
            ),
        )
    if unsent.left_out:
        return (
            "progress",
            "In progress",
        ), f"The last resync left out {number_of(unsent.left_out, 'row')}."
    if copy.complete_at is None:
        return (
            "progress",
            "In progress",
        ), "Not all types have been sent. A complete resync sends all of them."
    later = (
        f" by {copy.sent_by}"
        if copy.sent_at == copy.complete_at
        else f"; some types again on {moment(copy.sent_at)}"
    )
    return ("completed", "Completed"), f"Everything was sent on {moment(copy.complete_at)}{later}."


def _changes(unsent: Unsent) -> str:
    return f"{number_of(unsent.changes, 'change')} of records"


def not_yet_sent(scope: Scope, standing: Standing) -> ContextFact | None:
    """Above every page of the current year: what the state does not have yet (ux V-01)."""
    if (scope.end_year, True) not in standing.school_years or not standing.can(
        Capability.VIEW_RECORDS
    ):
        return None
    unsent = if_state_answers(lambda: Unsent.counted(scope, standing.known))
    if unsent is None:
        detail = "sending and certifying wait, entering goes on"
        return ContextFact("", "The state cannot be reached right now", detail, attention=True)
    label, where = (
        "Not yet sent to the state:",
        reverse("resync", args=[scope.district, scope.end_year]),
    )
    may_send = standing.can(Capability.SEND_RECORDS)
    if unsent.ahead:
        detail = "an older backup was restored here. Do not send or certify; call OPI"
        return ContextFact(
            "Warning:", "the state is ahead of this district", detail, attention=True
        )
    if unsent.rows or unsent.changes:
        detail = "" if unsent.rows else f"{number_of(unsent.changes, 'change')} changed back"
        if unsent.nothing_sent and unsent.rows:
            detail = (
                "no resync yet" if unsent.copy is None else f"nothing of {scope.school_year} sent"
            )
        link = {"url": where, "link_text": "Send"} if may_send else {}
        return ContextFact(label, f"{unsent.rows:,}", detail, attention=True, **link)
    last = "no resync yet" if unsent.copy is None else f"last resync {moment(unsent.copy.sent_at)}"
    return ContextFact(
        label,
        "0",
        f"nothing of {scope.school_year} sent" if unsent.copy and unsent.nothing_sent else last,
    )
