"""A district's later dates: what they would mean, and the one way to give and to take them back. No
signature is touched.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from certification.models import CertificationEvent, Extension
from certification.models.dates import in_words
from certification.status.status import event_of
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.editions import Scope
from cte_portal.refusals import Refusal
from pathways.models import District

Operation = AuditEvent.Operation
OVERTAKEN = (
    "Someone else changed this extension after you opened it. Nothing was saved yet. Check it again"
    " first."
)


def words(extension: Extension | None) -> dict[str, str]:
    return (
        {}
        if extension is None
        else {
            "Due": f"{extension.due:%m/%d/%Y}",
            "Corrections until": f"{extension.corrections_until:%m/%d/%Y}",
            "Reason": extension.reason,
        }
    )


def effects(
    event: CertificationEvent, district: District, extension: Extension | None
) -> list[str]:
    """Sentences on what the district will notice of the extension, or of its end."""
    now = timezone.now()
    before = Extension.objects.dates_for(event, district.number)
    after = (
        event.dates_with(extension.due, extension.corrections_until) if extension else event.dates
    )
    sentences = [
        (
            f"{district}: due {in_words(after.due)} ({after.time_left(now)}) instead of"
            f" {in_words(before.due)}."
        )
    ]
    if before.corrections_until != after.corrections_until:
        sentences.append(
            f"Corrections until {in_words(after.corrections_until)} instead of"
            f" {in_words(before.corrections_until)}."
        )
    if after.is_overdue(now) and not before.is_overdue(now):
        sentences.append("The district will be overdue right away.")
    if (district_event := event_of(Scope(district.number, event.end_year), event.pk)) is not None:
        sentences.append(
            f"Its status is now “{district_event.status.word}”. {district_event.status.sentence}"
        )
    sentences.append("Signatures stay as they are, and no one has to sign again.")
    return sentences


def give(extension: Extension, *, seen: dict[str, str], by: User) -> bool:
    """Set the district's extension. False when it already is so; raises Refusal when it is no
    longer as it was `seen`.
    """
    with transaction.atomic():
        event = CertificationEvent.objects.select_for_update().get(pk=extension.event_id)
        stored = Extension.objects.filter(event=event, district=extension.district).first()
        before, after = words(stored), words(extension)
        if before == after:
            return False
        if before != seen:
            raise Refusal(OVERTAKEN)
        extension.pk = stored.pk if stored else None
        extension.by, extension.at = by.record_name, timezone.now()
        extension.save(force_insert=stored is None, force_update=stored is not None)
        _record(
            event,
            extension.district,
            Operation.CHANGE if stored else Operation.ADD,
            before,
            after,
            by,
            extension.reason,
        )
    return True


def take_back(event: CertificationEvent, district: str, *, by: User, reason: str) -> None:
    """The event's own dates hold again. What is gone already stays gone."""
    with transaction.atomic():
        CertificationEvent.objects.select_for_update().get(pk=event.pk)
        stored = Extension.objects.filter(event=event, district=district).first()
        if stored:
            before = words(stored)
            stored.delete()
            _record(event, district, Operation.REMOVE, before, {}, by, reason)


def _record(
    event: CertificationEvent,
    district: str,
    operation: AuditEvent.Operation,
    before: dict[str, str],
    after: dict[str, str],
    by: User,
    reason: str,
) -> None:
    deed = Deed(
        "extension",
        f"{event.pk}/{district}",
        f"{district}, {event.name}",
        operation,
        before,
        after,
        district,
        event.end_year,
    )
    AuditEvent.objects.record([deed], by=by, reason=reason)
