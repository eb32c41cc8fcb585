"""OPI's reminders: to people of chosen districts who still have something to do, once a day each,
logged (ux O-13).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from certification.board.line import Line
from certification.letters import letters, occasions
from certification.letters.readers import Person, Reader, readers, readers_in_short
from certification.models import CertificationEvent, Reminder
from certification.status.facts import facts_of
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.batches.letters.fate import Fate, fate_of
from cte_portal.batches.models import Batch

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
    """The people who would be written to now, district by district, and those who are skipped."""
    all_lines = list(lines)
    people, signers = readers(line.number for line in all_lines), occasions.signers_of(event)
    return [Recipient(*written) for written in _written(event, all_lines, people, signers)]


def _written(
    event: CertificationEvent,
    lines: Iterable[Line],
    people: Mapping[str, list[Person]],
    signers: set[tuple[str, int]],
) -> Iterator[tuple[Line, Person | None, str]]:
    """The fields of each Recipient."""
    reminders_today = occasions.reminded_today(event)
    for line in lines:
        if reason := line.why_not_waited_for:
            yield line, None, reason
        elif not people[line.number]:
            yield line, None, NOBODY
        else:
            for person in people[line.number]:
                why_not = _why_not(
                    person,
                    signed=occasions.has_done(line.district_event, person, signers),
                    reminded=person.pk in reminders_today,
                )
                yield line, person, why_not
                if not why_not:
                    reminders_today.add(person.pk)


@dataclass(frozen=True)
class Summary:
    """The effect that a reminder to many districts would have now."""

    people: int
    districts: int
    nobody: int
    """Districts where nobody can be written to."""
    certifiers: bool
    """True when all of the people are certifiers; where none is named, District Administrators are
    written to.
    """


def summary(event: CertificationEvent, lines: Sequence[Line], known: dict[Any, Any]) -> Summary:
    """`known` is what the page knows already."""
    people = readers_in_short([line.number for line in lines], known)
    everyone = list(_written(event, lines, people, facts_of(event, known).signers))
    due = [(line, person) for line, person, why_not in everyone if person and not why_not]
    return Summary(
        people=len(due),
        districts=len({line.number for line, _ in due}),
        nobody=sum(why_not == NOBODY for _, _, why_not in everyone),
        certifiers=all(person.is_certifier for _, person in due),
    )


def skipped(everyone: Iterable[Recipient]) -> dict[str, list[str]]:
    """Reason → the people, or the districts where it is nobody in particular."""
    grouped: dict[str, list[str]] = {}
    for recipient in everyone:
        if recipient.why_not:
            name = f" {recipient.person.choice_name}" if recipient.person else ""
            grouped.setdefault(recipient.why_not, []).append(
                f"{recipient.line.number} {recipient.line.name}{name}"
            )
    return grouped


def _why_not(person: Reader, *, signed: bool, reminded: bool) -> str:
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
        everyone = recipients(event, lines)
        due = [recipient for recipient in everyone if recipient.person and not recipient.why_not]
        now, today = timezone.now(), timezone.localdate()
        written = {
            recipient.person.pk: occasions.reminder(
                recipient.line.district_event, recipient.line.name, recipient.person, text
            )
            for recipient in due
            if recipient.person
        }
        Reminder.objects.bulk_create(
            Reminder(
                event=event,
                district=recipient.line.number,
                user=recipient.person,
                day=today,
                kind=_kind(recipient.line),
                at=now,
                by=by.record_name,
                letter=written[recipient.person.pk].batch_key,
                text=text,
            )
            for recipient in due
            if recipient.person
        )
        letters.queue_all(written.values())
        if due:
            after = {
                "Reminders": str(len(due)),
                "Districts": ", ".join(sorted({recipient.line.number for recipient in due})),
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
    return len(due), len(everyone) - len(due)


def newest(event: CertificationEvent, number: int) -> list[tuple[Reminder, Fate]]:
    """The newest reminders of an event, each with what became of its e-mail."""
    rows = list(Reminder.objects.filter(event=event).select_related("user")[:number])
    keys = [row.letter for row in rows if row.letter]
    batches = {
        batch.idempotency_key: batch for batch in Batch.objects.filter(idempotency_key__in=keys)
    }
    return [(row, fate_of(batches.get(row.letter))) for row in rows]


def _kind(line: Line) -> Reminder.Kind:
    return Reminder.Kind.OVERDUE if line.is_overdue else Reminder.Kind.REMINDER
