"""On which occasions people are written to about certification, and who. Each function is called in
the transaction of what it tells of.

Signing and sealing write their own letters, in certification.signing.signing and
certification.signing.sealing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from certification.letters.letters import Letter, not_yet_queued, queue_all
from certification.models import CertificationEvent, Certifier, Recertification, Reminder, Signature
from certification.models.dates import Phase, in_short
from certification.status.statewide import district_events
from certification.status.status import DistrictEvent, event_of
from cte_portal.accounts.models import Membership, Role, User
from cte_portal.editions import Scope
from cte_portal.folding import Folded
from pathways.models import District

DAYS_BEFORE = (14, 7, 3, 1)
OVERDUE = "overdue"
EARLIEST_HOUR = 7  # Mountain time; nobody is written to at night
UNDO_SECONDS = 5 * 60
"""How long OPI may take an answer back; the letter waits as long."""


def readers(numbers: Iterable[str]) -> dict[str, list[User]]:
    """District → who is written to about its certification: the active certifiers, or, while nobody
    is named, its District Administrators.
    """
    found = _certifiers(numbers)
    return found | _administrators(number for number, people in found.items() if not people)


def _certifiers(numbers: Iterable[str]) -> dict[str, list[User]]:
    found: dict[str, list[User]] = {number: [] for number in numbers}
    active = Certifier.objects.active().select_related("user")
    for certifier in active.order_by(
        "level", Folded("user__last_name"), Folded("user__first_name")
    ):
        if certifier.district in found:
            found[certifier.district].append(certifier.user)
    return found


def _administrators(numbers: Iterable[str]) -> dict[str, list[User]]:
    found: dict[str, list[User]] = {number: [] for number in numbers}
    named = Membership.objects.filter(
        role=Role.DISTRICT_ADMINISTRATOR, user__is_active=True
    ).select_related("user")
    for membership in named.order_by(Folded("user__last_name"), Folded("user__first_name")):
        if membership.district in found:
            found[membership.district].append(membership.user)
    return found


def published(event: CertificationEvent) -> None:
    """To all districts, once, however often the event is closed and shown again."""
    names = _names()
    to = readers(names)
    queue_all(
        publication(one, names[number], person)
        for number, one in district_events(event, names).items()
        for person in to[number]
    )


def publication(one: DistrictEvent, name: str, person: User) -> Letter:
    return _dated(
        "published",
        "certification event published",
        one,
        name,
        person,
        f"{one.event.pk}:published:{one.district}",
    )


def year_closed(event: CertificationEvent, numbers: Iterable[str]) -> None:
    """To certifiers and District Administrators of districts that did not certify and cannot any
    more.
    """
    names = {number: name for number, name in _names().items() if number in set(numbers)}
    certifiers, administrators = _certifiers(names), _administrators(names)
    queue_all(
        _letter(
            "year_closed",
            f"closed without certification, was due {in_short(one.last_day)}",
            one,
            names[number],
            person,
            f"{event.pk}:year-closed:{number}",
            year=event.school_year,
        )
        for number, one in district_events(event, names).items()
        for person in dict.fromkeys([*certifiers[number], *administrators[number]])
    )


def daily() -> None:
    """Who has not certified is written to 14, 7, 3 and 1 days before the last day, and once after
    it (Plug.daily).
    """
    if timezone.localtime().hour < EARLIEST_HOUR:
        return
    soon = timezone.localdate() + datetime.timedelta(days=max(DAYS_BEFORE))
    for event in CertificationEvent.objects.seen_by_districts().filter(due__lte=soon):
        with transaction.atomic():
            _remind_of_the_date(event)


def of_the_date(event: CertificationEvent) -> dict[tuple[str, int], tuple[Letter, str]]:
    """(district, person) → today's letter about the date and its occasion, whether or not it was
    sent before.
    """
    names = _names()
    to, done, reminded = readers(names), signed(event), reminded_today(event)
    letters: dict[tuple[str, int], tuple[Letter, str]] = {}
    for number, one in district_events(event, names).items():
        kind = _occasion(one)
        for person in to[number] if kind else ():
            if person.pk not in reminded and not has_done(one, person, done):
                letters[number, person.pk] = about_the_date(one, names[number], person, kind), kind
    return letters


def about_the_date(one: DistrictEvent, name: str, person: User, kind: str) -> Letter:
    key = f"{one.event.pk}:{kind}:{one.district}:{one.last_day:%Y%m%d}"
    template, word = ("overdue", "was due") if kind == OVERDUE else ("due", "due")
    return _dated(template, f"{word} {in_short(one.last_day)}", one, name, person, key)


def _remind_of_the_date(event: CertificationEvent) -> None:
    letters, today = of_the_date(event), timezone.localdate()
    fresh = {
        (one.to.pk, one.key) for one in not_yet_queued(letter for letter, _ in letters.values())
    }
    now, rows, chosen = timezone.now(), {}, []
    for (number, pk), (letter, kind) in letters.items():
        if (
            pk,
            letter.key,
        ) in fresh and pk not in rows:  # one a day for a person who certifies for several districts
            kinds = Reminder.Kind.OVERDUE if kind == OVERDUE else Reminder.Kind.REMINDER
            rows[pk] = Reminder(
                event=event,
                district=number,
                user_id=pk,
                day=today,
                kind=kinds,
                at=now,
                by="CTE Portal",
            )
            chosen.append(letter)
    Reminder.objects.bulk_create(rows.values(), ignore_conflicts=True)
    queue_all(chosen)


def is_waited_for(one: DistrictEvent) -> bool:
    """Whether the district still can and must certify."""
    return not why_not_waited_for(one)


def why_not_waited_for(one: DistrictEvent) -> str:
    """Why nobody of the district is reminded; empty where it still can and must certify."""
    if one.is_certified:
        return "certified"
    if not one.event.is_published:
        return "the event is closed"
    if one.ended:
        return f"{one.event.school_year} is over"
    if not one.in_active_year and not one.finishing:
        return f"{one.event.school_year} is not the current school year"
    if one.phase is Phase.NOT_YET_OPEN:
        return f"review opens {in_short(one.dates.review_opens)}"
    return (
        f"corrections ended {in_short(one.dates.corrections_until)}"
        if one.phase is Phase.OVER
        else ""
    )


def _occasion(one: DistrictEvent) -> str:
    """Of today: `due-14` and so on, or `overdue`. The day after a date counts with it, should
    nothing have run on the day itself.
    """
    if not is_waited_for(one):
        return ""
    left = _left(one)
    return (
        kind_of_day(one)
        if left < 0 or any(days - 1 <= left <= days for days in DAYS_BEFORE)
        else ""
    )


def kind_of_day(one: DistrictEvent) -> str:
    """What a letter about the date says on this day: `overdue`, or the nearest of the days before
    it that it is counted with.
    """
    left = _left(one)
    return (
        OVERDUE
        if left < 0
        else f"due-{next((days for days in reversed(DAYS_BEFORE) if left <= days), DAYS_BEFORE[0])}"
    )


def _left(one: DistrictEvent) -> int:
    return (one.last_day - timezone.localdate(one.now)).days


def signed(event: CertificationEvent) -> set[tuple[str, int]]:
    """(district, person) of who has signed the open round."""
    standing = Signature.objects.standing().filter(round__event=event, round__status="open")
    return set(standing.values_list("round__district", "certifier__user"))


def has_done(one: DistrictEvent, person: User, signed: set[tuple[str, int]]) -> bool:
    """Whether others are waited for, not the person: where all have signed who must, one of them
    still has to seal it (C-17).
    """
    return one.signed < one.primaries and (one.district, person.pk) in signed


def reminded_today(event: CertificationEvent) -> set[int]:
    return set(
        Reminder.objects.filter(event=event, day=timezone.localdate()).values_list(
            "user", flat=True
        )
    )


def reminder(one: DistrictEvent, name: str, person: User, text: str) -> Letter:
    """OPI's own reminder of today."""
    key = f"{one.event.pk}:reminder:{one.district}:{timezone.localdate():%Y%m%d}"
    word = "was due" if one.is_overdue else "due"
    return _dated("reminder", f"{word} {in_short(one.last_day)}", one, name, person, key, text=text)


# --- recertification


def asked(request: Recertification) -> None:
    """To OPI's staff."""
    one, name = _of(request)
    staff = User.objects.filter(memberships__role=Role.OPI_STAFF, is_active=True).distinct()
    path = reverse("recertification", args=[one.district, one.event.end_year, request.pk])
    queue_all(
        _letter(
            "recertification_asked",
            "recertification requested",
            one,
            name,
            person,
            f"{request.pk}:asked",
            path,
            by=request.asked_by,
        )
        for person in staff
    )


def answered(request: Recertification) -> None:
    """To the district's certifiers, once the answer cannot be taken back any more."""
    assert request.answered_at is not None  # noqa: S101 - it is answered
    key = answer_key(request)
    what = (
        "OPI has reopened the certification"
        if request.status == Recertification.Status.APPROVED
        else "OPI has answered"
    )
    answer = "Approved" if request.status == Recertification.Status.APPROVED else "Denied"
    queue_all(
        _to_certifiers(request, "recertification_answered", what, key, answer=answer),
        after=UNDO_SECONDS,
    )


def answer_key(request: Recertification) -> str:
    return f"{request.pk}:answered:{request.answered_at:%Y%m%d%H%M%S}"


def demanded(request: Recertification) -> None:
    queue_all(
        _to_certifiers(
            request,
            "recertification_demanded",
            "OPI requests a correction",
            f"{request.pk}:demanded",
        )
    )


def closed(request: Recertification) -> None:
    queue_all(
        _to_certifiers(
            request,
            "recertification_closed",
            "OPI has closed the recertification",
            f"{request.pk}:closed",
        )
    )


def _to_certifiers(
    request: Recertification, template: str, what: str, key: str, **told: str
) -> list[Letter]:
    one, name = _of(request)
    path = reverse("recertification", args=[one.district, one.event.end_year, request.pk])
    return [
        _letter(template, what, one, name, person, key, path, **told)
        for person in readers([one.district])[one.district]
    ]


def _of(request: Recertification) -> tuple[DistrictEvent, str]:
    one = event_of(Scope(request.district, request.event.end_year), request.event_id)
    assert one is not None  # noqa: S101 - the actions have refused for an event that is not shown
    return one, _names().get(request.district, "")


def _dated(
    template: str, what: str, one: DistrictEvent, name: str, person: User, key: str, **told: str
) -> Letter:
    """A letter that a date brings, or that is about dates alone: certification.letters.posting
    looks at them again when it is sent.
    """
    return replace(
        _letter(template, what, one, name, person, key, **told),
        event=one.event.pk,
        last_day=one.last_day.isoformat(),
    )


def _letter(
    template: str,
    what: str,
    one: DistrictEvent,
    name: str,
    person: User,
    key: str,
    path: str = "",
    **told: str,
) -> Letter:
    scope = Scope(one.district, one.event.end_year)
    path = path or reverse(
        "event-certification", args=[scope.district, scope.end_year, one.event.pk]
    )
    facts: Mapping[str, str] = {
        "event": one.event.name,
        "district": f"{one.district} {name}",
        "due": one.due_sentence,
        "corrections": one.dates.corrections(one.now),
        "signers": one.signers,
        **told,
    }
    return Letter(template, subject(one, name, what), person, scope, path, key, facts)


def subject(one: DistrictEvent, name: str, what: str) -> str:
    """Each names the district and the due date (ux, e-mail)."""
    due = "" if "due" in what else f" (due {in_short(one.last_day)})"
    return (
        f"CTE Portal: {one.event.get_collection_display()} {one.event.school_year}, {one.district}"
        f" {name} – {what}{due}"
    )


def _names() -> dict[str, str]:
    return dict(District.objects.values_list("number", "name"))
