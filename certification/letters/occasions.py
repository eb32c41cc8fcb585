"""The occasions on which people get an e-mail about certification. Each function is called in the
transaction of what it tells of.

Signing and sealing queue their own e-mails, in certification.signing.signing and
certification.signing.sealing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from certification.letters.district_letters import dated_letter, district_letter, district_names
from certification.letters.letters import Letter, not_yet_queued, queue_all
from certification.letters.readers import Reader, administrators_of, certifiers_of, readers
from certification.models import CertificationEvent, Reminder, Signature
from certification.models.dates import in_short
from certification.status.district_event import DistrictEvent
from certification.status.statewide import district_events
from cte_portal.accounts.models import User
from cte_portal.prepared import prepared

DAYS_BEFORE = (14, 7, 3, 1)
OVERDUE = "overdue"
EARLIEST_HOUR = 7  # Mountain time; nobody is written to at night


def published(event: CertificationEvent) -> None:
    """To all districts, once, however often the event is closed and shown again."""
    names = district_names()
    to = readers(names)
    queue_all(
        publication(district_event, names[number], person)
        for number, district_event in district_events(event, names).items()
        for person in to[number]
    )


def publication(district_event: DistrictEvent, name: str, person: User) -> Letter:
    return dated_letter(
        "published",
        "certification event published",
        district_event,
        name,
        person,
        f"{district_event.event.pk}:published:{district_event.district}",
    )


def year_closed(event: CertificationEvent, numbers: Iterable[str]) -> None:
    """To certifiers and District Administrators of districts that did not certify and cannot any
    more.
    """
    names = {number: name for number, name in district_names().items() if number in set(numbers)}
    certifiers, administrators = certifiers_of(names), administrators_of(names)
    queue_all(
        district_letter(
            "year_closed",
            f"closed without certification, was due {in_short(district_event.last_day)}",
            district_event,
            names[number],
            person,
            f"{event.pk}:year-closed:{number}",
            year=event.school_year,
        )
        for number, district_event in district_events(event, names).items()
        for person in dict.fromkeys([*certifiers[number], *administrators[number]])
    )


def daily() -> None:
    """Districts that have not certified get an e-mail 14, 7, 3 and 1 days before the last day, and
    once after it (Plug.daily).
    """
    if timezone.localtime().hour < EARLIEST_HOUR:
        return
    soon = timezone.localdate() + datetime.timedelta(days=max(DAYS_BEFORE))
    for event in CertificationEvent.objects.seen_by_districts().filter(due__lte=soon):
        with transaction.atomic():
            _remind_of_the_date(event)


def of_the_date(event: CertificationEvent) -> dict[tuple[str, int], tuple[Letter, str]]:
    """(district, person) → today's e-mail about the date and its occasion, whether or not it was
    sent before.
    """
    names = district_names()
    due = [
        (number, district_event, kind)
        for number, district_event in district_events(event, names).items()
        if (kind := _occasion(district_event))
    ]
    if not due:  # on most days
        return {}
    to = readers([number for number, _, _ in due])
    signatures_now, people_reminded = signers_of(event), reminded_today(event)
    letters: dict[tuple[str, int], tuple[Letter, str]] = {}
    for number, district_event, kind in due:
        for person in to[number]:
            if person.pk not in people_reminded and not has_done(
                district_event, person, signatures_now
            ):
                letters[number, person.pk] = (
                    about_the_date(district_event, names[number], person, kind),
                    kind,
                )
    return letters


def about_the_date(district_event: DistrictEvent, name: str, person: User, kind: str) -> Letter:
    key = f"{district_event.event.pk}:{kind}:{district_event.district}:{district_event.last_day:%Y%m%d}"
    template, word = ("overdue", "was due") if kind == OVERDUE else ("due", "due")
    return dated_letter(
        template, f"{word} {in_short(district_event.last_day)}", district_event, name, person, key
    )


def _remind_of_the_date(event: CertificationEvent) -> None:
    letters, today = of_the_date(event), timezone.localdate()
    new_keys = {
        (letter.to.pk, letter.key)
        for letter in not_yet_queued(letter for letter, _ in letters.values())
    }
    now, rows, new_letters = timezone.now(), {}, []
    for (number, pk), (letter, kind) in letters.items():
        if (
            (
                pk,
                letter.key,
            )
            in new_keys
            and pk not in rows
        ):  # one a day for a person who certifies for several districts
            kinds = Reminder.Kind.OVERDUE if kind == OVERDUE else Reminder.Kind.REMINDER
            rows[pk] = Reminder(
                event=event,
                district=number,
                user_id=pk,
                day=today,
                kind=kinds,
                at=now,
                by="CTE Portal",
                letter=letter.batch_key,
            )
            new_letters.append(letter)
    Reminder.objects.bulk_create(rows.values(), ignore_conflicts=True)
    queue_all(new_letters)


def is_waited_for(district_event: DistrictEvent) -> bool:
    """True when the district still can and must certify."""
    return not district_event.why_not_waited_for


def _occasion(district_event: DistrictEvent) -> str:
    """Of today: `due-14` and so on, or `overdue`. The day after a date counts with it, should
    nothing have run on the day itself.
    """
    if not is_waited_for(district_event):
        return ""
    number = _days_to_the_last(district_event)
    return (
        kind_of_day(district_event)
        if number < 0 or any(days - 1 <= number <= days for days in DAYS_BEFORE)
        else ""
    )


def kind_of_day(district_event: DistrictEvent) -> str:
    """The kind of e-mail for this day: `overdue`, or the nearest of `DAYS_BEFORE`."""
    number = _days_to_the_last(district_event)
    return (
        OVERDUE
        if number < 0
        else f"due-{next((days for days in reversed(DAYS_BEFORE) if number <= days), DAYS_BEFORE[0])}"
    )


def _days_to_the_last(district_event: DistrictEvent) -> int:
    return (district_event.last_day - timezone.localdate(district_event.now)).days


def signers_of(event: CertificationEvent) -> set[tuple[str, int]]:
    """(district, person) of who has signed the open round."""
    return set(_signers(event.pk))


@prepared
def _signers(event: int) -> QuerySet[Signature, tuple[Any, ...]]:
    signatures = Signature.objects.standing().filter(round__event=event, round__status="open")
    return signatures.values_list("round__district", "certifier__user")


def has_done(
    district_event: DistrictEvent, person: Reader, signatures: set[tuple[str, int]]
) -> bool:
    """True when the person has signed and others have not. Where all have signed, one of them still
    has to seal it (C-17).
    """
    return (
        district_event.signed < district_event.primaries
        and (district_event.district, person.pk) in signatures
    )


def reminded_today(event: CertificationEvent) -> set[int]:
    return {person for (person,) in _reminded(event.pk, timezone.localdate())}


@prepared
def _reminded(event: int, day: datetime.date) -> QuerySet[Reminder, tuple[Any, ...]]:
    return Reminder.objects.filter(event=event, day=day).values_list("user")


def reminder(district_event: DistrictEvent, name: str, person: User, text: str) -> Letter:
    """OPI's own reminder of today."""
    key = f"{district_event.event.pk}:reminder:{district_event.district}:{timezone.localdate():%Y%m%d}"
    word = "was due" if district_event.is_overdue else "due"
    return dated_letter(
        "reminder",
        f"{word} {in_short(district_event.last_day)}",
        district_event,
        name,
        person,
        key,
        text=text,
    )
