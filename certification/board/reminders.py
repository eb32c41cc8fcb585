"""OPI's reminders: to people of chosen districts who still have something to do, once a day each,
logged (ux O-13).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from certification.board.board import Line
from certification.letters import letters, occasions
from certification.models import CertificationEvent, Certifier, Reminder
from cte_portal.accounts.models import AuditEvent, Deed, User

NOBODY = "no certifier and no District Administrator"


@dataclass(frozen=True)
class Recipient:
    """One person of one district; `why_not` says why nothing is sent, and is empty where something
    is.
    """

    line: Line
    person: User | None
    why_not: str = ""


def recipients(event: CertificationEvent, lines: Iterable[Line]) -> list[Recipient]:
    """Who would be written to now, district by district, and who is skipped."""
    chosen = list(lines)
    people = occasions.readers(line.number for line in chosen)
    signed, reminded = occasions.signed(event), occasions.reminded_today(event)
    found: list[Recipient] = []
    for line in chosen:
        if reason := occasions.why_not_waited_for(line.one):
            found.append(Recipient(line, None, reason))
        elif not people[line.number]:
            found.append(Recipient(line, None, NOBODY))
        else:
            for person in people[line.number]:
                why_not = _why_not(
                    person,
                    signed=occasions.has_done(line.one, person, signed),
                    reminded=person.pk in reminded,
                )
                found.append(Recipient(line, person, why_not))
                if not why_not:
                    reminded = reminded | {person.pk}
    return found


@dataclass(frozen=True)
class Summary:
    """What a reminder to many districts would do now."""

    people: int
    districts: int
    without: int
    """Districts where nobody can be written to."""
    certifiers: bool
    """Whether all of the people are certifiers; where none is named, District Administrators are
    written to.
    """


def summary(event: CertificationEvent, lines: Iterable[Line]) -> Summary:
    found = recipients(event, lines)
    due = [one for one in found if one.person and not one.why_not]
    named = set(
        Certifier.objects.active()
        .filter(user__in={one.person for one in due})
        .values_list("district", "user")
    )
    return Summary(
        people=len(due),
        districts=len({one.line.number for one in due}),
        without=sum(one.why_not == NOBODY for one in found),
        certifiers=all((one.line.number, one.person.pk) in named for one in due if one.person),
    )


def skipped(found: Iterable[Recipient]) -> dict[str, list[str]]:
    """Reason → the people, or the districts where it is nobody in particular."""
    grouped: dict[str, list[str]] = {}
    for one in found:
        if one.why_not:
            name = f" {one.person.choice_name}" if one.person else ""
            grouped.setdefault(one.why_not, []).append(f"{one.line.number} {one.line.name}{name}")
    return grouped


def _why_not(person: User, *, signed: bool, reminded: bool) -> str:
    if signed:
        return "has signed"
    if reminded:
        return "was reminded today"
    return "" if person.email else "no e-mail address"


def send(
    event: CertificationEvent, lines: Iterable[Line], *, text: str, by: User
) -> tuple[int, int]:
    """Log and queue the reminders in one transaction. Returns how many were written and how many
    skipped; sent twice it is sent once.
    """
    with transaction.atomic():
        CertificationEvent.objects.select_for_update().get(pk=event.pk)  # one after the other
        found = recipients(event, lines)
        due = [one for one in found if one.person and not one.why_not]
        now, today = timezone.now(), timezone.localdate()
        Reminder.objects.bulk_create(
            Reminder(
                event=event,
                district=one.line.number,
                user=one.person,
                day=today,
                kind=_kind(one.line),
                at=now,
                by=by.record_name,
                text=text,
            )
            for one in due
        )
        letters.queue_all(
            occasions.reminder(one.line.one, one.line.name, one.person, text)
            for one in due
            if one.person
        )
        if due:
            after = {
                "Reminders": str(len(due)),
                "Districts": ", ".join(sorted({one.line.number for one in due})),
            }
            deed = Deed(
                "reminder",
                str(event.pk),
                event.name,
                AuditEvent.Operation.ADD,
                {},
                after,
                end_year=event.end_year,
            )
            AuditEvent.objects.record([deed], by=by)
    return len(due), len(found) - len(due)


def _kind(line: Line) -> Reminder.Kind:
    return Reminder.Kind.OVERDUE if line.is_overdue else Reminder.Kind.REMINDER
