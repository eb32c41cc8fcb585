"""Why the ledger wrote nothing, each with the sentence for the person."""

from __future__ import annotations

from django.utils import timezone

from cte_portal.editions import school_year_label
from cte_portal.refusals import Refusal
from pathways.ledger.judgment import Ruling
from pathways.models import CollectionLock


class NotApplied(Refusal):
    """Nothing was written."""


class Locked(NotApplied):
    """A certification has closed the collection."""

    def __init__(self, lock: CollectionLock | None) -> None:
        words = (
            f"Records have been locked since {timezone.localtime(lock.since):%m/%d/%Y}."
            f" {lock.reason}"
            if lock
            else "Records are locked."
        )
        super().__init__(words)
        self.lock = lock


class Busy(NotApplied):
    """Somebody holds the district for longer than a person should wait."""

    sentence = (
        "Another change to this district's records is being saved. Nothing was saved yet, and what"
        " you typed is kept. Save again."
    )


class StagingLost(NotApplied):
    """The connection that the rows were staged on has been exchanged for another between two
    steps.
    """

    sentence = (
        "The portal lost its connection to the database for a moment. Nothing was saved, and what"
        " you typed is kept. Save again."
    )


class NoActiveYear(NotApplied):
    """OPI has named no school year as the active one."""

    sentence = (
        "There is no current school year. Nothing was saved, and what you typed is kept. OPI must"
        " set the year."
    )


class OtherYear(NotApplied):
    """OPI has made another school year the current one since the work was asked for."""

    def __init__(self, end_year: int, current: int | None) -> None:
        self.why = (
            f"{current_year(current)} Records of {school_year_label(end_year)} can only be read."
        )
        super().__init__(
            f"{current_year(current)} Records of {school_year_label(end_year)} can only be read."
            " Nothing was saved."
        )


def current_year(end_year: int | None) -> str:
    return (
        f"The current school year is {school_year_label(end_year)}."
        if end_year
        else "There is no current school year."
    )


class Refused(NotApplied):
    """Rules refuse a row."""

    def __init__(self, findings: tuple[Ruling, ...]) -> None:
        super().__init__(" ".join(f"{finding.message}." for finding in findings))
        self.findings = findings


class Stale(NotApplied):
    """A row is no longer at the version the person saw; `lines` names the staged rows."""

    sentence = (
        "Someone else saved this record after you opened it. Nothing was saved yet, and what you"
        " typed is kept."
    )

    def __init__(self, lines: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.lines = lines
