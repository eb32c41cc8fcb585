"""One event as one district has it: its status in the words of montana 6.3, and what follows.

Everything is computed from the event, its dates and the facts of the district; nothing is stored.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.functional import cached_property

from certification.models import CertificationEvent, Recertification
from certification.models.dates import Dates, Phase, days, in_short, in_words, today

NO_PRIMARY = "No Primary certifier, so this collection cannot be certified."
NONE_CAN_SIGN = "No Primary certifier can sign in: unused for 180 days, accounts close."


@dataclass(frozen=True)
class Status:
    """`kind` is one of the status component's."""

    kind: str
    word: str
    sentence: str


@dataclass(frozen=True)
class DistrictEvent:
    """One event as one district has it, at one moment."""

    event: CertificationEvent
    district: str
    dates: Dates
    now: datetime.datetime
    primaries: int
    """Active Primary certifiers: all of them must sign."""
    signed: int
    """Those of them whose signature stands in the open round."""
    sealed_at: datetime.datetime | None
    approved_at: datetime.datetime | None
    round_number: int | None
    """Of the open round, if one is."""
    round_opened_at: datetime.datetime | None
    request: str
    """The open recertification's status: empty, asked or approved."""
    request_at: datetime.datetime | None
    in_active_year: bool
    """Whether its records can be written now, which a seal locks: in the portal's current year,
    outcomes of leavers also later (design 4).
    """
    year_is_over: bool = False
    """Whether a later school year, which is the current one, has ended it."""

    unused: int = 0
    """Active Primary certifiers whose account has closed by itself, as nobody has used it for 180
    days.
    """

    @property
    def able(self) -> int:
        """Primary certifiers who can sign in."""
        return self.primaries - self.unused

    @cached_property
    def phase(self) -> Phase:
        return self.dates.phase(self.now)

    @cached_property
    def is_certified(self) -> bool:
        """Sealed, and nothing is being corrected."""
        return self.sealed_at is not None and self.request != Recertification.Status.APPROVED

    @property
    def finishing(self) -> bool:
        """Whether the school year is over and the district may still sign what it had sent: OPI has
        let it finish, and the dates do.
        """
        open_to_it = (
            self.year_is_over and not self.is_certified and self.district in self.event.may_finish
        )
        return open_to_it and (
            not self.dates.is_overdue(self.now) or self.dates.accepts_signatures(self.now)
        )

    @cached_property
    def ended(self) -> bool:
        """Whether it was not certified, and cannot be any more, because the school year is over."""
        return self.year_is_over and not self.is_certified and not self.finishing

    @property
    def sealed_on(self) -> datetime.date | None:
        return timezone.localdate(self.sealed_at) if self.sealed_at else None

    @property
    def is_overdue(self) -> bool:
        return (
            not self.is_certified
            and not self.reopened
            and not self.ended
            and self.dates.is_overdue(self.now)
        )

    @property
    def time_left(self) -> str:
        """12 days left; of what is reopened, until it is to be signed again; nothing where nobody
        is waited for any more.
        """
        if self.ended:
            return ""
        return replace(self.dates, due=self.last_day).time_left(self.now)

    def of_another(self, district: str) -> DistrictEvent:
        """The same of another district that stands where this one does, with what is known of it:
        of a list of all districts most stand alike. Whether OPI lets it finish must be the same.
        """
        district_event, own = object.__new__(DistrictEvent), self.__dict__.copy()
        own["district"] = district
        object.__setattr__(district_event, "__dict__", own)
        return district_event

    @cached_property
    def takes_signatures(self) -> bool:
        """Whether year and dates let a certifier sign."""
        is_of_now = self.in_active_year or self.finishing
        return is_of_now and self.dates.accepts_signatures(self.now, correcting=self.reopened)

    @cached_property
    def why_not_waited_for(self) -> str:
        """The reason nobody of the district is reminded; empty where it still can and must certify."""
        if self.is_certified:
            return "certified"
        if not self.event.is_published:
            return "the event is closed"
        if self.ended:
            return f"{self.event.school_year} is over"
        if not self.in_active_year and not self.finishing:
            return f"{self.event.school_year} is not the current school year"
        if self.phase is Phase.NOT_YET_OPEN:
            return f"review opens {in_short(self.dates.review_opens)}"
        return (
            f"corrections ended {in_short(self.dates.corrections_until)}"
            if self.phase is Phase.OVER
            else ""
        )

    @cached_property
    def is_late(self) -> bool:
        """Whether it is waited for after its last day."""
        return not self.why_not_waited_for and self.last_day < today(self.now)

    @property
    def last_day(self) -> datetime.date:
        """By when the district must have signed: the due date, or the end of corrections where it
        certifies again.
        """
        return self.dates.corrections_until if self.reopened else self.dates.due

    @property
    def due_sentence(self) -> str:
        """Due Friday, June 20, 2025 – 12 days left; of what is reopened, by when it is to be signed
        again.
        """
        if self.ended:
            return f"{self.event.school_year} is over"
        return (
            f"To be signed again by {in_words(self.last_day)}"
            if self.reopened
            else self.dates.sentence(self.now)
        )

    @property
    def reopened(self) -> bool:
        return self.request == Recertification.Status.APPROVED

    @property
    def last_day_to_sign(self) -> datetime.date:
        """The due date, or the end of corrections where the event takes late signatures."""
        return self.dates.corrections_until if self.dates.late_is_accepted else self.dates.due

    @property
    def why_ended(self) -> str:
        """Why nobody signs any more, in what was chosen as the year ended."""
        over = f"{self.event.school_year} is over and was not certified."
        if self.event.after_year == CertificationEvent.AfterYear.CLOSED:
            return f"{over} OPI closed it: {self.event.after_year_reason}"
        if reason := self.event.closed_for.get(self.district):
            return f"{over} OPI closed it: {reason}"
        if self.district in self.event.may_finish:
            return f"{over} It could be signed through {in_short(self.last_day_to_sign)}."
        return over

    @property
    def signers(self) -> str:
        """1 of 2 primary certifiers has signed."""
        if not self.primaries:
            return NO_PRIMARY
        if not self.able and self.signed < self.primaries:
            return NONE_CAN_SIGN
        noun = "primary certifier" if self.primaries == 1 else "primary certifiers"
        return (
            f"{self.signed} of {self.primaries} {noun}"
            f" {'has' if 1 in (self.signed, self.primaries) else 'have'} signed."
        )

    @property
    def status(self) -> Status:
        if self.reopened:
            return self._reopened()
        if self.sealed_at:
            return self._sealed(self.sealed_at)
        if self.ended:
            return Status("canceled", "Not certified", self.why_ended)
        if self.finishing:
            until = (
                f"{self.event.school_year} is over. What was sent can be signed through"
                f" {in_short(self.last_day_to_sign)}."
            )
            return Status("progress", "To be finished", f"{until} {self.signers}")
        if self.phase is Phase.NOT_YET_OPEN:
            return Status(
                "queued", "Not yet open", f"Review opens {in_short(self.dates.review_opens)}."
            )
        if not self.able:
            return Status("problem", "In Progress", NONE_CAN_SIGN if self.primaries else NO_PRIMARY)
        if self.phase is Phase.REVIEW:
            return Status(
                "queued",
                "In Progress",
                f"Review is open. Certification opens {in_short(self.dates.certification_opens)}.",
            )
        if self.phase is Phase.OVER:
            return Status(
                "problem", "Not certified", f"{self.signers} {self.dates.corrections(self.now)}"
            )
        if self.is_overdue:
            return Status(
                "problem",
                "Incomplete – Overdue",
                f"{days(-self.dates.days_left(self.now))} overdue. {self.signers}",
            )
        return Status("progress" if self.signed else "none", "In Progress", self.signers)

    def _reopened(self) -> Status:
        opened = (
            f"OPI reopened this on {_day(self.round_opened_at)}. " if self.round_opened_at else ""
        )
        until = (
            f"Correct the data, resync, and sign again by {self.dates.corrections_until:%m/%d/%Y}."
        )
        return Status("warning", "Recertification In Progress", f"{opened}{until} {self.signers}")

    def _sealed(self, sealed_at: datetime.datetime) -> Status:
        nouns = "Outcomes" if self.event.is_of_leavers else "Records"
        locked = f" {nouns} are locked." if self.in_active_year else ""
        if self.request == Recertification.Status.ASKED:
            sentence = (
                f"Requested on {_day(self.request_at)}; OPI has not answered yet. The certification"
                f" of {_day(sealed_at)} stays in effect."
            )
            return Status("progress", "Recertification Request Sent", sentence + locked)
        if self.approved_at:
            return Status(
                "completed",
                "Certification Approved by State",
                f"Approved on {_day(self.approved_at)}.{locked}",
            )
        return Status(
            "completed", "Certification Sent to State", f"All signed on {_day(sealed_at)}.{locked}"
        )


def _day(moment: datetime.datetime | None) -> str:
    return f"{timezone.localtime(moment):%m/%d/%Y}" if moment else ""
