"""Validation Groups: which reports stand together (guide, Step Four 1), and which of them a person
finds in the list of reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cte_portal.accounts.models import Role
from pathways.models.validation import OFFICIAL_GROUP, OFFICIAL_GROUP_OF_LEAVERS
from pathways.reports.certification import Certification
from pathways.reports.concentrators import ConcentratorsAndParticipants, IncorrectConcentrator
from pathways.reports.leavers.reports import (
    FollowUpByPathway,
    FollowUpByStatus,
    LeaverReport,
    OpenFollowUps,
    OutsideTheWindow,
)
from pathways.reports.modified import ModifiedInCurrentYear
from pathways.reports.report import Report
from pathways.reports.rostered import RosteredToCoursesWithPathways
from pathways.reports.single_parents import SingleParentDifferent, SingleParents


@dataclass(frozen=True)
class Group:
    slug: str
    title: str
    says: str
    reports: tuple[Report, ...]

    @property
    def is_of_leavers(self) -> bool:
        """Whether it is about those who left in the year, not about the year's records."""
        return isinstance(self.reports[0], LeaverReport)


END_OF_YEAR = Group(
    OFFICIAL_GROUP,
    "End of Year CTE Concentrator and Participants",
    "Run these reports before certification. Run the Certification report last, at the state.",
    (
        ConcentratorsAndParticipants(),
        SingleParents(),
        SingleParentDifferent(),
        IncorrectConcentrator(),
        ModifiedInCurrentYear(),
        Certification(),
    ),
)
ROSTERED = Group(
    "cte-rostered",
    "CTE Students Rostered to Courses with Pathways",
    "Finds students in CTE courses who may have no record yet.",
    (RosteredToCoursesWithPathways(),),
)
FALL = Group(
    OFFICIAL_GROUP_OF_LEAVERS,
    "Fall CTE Follow-up",
    "Run these reports before the follow-up is certified: at the district while people call, at the"
    " state after the last resync.",
    (OpenFollowUps(), FollowUpByStatus(), FollowUpByPathway(), OutsideTheWindow()),
)
OF_RECORDS = (END_OF_YEAR, ROSTERED)
GROUPS = (*OF_RECORDS, FALL)
USER_GROUPS = tuple(role for role in Role if role.is_of_district)
REPORTS = {report.slug: report for group in OF_RECORDS for report in group.reports}
LEAVER_REPORTS = {report.slug: report for report in FALL.reports}
BY_SLUG: dict[str, Report] = {**REPORTS, **LEAVER_REPORTS}


def matching(groups: Iterable[Group], term: str) -> list[tuple[Group, list[Report]]]:
    """The groups' reports whose title, or whose group's title, holds each word of the term."""
    words = term.lower().split()

    def has(*titles: str) -> bool:
        return all(word in " ".join(titles).lower() for word in words)

    lines = [
        (group, [report for report in group.reports if has(group.title, report.title)])
        for group in groups
    ]
    return [(group, reports) for group, reports in lines if reports]
