"""Sentences on what districts will notice of a change or a move of an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from certification.models import (
    CertificationEvent,
    Certifier,
    Extension,
    Recertification,
    Round,
    Signature,
)
from certification.models.dates import Phase, in_short, in_words
from cte_portal.ui.wording import number_of
from pathways.models import District, SchoolYear

Status = CertificationEvent.Status
MOST_NAMED = 10


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
    """Sentences on what publishing, closing or showing again would mean."""
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
        if reach.certified:
            receipts = "its receipt" if reach.certified == 1 else "their receipts"
            sentences.append(
                f"{number_of(reach.certified, 'certification')} and {receipts} stay as they are."
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
