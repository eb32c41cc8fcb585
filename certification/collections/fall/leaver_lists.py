"""The built-in Ad Hoc Data Links of a Fall CTE event: the leavers behind its figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from certification.collections.fall.counts import OPEN
from cte_portal.folding import name_order
from cte_portal.words import text
from pathways.models import FollowUpEntry
from pathways.reports.leavers.rows import OutcomeRow

PLACED, NOT_PLACED, UNKNOWN, ELSEWHERE = "placed", "not-placed", "unknown", "counted-elsewhere"
TITLES = {
    PLACED: "Placed",
    NOT_PLACED: "Answered, not placed",
    UNKNOWN: "Unknown",
    ELSEWHERE: "Counted in another district",
}
COLUMN_NAMES = (
    "State ID",
    "Local ID",
    "Last Name",
    "First Name",
    "School",
    "Left as",
    "Left on",
    "CTE Pathways",
    "Post-program Status",
    "Date Contacted",
)
HEADS = ("School", "Left as", "CTE Pathways", "Outcome", "Date Contacted")


@dataclass(frozen=True)
class ListedLeaver:
    row: OutcomeRow

    @property
    def state_id(self) -> str:
        return self.row.state_id

    @property
    def name(self) -> str:
        return self.row.student_name

    @property
    def pathways(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.row.named_pathways)

    @property
    def left_as(self) -> str:
        return str(FollowUpEntry.Exit(self.row.exit).label)

    @property
    def outcome(self) -> str:
        return f"{self.row.status} {self.row.status_name}" if self.row.status else OPEN

    def shown(self) -> tuple[str, ...]:
        """The cells under `HEADS`."""
        return (
            self.row.school_name,
            self.left_as,
            ", ".join(self.pathways),
            self.outcome,
            text(self.row.date_contacted),
        )

    def cells(self) -> tuple[str, ...]:
        """A line of the file."""
        return (
            self.row.state_id,
            self.row.local_id,
            self.row.last_name,
            self.row.first_name,
            self.row.school_name,
            self.left_as,
            text(self.row.exit_date),
            "; ".join(self.pathways),
            self.outcome,
            text(self.row.date_contacted, empty=""),
        )


def listed(rows: Iterable[OutcomeRow], slug: str) -> list[ListedLeaver]:
    """Each leaver is on one of the lists. By name."""
    return [
        ListedLeaver(row)
        for row in sorted(
            rows, key=lambda row: name_order(row.last_name, row.first_name, row.state_id)
        )
        if _list_of(row) == slug
    ]


def _list_of(row: OutcomeRow) -> str:
    if row.counted_elsewhere:
        return ELSEWHERE
    if not row.is_answered:
        return UNKNOWN
    return PLACED if row.is_placed else NOT_PLACED
