"""Where one district stands in one event: a line of OPI's status board.

Errors, warnings and records are figures of the district's last validation at the state, and say
when that was; everything else is of now.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import cached_property

from certification.models.dates import days, today
from certification.review.suppression import HIDDEN, nested, suppressed
from certification.signing.last_validation import LastValidation


class Stand(Enum):
    """Each district is in one of the first seven; `overdue` comes beside them. (key, word, kind of
    the status component)
    """

    NOT_STARTED = ("not-started", "Not started", "none")
    IN_PROGRESS = ("in-progress", "In progress", "progress")
    ERRORS = ("errors", "Errors", "problem")
    READY = ("ready", "Ready to sign", "draft")
    WAITING = ("waiting", "Waiting for signer", "people")
    CERTIFIED = ("certified", "Certified", "completed")
    RECERTIFICATION = ("recertification", "Recertification", "warning")

    def __init__(self, key: str, word: str, kind: str) -> None:
        self.key, self.word, self.kind = key, word, kind


@dataclass(eq=False, kw_only=True)
class Line(LastValidation):
    """One district."""

    number: str
    name: str

    @cached_property
    def stand(self) -> Stand:
        if self.district_event.request:
            return Stand.RECERTIFICATION
        if self.district_event.is_certified:
            return Stand.CERTIFIED
        if self.district_event.signed:
            return Stand.WAITING
        if self.errors:
            return Stand.ERRORS
        if not self.is_active and (self.follow_up or self.last_resync is None):
            return Stand.NOT_STARTED
        return Stand.READY if self.is_ready else Stand.IN_PROGRESS

    @property
    def word(self) -> str:
        if self.district_event.ended:
            return "Not certified"
        if self.stand is Stand.RECERTIFICATION:
            return (
                "Recertification requested"
                if self.district_event.is_certified
                else "Recertification"
            )
        return (
            "Approved by State"
            if self.stand is Stand.CERTIFIED and self.district_event.approved_at
            else self.stand.word
        )

    @property
    def why_not_waited_for(self) -> str:
        """The reason nobody of the district is reminded; empty where it still can and must certify."""
        return self.district_event.why_not_waited_for

    @property
    def is_overdue(self) -> bool:
        return self.district_event.is_late

    @property
    def due(self) -> datetime.date:
        return self.district_event.last_day

    @property
    def signed(self) -> str:
        """2 of 2; of who had to sign when it was sealed."""
        return (
            "all"
            if self.district_event.is_certified
            else f"{self.district_event.signed} of {self.district_event.primaries}"
        )

    @property
    def errors(self) -> int | None:
        return self.validated.errors if self.validated else None

    @property
    def warnings(self) -> int | None:
        return self.validated.warnings if self.validated else None

    @property
    def records(self) -> str:
        """At the state, as far as it may be told."""
        return "" if self.validated is None else suppressed(self.validated.records)

    @property
    def not_sent(self) -> int | None:
        """Rows that are not at the state, of a follow-up outcomes and leavers; None while that is
        not known.
        """
        return self.follow_up.not_sent if self.follow_up else self.unsent.rows

    @cached_property
    def not_sent_words(self) -> str:
        """Of a follow-up no number: with nothing sent yet it would tell leavers and answers that
        are too few to be told (R-FUP-20).
        """
        if self.follow_up is None or self.unsent.ahead:
            return self.unsent.words
        if self.not_sent is None:
            return "not known"
        return "some" if self.not_sent else "0"

    @cached_property
    def leavers(self) -> list[str]:
        """Leavers, and how many of them were worked on, answered and placed, as far as it may be
        told.
        """
        if self.follow_up is None:
            return []
        rates = self.follow_up.rates
        return nested((rates.of, rates.worked_on, rates.answered, rates.placed))

    @property
    def is_below_target(self) -> bool:
        """Of OPI's target, where both numbers may be told."""
        may_tell = bool(self.leavers) and HIDDEN not in (self.leavers[0], self.leavers[3])
        return may_tell and self.follow_up is not None and self.follow_up.is_below_target

    @property
    def validated_at(self) -> datetime.datetime | None:
        return self.validated.at if self.validated else None

    @property
    def age(self) -> str:
        """The age of the figures: today, 1 day, 12 days."""
        if self.validated is None:
            return ""
        number = (today(self.district_event.now) - self.validated.day).days
        return days(number) if number > 0 else "today"

    @property
    def is_active(self) -> bool:
        if self.follow_up:
            return self.follow_up.last_attempt is not None
        last = self.unsent.last
        return last is not None and last.end_year >= self.district_event.event.end_year

    @property
    def last_activity(self) -> datetime.datetime | None:
        """The last change of a record in the event's school year or later, or the last attempt to
        reach a leaver.
        """
        if self.follow_up:
            return self.follow_up.last_attempt
        return self.unsent.last.at if self.unsent.last and self.is_active else None

    @property
    def last_resync(self) -> datetime.datetime | None:
        copy = self.unsent.copy
        return (
            copy.sent_at if copy and copy.end_year >= self.district_event.event.end_year else None
        )
