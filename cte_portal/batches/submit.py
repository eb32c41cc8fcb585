"""Putting work into the Batch Queue. The row is committed; the dispatcher hands it over (design:
job row first).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.batches.ends import tell
from cte_portal.batches.files import drop_stored, open_stored, stored_whole
from cte_portal.batches.kinds import Kind, kind_named, kind_of
from cte_portal.batches.models import STATEWIDE, Batch, Status, moment
from cte_portal.editions import Scope
from cte_portal.prepared import counted, prepared
from cte_portal.ui.too_many import TooMany


def submit(
    kind: str,
    *,
    by: User,
    title: str,
    subject: str = "",
    scope: Scope | None = None,
    options: dict[str, Any] | None = None,
    key: str = "",
    content: File[Any] | Iterable[bytes] | None = None,
    about: Batch | None = None,
    notify: bool = False,
    queue: str = "",
    limited: bool = True,
) -> Batch:
    """Queue one piece of work, in its kind's queue unless another is named. The same `key` twice is
    one batch, the first (C-01); the content of the second is dropped. Raises TooMany, unless it is
    not `limited`: a command's, or a part of work for all districts.
    """
    work = kind_named(kind)
    key = f"{by.pk}:{kind}:{key or uuid.uuid4()}"
    if earlier := _under_key(key):
        return earlier[0]
    if limited and not work.hidden:
        _limit(by, scope.district if scope else "")
    batch = Batch(
        kind=kind,
        queue=queue or work.queue,
        district=scope.district if scope else "",
        end_year=scope.end_year if scope else None,
        submitted_by=by,
        submitted_name=by.record_name,
        title=title,
        subject=subject[:120],
        options=dict(options or {}),
        about=about,
        idempotency_key=key,
        in_turn=work.in_turn,
        hidden=work.hidden,
        notify=notify,
    )
    if content is not None:
        _keep(batch, content, work)
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:
        _drop(batch)
        if earlier := _under_key(key):  # somebody was quicker by a moment
            return earlier[0]
        raise
    except BaseException:
        _drop(batch)
        raise
    return batch


def _limit(by: User, district: str) -> None:
    """One person's loop, or one district's, keeps nobody else waiting. Asked before anything is
    stored.
    """
    ((jobs,),) = _of_last_minute(by.pk)
    if jobs >= settings.JOBS_A_MINUTE:
        raise TooMany(
            f"You have submitted {settings.JOBS_A_MINUTE} jobs within a minute. Wait a minute, then"
            " submit this one again."
        )
    ((jobs,),) = _waiting(district)
    if jobs >= settings.JOBS_WAITING:
        subject = f"District {district} has" if district else "There are"
        raise TooMany(
            f"{subject} {settings.JOBS_WAITING} jobs waiting. Wait until some of them have ended,"
            " then submit this one again."
        )


@prepared
def _under_key(key: str) -> QuerySet[Batch]:
    return Batch.objects.filter(idempotency_key=key)


@counted("COUNT(*)", keeps_plan=False)
def _of_last_minute(person: int) -> QuerySet[Batch, tuple[uuid.UUID]]:
    jobs = Batch.objects.filter(submitted_by=person, hidden=False, queued_at__gt=moment(-60))
    return jobs.filter(Q(about=None) | ~Q(queue=STATEWIDE)).values_list("pk")


@counted("COUNT(*)", keeps_plan=False)
def _waiting(district: str) -> QuerySet[Batch, tuple[uuid.UUID]]:
    return Batch.objects.live().filter(district=district, hidden=False).values_list("pk")


def key_of(key: object, *parts: object) -> str:
    """The `key` of a page's form, with what its button asked for: a double click asks the same
    again, another button of the page something else.
    """
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
    return f"{key}:{digest[:16]}"


@dataclass(frozen=True)
class Order:
    """One of many pieces of work of a kind; `after` so many seconds it may begin."""

    by: User
    key: str
    scope: Scope | None = None
    options: dict[str, Any] = field(default_factory=dict)
    after: float = 0


def submit_all(kind: str, orders: Iterable[Order], *, title: str) -> None:
    """Queue many with a few statements. What was queued under the same key before is not queued
    again.
    """
    work = kind_named(kind)
    batches = [
        Batch(
            kind=kind,
            queue=work.queue,
            district=order.scope.district if order.scope else "",
            end_year=order.scope.end_year if order.scope else None,
            submitted_by=order.by,
            submitted_name=order.by.record_name,
            title=title,
            options=order.options,
            idempotency_key=f"{order.by.pk}:{kind}:{order.key}",
            available_at=moment(order.after) if order.after else None,
            in_turn=work.in_turn,
            hidden=work.hidden,
        )
        for order in orders
    ]
    Batch.objects.bulk_create(batches, batch_size=200, ignore_conflicts=True)


def again(batch: Batch, *, by: User, key: str) -> Batch:
    """The same work once more, on the same bytes."""
    scope = Scope(batch.district, batch.end_year) if batch.end_year else None
    content = open_stored(batch.input_file) if batch.input_file else None
    return submit(
        batch.kind,
        by=by,
        title=batch.title,
        subject=batch.subject,
        scope=scope,
        options=batch.options,
        key=key,
        content=content,
        about=batch.about,
        notify=batch.notify,
    )


def cancel(batch: Batch, *, by: str) -> bool:
    """Cancel what waits at once, and ask what runs to stop at its next checkpoint. False when it
    had ended before (F-27).
    """
    waits = Q(status=Status.QUEUED)
    with transaction.atomic():
        number = (
            Batch.objects.live()
            .filter(pk=batch.pk)
            .update(
                cancel_by=by,
                status=Case(When(waits, then=Value(Status.CANCELED)), default=F("status")),
                finished_at=Case(When(waits, then=Now()), default=F("finished_at")),
                sentence=Case(
                    When(waits, then=Value(canceled_sentence(batch, by))), default=F("sentence")
                ),
            )
        )
        if number and Batch.objects.filter(pk=batch.pk, status=Status.CANCELED).exists():
            tell(batch)
    return bool(number)


def canceled_sentence(batch: Batch, by: str) -> str:
    return (
        f"Canceled by {by} at {timezone.localtime():%I:%M:%S %p} MT."
        f" {kind_of(batch.kind).changes_nothing}"
    )


def _keep(batch: Batch, content: File[Any] | Iterable[bytes], work: Kind) -> None:
    """Store what is kept of what was sent under a name of our own; size and digest tell later
    whether it is still whole (F-21).
    """
    digest, size = hashlib.sha256(), 0
    name = f"batches/{batch.pk}/input"
    if not isinstance(content, File):
        content = ContentFile(b"".join(content))
    content.seek(0)
    if work.keep and (kept := work.keep(content, batch)) is not content:
        if kept is None:
            return
        content = File(kept, name="input")
        content.seek(0)
    for chunk in content.chunks():
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    batch.input_file = stored_whole(name, content)
    batch.input_bytes, batch.input_sha256 = size, digest.hexdigest()


def _drop(batch: Batch) -> None:
    if batch.input_file:
        with suppress(OSError):  # the daily clean-up finds it
            drop_stored(batch.input_file)
