"""The home page's figures of certifying: the due date, and who has signed (R-01)."""

from __future__ import annotations

from dataclasses import replace

from certification.certifiers.certifiers import known_certifiers
from certification.collections.chosen import collection_of
from certification.models import Signature
from certification.models.dates import in_short
from certification.status.district_event import DistrictEvent
from certification.status.status import known_next_event
from cte_portal.editions import Scope
from cte_portal.frame import HomeFigure, Standing


def figures(scope: Scope, standing: Standing) -> list[HomeFigure]:
    """By when, and who has signed."""
    district_event = known_next_event(scope, standing.known)
    if district_event is None:
        return []
    due = _due(district_event)
    if district_event.event.is_of_leavers:
        short = collection_of(district_event.event).short
        due = replace(due, label=f"{short}: {due.label[0].lower()}{due.label[1:]}")
    return [
        due,
        HomeFigure(
            "Who has signed",
            _signed(district_event),
            _waiting(district_event, standing),
            attention=not district_event.able,
        ),
    ]


def _due(district_event: DistrictEvent) -> HomeFigure:
    if district_event.ended:
        return HomeFigure(
            f"{district_event.event.school_year} is over", "Not certified", district_event.why_ended
        )
    if district_event.finishing:
        return HomeFigure(
            "To be finished by",
            in_short(district_event.last_day_to_sign),
            f"{district_event.event.school_year} is over.",
            attention=True,
        )
    if district_event.reopened:
        return HomeFigure(
            "To be signed again by",
            in_short(district_event.dates.corrections_until),
            district_event.status.word,
            attention=True,
        )
    if district_event.sealed_on and district_event.is_certified:
        return HomeFigure(
            "Certified on", in_short(district_event.sealed_on), district_event.status.word
        )
    label = "Was due" if district_event.is_overdue else "Must be certified by"
    sentence = (
        f"{district_event.time_left[0].upper()}{district_event.time_left[1:]}. Corrections to"
        f" {in_short(district_event.dates.corrections_until)}."
    )
    return HomeFigure(
        label,
        f"{district_event.dates.due:%A, %B} {district_event.dates.due.day}",
        sentence,
        attention=district_event.is_overdue,
    )


def _signed(district_event: DistrictEvent) -> str:
    return (
        "All"
        if district_event.is_certified
        else f"{district_event.signed} of {district_event.primaries}"
    )


def _waiting(district_event: DistrictEvent, standing: Standing) -> str:
    """The certifiers whose signature is still needed, by name, the reader as *you* and first; of a
    certified event those who have signed.
    """
    status = "sealed" if district_event.is_certified else "open"
    signed = (
        Signature.objects.standing()
        .by_primaries()
        .filter(
            round__event=district_event.event,
            round__district=district_event.district,
            round__status=status,
        )
    )
    if district_event.is_certified:
        return " and ".join(signed.order_by("signed_at").values_list("name", flat=True))
    done = set(signed.values_list("certifier", flat=True)) if district_event.signed else set()
    waiting = [
        certifier
        for certifier in known_certifiers(district_event.district, standing.known)
        if certifier.is_primary and certifier.pk not in done
    ]
    other_certifiers = [certifier for certifier in waiting if certifier.user != standing.person]
    names = ["you"] if len(other_certifiers) < len(waiting) else []
    names += [
        f"{certifier.name_apart}{' (account closed)' if certifier.user.dormant else ''}"
        for certifier in other_certifiers
    ]
    return (
        f"Waiting for {' and '.join(names)}."
        if names and not district_event.ended
        else district_event.signers
    )
