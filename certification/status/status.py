"""Where a district stands in an event, in the words of montana 6.3 and one sentence that says what
it means (ux 8).

Everything is computed from rounds, signatures, requests and dates, in one query for all events of a
district; nothing of it is stored.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from certification.models import (
    CertificationEvent,
    Certifier,
    Extension,
    Recertification,
    Round,
    Signature,
)
from certification.models.dates import Dates, Phase, days, in_short, in_words
from cte_portal.accounts.models.user import UNUSED
from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.models import District, SchoolYear

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
    """Whether the event's year is the portal's current one; a seal locks the records only then
    (design 4).
    """
    year_is_over: bool = False
    """Whether a later school year is the current one."""

    unused: int = 0
    """Active Primary certifiers whose account has closed by itself, as nobody has used it for 180
    days.
    """

    @property
    def able(self) -> int:
        """Primary certifiers who can sign in."""
        return self.primaries - self.unused

    @property
    def phase(self) -> Phase:
        return self.dates.phase(self.now)

    @property
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

    @property
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
        locked = " Records are locked." if self.in_active_year else ""
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


def year_is_held() -> str:
    """A year does not end while a recertification is open: its records could no longer be corrected
    (design 4).
    """
    requests = Recertification.objects.open().filter(
        event__end_year__in=SchoolYear.objects.filter(is_active=True).values("end_year")
    )
    numbers = sorted(set(requests.values_list("district", flat=True)))
    if not numbers:
        return ""
    names = [
        f"{number} {name}"
        for number, name in (
            District.objects.filter(pk__in=numbers).order_by("pk").values_list("number", "name")
        )
    ]
    words = "Finish it, or close it with a reason, before you start the next year."
    return f"A recertification is open in {', '.join(names)}. {words}"


def events_of(scope: Scope) -> list[DistrictEvent]:
    """The events of the scope's school year that the district may see, the one that is due first in
    front. One query.
    """
    since = timezone.now() - UNUSED
    events = [_of(event, scope.district) for event in _events_with_facts(scope, since)]
    return sorted(
        events, key=lambda district_event: (district_event.dates.due, district_event.event.pk)
    )


def event_of(scope: Scope, pk: int) -> DistrictEvent | None:
    """One of them; None for one that the district may not see or that belongs to another year."""
    return next(
        (district_event for district_event in events_of(scope) if district_event.event.pk == pk),
        None,
    )


def closed_event(scope: Scope) -> CertificationEvent | None:
    """The year's event that OPI has closed, where the district sees none any more."""
    return (
        CertificationEvent.objects.of_year(scope.end_year)
        .filter(status=CertificationEvent.Status.CLOSED)
        .first()
    )


def next_event(scope: Scope) -> DistrictEvent | None:
    """The event the district has to think of: the first one due that it has not certified and that
    is not over, else the last one.
    """
    events = events_of(scope)
    waiting = [
        event
        for event in events
        if not event.is_certified and not event.ended and event.phase is not Phase.OVER
    ]
    return waiting[0] if waiting else events[-1] if events else None


def known_next_event(scope: Scope, known: dict[Any, Any]) -> DistrictEvent | None:
    """The same, asked once for a page: the line above it, the step of the home page and its figures
    begin with it.
    """
    key = (next_event, scope)
    if key not in known:
        known[key] = next_event(scope)
    event: DistrictEvent | None = known[key]
    return event


@prepared
def _events_with_facts(scope: Scope, since: datetime.datetime) -> QuerySet[CertificationEvent]:
    """`since`: who has not used the account for longer cannot sign in."""
    events = CertificationEvent.objects.seen_by_districts().of_year(scope.end_year)
    key = {"event": OuterRef("pk"), "district": scope.district}
    extension = Extension.objects.filter(**key)
    official, open_round = (
        Round.objects.official().filter(**key),
        Round.objects.open().filter(**key),
    )
    request = Recertification.objects.open().filter(**key)
    primaries = Certifier.objects.of_district(scope.district).active().primary()
    signatures = (
        Signature.objects.standing()
        .by_primaries()
        .filter(
            round__event=OuterRef("pk"),
            round__district=scope.district,
            round__status=Round.Status.OPEN,
            certifier__in=primaries,
        )
    )
    return events.annotate(
        extended_due=Subquery(extension.values("due")[:1]),
        extended_corrections=Subquery(extension.values("corrections_until")[:1]),
        official_since=Subquery(official.values("sealed_at")[:1]),
        official_approved=Subquery(official.values("approved_at")[:1]),
        open_number=Subquery(open_round.values("number")[:1]),
        open_since=Subquery(open_round.values("opened_at")[:1]),
        request_status=Subquery(request.values("status")[:1]),
        request_since=Subquery(request.values("asked_at")[:1]),
        primary_count=Subquery(
            primaries.order_by().values("district").annotate(number=Count("pk")).values("number")
        ),
        unused_count=Subquery(
            primaries.unused(since)
            .order_by()
            .values("district")
            .annotate(number=Count("pk"))
            .values("number")
        ),
        signed_count=Subquery(
            signatures.order_by().values("round").annotate(number=Count("pk")).values("number")
        ),
        year_is_active=Exists(
            SchoolYear.objects.filter(end_year=OuterRef("end_year"), is_active=True)
        ),
        later_is_active=Exists(
            SchoolYear.objects.filter(end_year__gt=OuterRef("end_year"), is_active=True)
        ),
    )


def _of(event: Any, district: str) -> DistrictEvent:
    """`event` with the facts annotated."""
    return DistrictEvent(
        event=event,
        district=district,
        dates=event.dates_with(event.extended_due, event.extended_corrections),
        now=timezone.now(),
        primaries=event.primary_count or 0,
        signed=event.signed_count or 0,
        sealed_at=event.official_since,
        approved_at=event.official_approved,
        round_number=event.open_number,
        round_opened_at=event.open_since,
        request=event.request_status or "",
        request_at=event.request_since,
        in_active_year=event.year_is_active,
        year_is_over=event.later_is_active,
        unused=event.unused_count or 0,
    )
