"""OPI's hand on events: what a change or a move would mean, told before it is made, and then made,
with its AuditEvent.

No date touches a signature, a round or a recertification: whoever has signed has signed under the
dates of that day. New statements are signed anew where the last name is still missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from certification.letters import occasions
from certification.models import (
    CertificationEvent,
    Certifier,
    EventLink,
    Extension,
    Recertification,
    Round,
    Signature,
)
from certification.models.dates import Phase, in_short, in_words
from certification.signing.groups import groups_of
from certification.signing.signing import rules_changed
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.editions import school_year_label
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.models import District, SchoolYear

Operation = AuditEvent.Operation
Status = CertificationEvent.Status
STALE = (
    "Someone else changed this event after you opened it. Nothing was saved yet. Check it again"
    " first."
)
MOST_NAMED = 10
A_YEAR = datetime.timedelta(weeks=52)

Links = Sequence[tuple[str, str]]
"""(title, address) of the Ad Hoc Data Links."""


@dataclass(frozen=True)
class Reach:
    """The districts of the portal by what they have done in one event."""

    districts: int
    certified: int
    signatures: int
    waiting: int
    """Signatures of districts in which the last name is still missing."""
    extended: tuple[str, ...]

    @classmethod
    def of(cls, event: CertificationEvent) -> Reach:
        return cls(
            districts=District.objects.count(),
            certified=Round.objects.official().filter(event=event).count(),
            signatures=Signature.objects.standing().filter(round__event=event).count(),
            waiting=Signature.objects.standing()
            .filter(round__event=event, round__status=Round.Status.OPEN)
            .count(),
            extended=tuple(
                Extension.objects.filter(event=event).values_list("district", flat=True)
            ),
        )


def links_of(event: CertificationEvent) -> list[tuple[str, str]]:
    return list(event.links.values_list("title", "url")) if event.pk else []


def words(event: CertificationEvent, links: Links) -> dict[str, str]:
    """An event as people read it, by the labels of its form."""
    follow_up = (
        f"{event.follow_up_opens:%m/%d/%Y} to {event.follow_up_closes:%m/%d/%Y}"
        if event.follow_up_opens
        else "none"
    )
    return {
        "Name": event.name,
        "Collection": event.get_collection_display(),
        "School year": school_year_label(event.end_year),
        "Review opens": f"{event.review_opens:%m/%d/%Y}",
        "Certification opens": f"{event.certification_opens:%m/%d/%Y}",
        "Due": f"{event.due:%m/%d/%Y}",
        "Corrections until": f"{event.corrections_until:%m/%d/%Y}",
        "Follow-up": follow_up,
        "Statements": " / ".join(event.statements),
        "Validation groups": ", ".join(group.title for group in groups_of(event)),
        "Late certification accepted": "Yes" if event.late_is_accepted else "No",
        "60 minutes after a resync": "block" if event.wait_after_resync_blocks else "advice",
        "Ad Hoc Data Links": " / ".join(f"{title} {url}" for title, url in links) or "none",
    }


def effects(
    before: CertificationEvent, after: CertificationEvent, *, links_differ: bool
) -> list[str]:
    """Sentences on what districts will notice; none of a draft, which no district sees."""
    if not before.is_published:
        return []
    reach = Reach.of(before)
    sentences = [
        (
            f"{number_of(reach.districts, 'district')} will see this right away: at the top of every"
            " page, on the home page, and on the event's page."
        )
    ]
    sentences += _moved_dates(before, after, reach)
    number_staying = reach.signatures
    if before.name != after.name:
        sentences.append(
            f"The event will be called “{after.name}” from now on. Sealed copies keep the old name."
        )
    if before.statements != after.statements:
        sentences.append(
            "From now on certifiers read and sign the new statements. Certified collections keep"
            " the wording that was signed."
        )
        if reach.waiting:
            number_staying -= reach.waiting
            sentence = (
                f"{number_of(reach.waiting, 'signature')} in districts that have not certified yet"
                " will no longer count"
            )
            sentences.append(f"{sentence}. Those certifiers must sign again.")
    if before.validation_groups != after.validation_groups or links_differ:
        sentences.append("The event's page will show the new validation groups and links.")
    if before.late_is_accepted and not after.late_is_accepted:
        sentences.append(
            "After the due date no one can certify. Certified collections can still be corrected."
        )
    if after.late_is_accepted and not before.late_is_accepted:
        sentences.append("After the due date districts can still certify, until corrections end.")
    if before.wait_after_resync_blocks != after.wait_after_resync_blocks:
        sentences.append(
            "No one can sign within 60 minutes of a complete resync."
            if after.wait_after_resync_blocks
            else "From now on, waiting 60 minutes after a complete resync is only advice."
        )
    stays = f"{number_of(number_staying, 'signature')} and {number_of(reach.certified, 'certification')}"
    sentences.append(f"{stays} stay as they are. No certified district is asked to certify again.")
    return sentences


def _moved_dates(before: CertificationEvent, after: CertificationEvent, reach: Reach) -> list[str]:
    sentences, now = [], timezone.now()
    for name, label in (
        ("review_opens", "Review opens"),
        ("certification_opens", "Certification opens"),
        ("corrections_until", "Corrections end"),
    ):
        if getattr(before, name) != getattr(after, name):
            sentences.append(
                f"{label} on {in_words(getattr(after, name))} instead of"
                f" {in_short(getattr(before, name))}."
            )
    if before.due != after.due:
        sentences.append(
            f"Due on {in_words(after.due)} instead of {in_short(before.due)}:"
            f" {after.dates.time_left(now)}."
        )
        number = reach.districts - reach.certified
        if after.dates.is_overdue(now) and not before.dates.is_overdue(now) and number:
            sentences.append(
                f"{number_of(number, 'district')} {'has' if number == 1 else 'have'} not certified and"
                " will be overdue right away."
            )
    if sentences and reach.extended:
        sentences.append(
            f"{number_of(len(reach.extended), 'district')} with an extension"
            f" {'keeps' if len(reach.extended) == 1 else 'keep'} the later dates:"
            f" {_few(reach.extended)}."
        )
    phase_before, phase_after = before.dates.phase(now), after.dates.phase(now)
    if phase_before is not phase_after:
        sentences.append(
            f"The event will be in the phase “{phase_after.value}”; it is now in “{phase_before.value}”."
        )
    return sentences


def _few(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = len(ordered) - MOST_NAMED
    return ", ".join(ordered[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def moving(event: CertificationEvent, to: str) -> list[str]:
    """What publishing, closing or showing again would mean."""
    reach, now = Reach.of(event), timezone.now()
    if to == Status.CLOSED:
        number = reach.districts - reach.certified
        number_open = Recertification.objects.open().filter(event=event).count()
        sentences = [
            (
                f"{number_of(reach.districts, 'district')} will no longer see this event, and no one"
                " can sign in it."
            )
        ]
        sentences.append(
            f"{number_of(reach.certified, 'certification')} and the receipts stay as they are."
        )
        if number:
            sentences.append(
                f"{number_of(number, 'district')} {'has' if number == 1 else 'have'} not certified and"
                f" will no longer be able to: {_few(_uncertified(event))}."
            )
        if number_open:
            sentences.append(
                f"{number_of(number_open, 'recertification')} {'is' if number_open == 1 else 'are'} not"
                " finished and cannot be while the event is closed."
            )
        return sentences
    again = " again" if event.status == Status.CLOSED else ""
    sentences = [
        (
            f"{number_of(reach.districts, 'district')} see this event{again}: on the home page, at the"
            " top of every page, and on the Event Dashboard."
        )
    ]
    sentences.append(
        f"Its phase is now “{event.dates.phase(now).value}”. {event.dates.sentence(now)}."
    )
    if event.dates.phase(now) is Phase.OVER:
        sentences.append("The time for corrections has ended, so no one can sign in it.")
    if not SchoolYear.objects.filter(end_year=event.end_year, is_active=True).exists():
        sentences.append(
            f"{event.school_year} is not the current school year. Districts see this event only"
            " when they open that year."
        )
    if districts := _without_primary():
        has = "has" if len(districts) == 1 else "have"
        sentences.append(
            f"{number_of(len(districts), 'district')} {has} no Primary certifier and cannot certify"
            f" yet: {_few(districts)}."
        )
    return sentences


def _uncertified(event: CertificationEvent) -> set[str]:
    return set(District.objects.values_list("number", flat=True)) - set(
        Round.objects.official().filter(event=event).values_list("district", flat=True)
    )


def _without_primary() -> set[str]:
    return set(District.objects.values_list("number", flat=True)) - set(
        Certifier.objects.active().primary().values_list("district", flat=True)
    )


def make(event: CertificationEvent, links: Links, *, by: User) -> CertificationEvent:
    """A new draft. Raises Refusal when somebody has just made the collection's event of that
    year.
    """
    try:
        with transaction.atomic():
            event.save(force_insert=True)
            _link(event, links)
            _record(event, Operation.ADD, {}, words(event, links), by)
    except IntegrityError as error:
        raise Refusal("This collection already has an event in that school year.") from error
    return event


def change(event: CertificationEvent, links: Links, *, seen: int, by: User, reason: str) -> bool:
    """Save the event's fields as given, if it still is at version `seen`. False when nothing
    differs.
    """
    with transaction.atomic():
        stored = CertificationEvent.objects.select_for_update().get(pk=event.pk)
        before, after = words(stored, links_of(stored)), words(event, links)
        if before == after:
            return False
        if stored.version != seen:
            raise Refusal(STALE)
        event.status, event.published_at, event.closed_at = (
            stored.status,
            stored.published_at,
            stored.closed_at,
        )
        event.version = stored.version + 1
        event.save(force_update=True)
        _link(event, links)
        _record(event, Operation.CHANGE, before, after, by, reason)
    if before["Statements"] != after["Statements"]:
        rules_changed(event.pk)
    return True


def move(pk: int, to: str, *, by: User, reason: str) -> CertificationEvent:
    """Publish, close or show again. Done twice it is done once; raises Refusal for a move that the
    table does not have.
    """
    with transaction.atomic():
        event = CertificationEvent.objects.select_for_update().get(pk=pk)
        if event.status == to:
            return event
        if not event.may_become(to):
            raise Refusal(
                f"An event that is {event.get_status_display().lower()} cannot become"
                f" {Status(to).label.lower()}."
            )
        if to == Status.CLOSED and (sentence := _held(event)):
            raise Refusal(sentence)
        before = {"Status": event.get_status_display()}
        now = timezone.now()
        closed_at = now if to == Status.CLOSED else None
        event.become(
            to,
            version=event.version + 1,
            published_at=event.published_at or now,
            closed_at=closed_at,
        )
        _record(event, Operation.CHANGE, before, {"Status": event.get_status_display()}, by, reason)
        if to == Status.PUBLISHED:
            occasions.published(event)
    if to == Status.PUBLISHED:  # what districts sent and OPI reworded while it was closed
        rules_changed(event.pk)
    return event


def _held(event: CertificationEvent) -> str:
    """Why an event cannot be closed: a recertification could be neither read nor answered then.
    Empty when nothing holds it.
    """
    numbers = sorted(
        set(Recertification.objects.open().filter(event=event).values_list("district", flat=True))
    )
    return (
        f"A recertification is open in {', '.join(numbers)}. Finish or withdraw it before you close"
        " the event."
        if numbers
        else ""
    )


def copy_of(earlier: CertificationEvent) -> CertificationEvent:
    """A draft of the year after, each date on the same weekday; nothing is stored yet."""
    year = earlier.end_year + 1
    return CertificationEvent(
        name=earlier.name.replace(earlier.school_year, school_year_label(year)),
        collection=earlier.collection,
        end_year=year,
        statements=earlier.statements,
        validation_groups=earlier.validation_groups,
        late_is_accepted=earlier.late_is_accepted,
        wait_after_resync_blocks=earlier.wait_after_resync_blocks,
        review_opens=earlier.review_opens + A_YEAR,
        certification_opens=earlier.certification_opens + A_YEAR,
        due=earlier.due + A_YEAR,
        corrections_until=earlier.corrections_until + A_YEAR,
        follow_up_opens=_same_day(earlier.follow_up_opens),
        follow_up_closes=_same_day(earlier.follow_up_closes),
    )


def _same_day(day: datetime.date | None) -> datetime.date | None:
    """The follow-up runs from the first of a month to the last of another: the same days of the
    next year.
    """
    if day is None:
        return None
    return datetime.date(
        day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day
    )


def _link(event: CertificationEvent, links: Links) -> None:
    if list(links) != links_of(event):
        event.links.all().delete()
        EventLink.objects.bulk_create(
            EventLink(event=event, title=title, url=url) for title, url in links
        )


def _record(
    event: CertificationEvent,
    operation: AuditEvent.Operation,
    before: dict[str, str],
    after: dict[str, str],
    by: User,
    reason: str = "",
) -> None:
    deed = Deed(
        "certification event",
        str(event.pk),
        event.name,
        operation,
        before,
        after,
        end_year=event.end_year,
    )
    AuditEvent.objects.record([deed], by=by, reason=reason)
