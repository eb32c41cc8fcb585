"""Notices in the portal: the end of a job and other news reach the person on the next page, or on
the one that is open (guide, Step Three).
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse

from cte_portal.batches.models import STATEWIDE, Batch, Notice, Status
from cte_portal.prepared import prepared

_KINDS = {
    Status.COMPLETED: Notice.Kind.SAVED,
    Status.WITH_ERRORS: Notice.Kind.ATTENTION,
    Status.FAILED: Notice.Kind.FAILED,
}


def of_end(batch: Batch) -> None:
    """Tell who submitted it how a job ended, in the transaction of its end. The district's part of
    a statewide job is told with the whole.

    Whose file a colleague uploads after its test, or undoes, is told of it too.
    """
    if batch.hidden or (batch.queue == STATEWIDE and batch.district):
        return
    ((status, canceler),) = _end(batch.pk.hex)
    if status == Status.CANCELED and canceler == batch.submitted_name:
        return
    name, where = (
        ("batch", [batch.district, batch.end_year]) if batch.district else ("statewide-batch", [])
    )
    place = f" for {batch.district}" if batch.district else ""
    title, outcome = f"{batch.title}{place}", Status(status).label.lower()
    texts = {batch.submitted_by_id: f"{title}: {outcome}."}
    if status in (Status.COMPLETED, Status.WITH_ERRORS) and (colleague := _whose_file(batch)):
        texts[colleague] = f"{batch.submitted_name} ran {title} on your file: {outcome}."
    kind, path = (
        _KINDS.get(Status(status), Notice.Kind.INFO),
        reverse(name, args=[*where, batch.pk]),
    )
    tell(
        Notice(user_id=user, key=f"batch:{batch.pk}", kind=kind, text=text, path=path, at=Now())
        for user, text in texts.items()
    )


@prepared
def _end(key: str) -> QuerySet[Batch, tuple[str, str]]:
    """How a batch ended, and who canceled it; by its key in hexadecimal, as both databases read it."""
    return Batch.objects.filter(pk=key).values_list("status", "cancel_by")


def _whose_file(batch: Batch) -> int | None:
    """Who submitted the file that somebody else's batch is about, while she still works in the
    district.
    """
    file = batch.about
    if file is None or file.submitted_by_id == batch.submitted_by_id:
        return None
    return (
        file.submitted_by_id
        if file.submitted_by.memberships.of_whole_districts()
        .filter(district=batch.district)
        .exists()
        else None
    )


def tell(notices: Iterable[Notice]) -> None:
    """Each person is told the same thing once; told of it anew, it is news again."""
    Notice.objects.bulk_create(
        notices,
        update_conflicts=True,
        unique_fields=["user", "key"],
        update_fields=["kind", "text", "path", "at", "seen_at"],
    )


def forget(batch: Batch) -> None:
    """Who waited for the end on the page has seen it."""
    Notice.objects.filter(user_id=batch.submitted_by_id, key=f"batch:{batch.pk}").seen()


def fresh(request: HttpRequest) -> list[Notice]:
    """What the page that is made now shows, and is seen with it (Plug.notices). The page about it
    needs no notice of it.
    """
    notices: list[Notice] = _unseen(int(request.user.pk or 0))
    if notices:
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).seen()
    return [notice for notice in notices if notice.path != request.path]


@prepared
def _unseen(person: int) -> QuerySet[Notice]:
    return Notice.objects.unseen(person)[:5]
