"""OPI's status board: where every district stands in one event, in one table (ux O-10, O-11).

Errors, warnings and records are figures of the district's last validation at the state, and say
when that was; everything else is of now.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from math import inf

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from certification.collections.fall.statewide import FollowUpKnown, follow_ups
from certification.letters.occasions import is_waited_for
from certification.models import CertificationEvent
from certification.models.dates import days
from certification.review.suppression import FEWEST, FEWEST_LEAVERS, HIDDEN, nested, suppressed
from certification.signing.last_validation import LastValidation
from certification.status.district_event import DistrictEvent
from certification.status.statewide import district_events
from pathways.models import Change, District
from pathways.reports.runs import Validated, last_validations
from pathways.resync.unsent import ALL, KnownUnsent

WHY_SUPPRESSED = f"* means 1 to {FEWEST} records: so few could identify a student."
WHY_LEAVERS_SUPPRESSED = (
    f"* means fewer than {FEWEST_LEAVERS} leavers, or a number that would tell so few: they could"
    " be identified."
)


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

    @property
    def key(self) -> str:
        return self.value[0]

    @property
    def word(self) -> str:
        return self.value[1]

    @property
    def kind(self) -> str:
        return self.value[2]


@dataclass(frozen=True)
class Line:
    """One district."""

    number: str
    name: str
    district_event: DistrictEvent
    unsent: KnownUnsent
    validated: Validated | None
    last_activity: datetime.datetime | None
    """The last change of a record in the event's school year or later, or the last attempt to reach
    a leaver.
    """
    follow_up: FollowUpKnown | None = None
    """Of an event about leavers."""

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
        if self.last_activity is None and (self.follow_up or self.last_resync is None):
            return Stand.NOT_STARTED
        return Stand.READY if self.by_last_validation.is_ready else Stand.IN_PROGRESS

    @cached_property
    def by_last_validation(self) -> LastValidation:
        """The answers of the gates, as far as they are known without a look at the records."""
        return LastValidation(self.district_event, self.unsent, self.validated, self.follow_up)

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
    def is_overdue(self) -> bool:
        return is_waited_for(
            self.district_event
        ) and self.district_event.last_day < timezone.localdate(self.district_event.now)

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
        """Rows that are not at the state, of a follow-up outcomes and leavers; None while that is not known."""
        return self.follow_up.not_sent if self.follow_up else self.unsent.rows

    @property
    def not_sent_words(self) -> str:
        """Of a follow-up no number: with nothing sent yet it would tell leavers and answers that are
        too few to be told (R-FUP-20).
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
        number = (
            timezone.localdate(self.district_event.now) - timezone.localdate(self.validated.at)
        ).days
        return days(number) if number > 0 else "today"

    @property
    def is_current(self) -> bool:
        """True when the last validation read what stands at the state now."""
        return self.by_last_validation.is_current

    @property
    def last_resync(self) -> datetime.datetime | None:
        copy = self.unsent.copy
        return (
            copy.sent_at if copy and copy.end_year >= self.district_event.event.end_year else None
        )


COLUMNS = {
    "number": "No.",
    "name": "District",
    "status": "Status",
    "signed": "Signed",
    "errors": "Errors",
    "warnings": "Warnings",
    "unsent": "Not sent",
    "records": "Records",
    "validated": "Age",
    "resync": "Last resync",
    "activity": "Last change",
    "due": "Due",
}
COLUMNS_OF_LEAVERS = {
    **{name: COLUMNS[name] for name in ("number", "name", "status", "signed")},
    "leavers": "Leavers",
    "tried": "Worked on",
    "answered": "Answered",
    "placed": "Placed",
    "unsent": "Not sent",
    "resync": COLUMNS["resync"],
    "activity": "Last attempt",
    "due": COLUMNS["due"],
}
"""Of the board of an event about leavers."""
NUMBERS = ("errors", "warnings", "unsent", "records", "leavers", "tried", "answered", "placed")
OVERDUE = "overdue"


def lines_of(event: CertificationEvent) -> list[Line]:
    """All districts by number, in about a dozen statements, however many they are."""
    last = Change.objects.filter(district=OuterRef("number")).order_by("-pk")
    query = District.objects.order_by("number").annotate(
        last_at=Subquery(last.values("at")[:1]), last_year=Subquery(last.values("end_year")[:1])
    )
    districts = list(query.values_list("number", "name", "last_at", "last_year"))
    numbers = [number for number, *_ in districts]
    events, unsent = district_events(event, numbers), KnownUnsent.of_all(numbers, event.end_year)
    known = follow_ups(numbers, event.end_year) if event.is_of_leavers else {}
    validated = {} if event.is_of_leavers else last_validations(event.end_year)
    attempts = {number: follow_up.last_attempt for number, follow_up in known.items()}
    return [
        Line(
            number=number,
            name=name,
            district_event=events[number],
            unsent=unsent[number],
            validated=validated.get(number),
            last_activity=attempts.get(number, at if year and year >= event.end_year else None),
            follow_up=known.get(number),
        )
        for number, name, at, year in districts
    ]


def totals(lines: Iterable[Line]) -> dict[str, int]:
    """The number of districts by where they stand; the keys are the values of the filter `show`."""
    numbers = dict.fromkeys([*(stand.key for stand in Stand), OVERDUE], 0)
    for line in lines:
        numbers[line.stand.key] += 1
        numbers[OVERDUE] += line.is_overdue
    return numbers


def sorted_by(lines: Iterable[Line], column: str) -> list[Line]:
    """By a column of `COLUMNS`, with `-` from the top; what is not known comes last either way."""
    name, down = column.removeprefix("-"), column.startswith("-")
    keys = {
        "number": lambda line: line.number,
        "name": lambda line: line.name.casefold(),
        "status": lambda line: list(Stand).index(line.stand),
        "signed": lambda line: (
            line.district_event.is_certified,
            line.district_event.signed,
            -line.district_event.primaries,
        ),
        "errors": lambda line: line.errors,
        "warnings": lambda line: line.warnings,
        "unsent": lambda line: inf if line.not_sent_words == ALL else line.not_sent,
        "leavers": lambda line: line.follow_up and line.follow_up.rates.of,
        "tried": lambda line: line.follow_up and line.follow_up.rates.worked_on,
        "answered": lambda line: line.follow_up and line.follow_up.rates.answered,
        "placed": lambda line: line.follow_up and line.follow_up.rates.placed,
        "records": lambda line: line.validated.records if line.validated else None,
        "validated": lambda line: line.validated_at,
        "resync": lambda line: line.last_resync,
        "activity": lambda line: line.last_activity,
        "due": lambda line: line.due,
    }
    key = keys.get(name, keys["number"])
    sorted_lines = sorted((line for line in lines if key(line) is not None), key=key, reverse=down)
    return sorted_lines + [line for line in lines if key(line) is None]
