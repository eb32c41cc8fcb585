"""Keeping the differences that an upload has found, and letting them go when it is undone."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import NamedTuple

from django.utils import timezone

from cte_portal.editions import Scope
from pathways.models import OutcomeDifference

Resolution = OutcomeDifference.Resolution
BATCH = 500


class Differing(NamedTuple):
    """A line of the list, the file's answer and the portal's."""

    entry: int
    answer: tuple[str, datetime.date]
    stored: tuple[str, datetime.date | None]


def note(
    scope: Scope, rows: Iterable[Differing], batch: uuid.UUID, *, by: str, by_id: int | None
) -> int:
    """Keep what nobody has decided yet. Returns how many there are. Must run while the district is
    held.

    What somebody has decided already is not asked again; a later file's answer takes the place of
    an earlier one that nobody has decided on, also where it is the same: an upload that is undone
    takes back its own question alone.
    """
    there = list(OutcomeDifference.objects.in_scope(scope))
    decided = {
        (row.entry_id, row.status, row.date_contacted, row.stored_status, row.stored_date)
        for row in there
        if row.resolution == Resolution.KEPT
    }
    is_open = {row.entry_id: row for row in there if not row.resolution}
    now = timezone.now()
    fresh, replaced = [], []
    for entry, answer, stored in rows:
        earlier = is_open.get(entry)
        if (entry, *answer, *stored) in decided:
            continue
        if earlier:
            replaced.append(earlier.pk)
        fresh.append(
            OutcomeDifference(
                entry_id=entry,
                batch=batch,
                status=answer[0],
                date_contacted=answer[1],
                stored_status=stored[0],
                stored_date=stored[1],
                by=by,
                by_id=by_id,
                at=now,
            )
        )
    for at in range(0, len(replaced), BATCH):
        OutcomeDifference.objects.filter(pk__in=replaced[at : at + BATCH]).update(
            resolution=Resolution.REPLACED, resolved_at=now, resolved_by=by, act=batch
        )
    OutcomeDifference.objects.bulk_create(fresh, BATCH)
    return len(fresh)


def forget(batch: uuid.UUID) -> int:
    """Take back what an upload has noted and nobody has decided on. Returns how many are gone.

    Of several uploads any may be undone first: what this one had replaced is asked again, or waits
    behind the upload that replaced this one's.
    """
    own = OutcomeDifference.objects.filter(batch=batch)
    gone = own.filter(resolution="").delete()[0]
    for entry, later in own.filter(resolution=Resolution.REPLACED).values_list("entry_id", "act"):
        OutcomeDifference.objects.filter(
            entry=entry, act=batch, resolution=Resolution.REPLACED
        ).update(act=later)
    own.filter(resolution=Resolution.REPLACED).delete()
    reopen(batch, Resolution.REPLACED)
    return gone


def reopen(act: uuid.UUID, resolution: OutcomeDifference.Resolution) -> int:
    """Ask again what an act has resolved, where nothing newer is asked of the line."""
    resolved = OutcomeDifference.objects.filter(act=act, resolution=resolution)
    open_lines = OutcomeDifference.objects.filter(resolution="").values("entry_id")
    return resolved.exclude(entry_id__in=open_lines).update(
        resolution="", resolved_at=None, resolved_by="", act=None
    )
