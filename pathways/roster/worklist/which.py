"""The four lists of the roster worklist, and which of their lines are shown."""

from __future__ import annotations

from enum import Enum

from pathways.models import RosterDecision
from pathways.roster.worklist.line import LinePart

Choice = RosterDecision.Choice


class Which(Enum):
    """The four lists: address, title, what it means that a line stands there, and what it means
    that none does.
    """

    WITHOUT_RECORD = (
        "without-record",
        "Rostered without a record",
        "These students are in a course of the pathway but have no record for it.",
        "Every student in a CTE course has a record, or is dismissed with a reason.",
    )
    WITHOUT_COURSE = (
        "without-course",
        "Record without a course",
        (
            "The credits on these records increased this year, but the student is not in a course"
            " of the pathway."
        ),
        "Every record whose credits increased this year has a course in its pathway.",
    )
    UNLIKE = (
        "unlike-transcript",
        "Credits differ from the transcript",
        (
            "The In District Credits added this year differ from the transcript of the pathway's"
            " courses."
        ),
        "Where the transcript is known, records and transcript agree.",
    )
    NOTHING_NOW = (
        "nothing-now",
        "Concentrator last year, nothing now",
        (
            "These students were concentrators last year; this year they have neither a course of"
            " the pathway nor more credits."
        ),
        "Every concentrator from last year has a course or more credits this year.",
    )

    def __init__(self, key: str, title: str, says: str, good: str) -> None:
        self.key, self.title, self.says, self.good = key, title, says, good

    @property
    def parts(self) -> frozenset[LinePart]:
        """What its lines have, by what the list is. Any may have a decision."""
        return _PARTS[self]

    @property
    def dismissal(self) -> Choice:
        """What closes a line for good: who has no record is *not CTE*, a record is *right as it
        stands*.
        """
        return Choice.NOT_CTE if self is Which.WITHOUT_RECORD else Choice.AS_IS


_PARTS = {
    Which.WITHOUT_RECORD: frozenset({LinePart.COURSES}),
    Which.WITHOUT_COURSE: frozenset({LinePart.RECORD}),
    Which.UNLIKE: frozenset({LinePart.COURSES, LinePart.RECORD}),
    Which.NOTHING_NOW: frozenset({LinePart.RECORD}),
}


class Show(Enum):
    """Which lines of a list are shown; *later* is still open work."""

    OPEN = ("open", "Open")
    LATER = ("later", "Later")
    DISMISSED = ("dismissed", "Dismissed")

    def __init__(self, key: str, title: str) -> None:
        self.key, self.title = key, title
