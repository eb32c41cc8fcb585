"""OPI's hand on events: what a change or a move would mean, told before it is made, and then made,
with its AuditEvent.

No date touches a signature, a round or a recertification: whoever has signed has signed under the
dates of that day. New statements are signed anew where the last name is still missing.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from certification.letters import occasions
from certification.models import (
    CertificationEvent,
    EventLink,
    Recertification,
)
from certification.signing.groups import groups_of
from certification.signing.signing import rules_changed
from cte_portal.accounts.models import AuditEvent, Deed, User
from cte_portal.editions import school_year_label
from cte_portal.refusals import Refusal
from pathways.models import FollowUpYear

Operation = AuditEvent.Operation
Status = CertificationEvent.Status
STALE = (
    "Someone else changed this event after you opened it. Nothing was saved yet. Check it again"
    " first."
)
A_YEAR = datetime.timedelta(weeks=52)

Links = Sequence[tuple[str, str]]
"""(title, address) of the Ad Hoc Data Links."""


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


def make(event: CertificationEvent, links: Links, *, by: User) -> CertificationEvent:
    """A new draft. Raises Refusal when somebody has just made the collection's event of that
    year.
    """
    _take_follow_up(event)
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
        if event.end_year != stored.end_year:
            _take_follow_up(event)
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
    """The reason an event cannot be closed: a recertification could not be answered then. Empty
    when nothing holds it.
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
    )


def follow_up_moved(end_year: int) -> None:
    """Bring the dates of the follow-up to the year's events: OPI keeps them once, on its list of
    follow-up years (pathways/certified.py).
    """
    for event in CertificationEvent.objects.of_year(end_year):
        _take_follow_up(event)
        event.save(update_fields=["follow_up_opens", "follow_up_closes"])


def _take_follow_up(event: CertificationEvent) -> None:
    year = FollowUpYear.objects.of(event.end_year)
    event.follow_up_opens = year.opens if year else None
    event.follow_up_closes = year.closes if year else None


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
