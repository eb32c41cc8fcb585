"""Drawing a district's list of a year's leavers, and drawing it again until OPI's date (R-FUP-01 to
R-FUP-03).

No line is ever deleted: one that is no longer true leaves the list with its reason and keeps what
was answered; it comes back when it is true again.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.editions import Scope
from pathways.certified import certified
from pathways.follow_up.population import Population, population
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.position import position_of
from pathways.lists.standard import generation
from pathways.models import (
    CollectionLock,
    DrawnList,
    FollowUpEntry,
    FollowUpPathway,
    FollowUpYear,
    ListRequest,
    SchoolYear,
)

BATCH = 500
DRAWN = ("school_id", "exit", "exit_date", "end_status", "receipt", "reason")
COLUMNS = [*DRAWN, "since", "left_at", "left_reason", "caller", "caller_id", "caller_since"]


def follow_up_list(scope: Scope) -> DrawnList | None:
    """The list as it stands now: drawn where it has not been, drawn again where what it is drawn
    from has moved. None for a year that OPI does not follow up.

    Raises Busy while somebody else holds the district; then nothing is written.
    """
    year = FollowUpYear.objects.filter(pk=scope.end_year).first()
    if year is None or not SchoolYear.objects.filter(pk=scope.end_year).exists():
        return None
    drawn = DrawnList.objects.in_scope(scope).first()
    if drawn and (_stands(scope, year, drawn) or drawn.drawn_from == _mark(scope, year)):
        return drawn
    with refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        drawn = DrawnList.objects.in_scope(scope).first()
        if drawn and _stands(scope, year, drawn):
            return drawn
        return _draw(scope, year, drawn)


def has_moved(scope: Scope, drawn: DrawnList | None) -> bool:
    """Whether anything that the list is drawn from has changed since, or it was never drawn: a few
    look-ups, which do not say that a line would come or go.
    """
    year = FollowUpYear.objects.filter(pk=scope.end_year).first()
    if year is None or not SchoolYear.objects.filter(pk=scope.end_year).exists():
        return False
    if drawn is None:
        return True
    return not _stands(scope, year, drawn) and drawn.drawn_from != _mark(scope, year)


def is_up_to_date(scope: Scope) -> bool:
    """Whether the list is as it would be drawn now."""
    year = FollowUpYear.objects.filter(pk=scope.end_year).first()
    drawn = DrawnList.objects.in_scope(scope).first()
    if year is None or drawn is None:
        return False
    if _stands(scope, year, drawn) or drawn.drawn_from == _mark(scope, year):
        return True
    leavers, now = population(scope, year), timezone.now()
    entries = {entry.student_id: entry for entry in FollowUpEntry.objects.in_scope(scope)}
    would_move = any(_new(scope, leavers, entries, now)) or any(_moved(leavers, entries, now))
    return drawn.receipt == leavers.receipt and not would_move


def _stands(scope: Scope, year: FollowUpYear, drawn: DrawnList) -> bool:
    """Whether the list moves no more: it is certified, or OPI's date is over. A draft still follows
    the first sealed copy.
    """
    locks = CollectionLock.objects.filter(
        district=scope.district,
        end_year=scope.end_year,
        collection=CollectionLock.Collection.FALL,
    )
    if locks.exists():
        return True
    is_over = timezone.localdate() > year.refreshed_until
    return is_over and not (drawn.is_draft and certified().sealed_year(scope))


def _mark(scope: Scope, year: FollowUpYear) -> str:
    """Where everything stands that the list is drawn from. Records count only for a draft."""
    sealed = certified().sealed_year(scope)
    own = position_of(scope)
    after = position_of(Scope(scope.district, scope.end_year + 1))
    stand = (
        sealed.receipt if sealed else own.cursor,
        own.rows,
        after.rows,
        year.refreshed_until,
        generation(),
        list(ListRequest.objects.in_scope(scope).approved().values_list("pk", "answered_at")),
    )
    return hashlib.sha256(repr(stand).encode()).hexdigest()


def _draw(scope: Scope, year: FollowUpYear, drawn: DrawnList | None) -> DrawnList:
    """Under the district's lock."""
    now = timezone.now()
    mark = _mark(scope, year)
    if drawn is None:
        drawn = DrawnList(district=scope.district, end_year=scope.end_year, first_drawn_at=now)
    elif drawn.drawn_from == mark:
        return drawn  # somebody drew it while this one waited for the lock
    leavers = population(scope, year)
    entries = {entry.student_id: entry for entry in FollowUpEntry.objects.in_scope(scope)}
    FollowUpEntry.objects.bulk_create(_new(scope, leavers, entries, now), BATCH)
    FollowUpEntry.objects.bulk_update(_moved(leavers, entries, now), COLUMNS, BATCH)
    _name_pathways(FollowUpEntry.objects.in_scope(scope).on_list(), leavers)
    drawn.receipt, drawn.drawn_at, drawn.drawn_from = leavers.receipt, now, mark
    drawn.save()
    certified().data_changed(scope)
    return drawn


def draw_line(scope: Scope, year: FollowUpYear, student: int) -> None:
    """Bring one student's line to how the data stand, also where the list moves no more. Under the
    district's lock.
    """
    now, leavers = timezone.now(), population(scope, year)
    lines = FollowUpEntry.objects.in_scope(scope).filter(student=student)
    entries = {entry.student_id: entry for entry in lines}
    if student in leavers.leavers and not entries:
        entry = FollowUpEntry(student_id=student, end_year=scope.end_year, since=now)
        _fill(entry, leavers)
        entry.save()
    FollowUpEntry.objects.bulk_update(_moved(leavers, entries, now), COLUMNS)
    _name_pathways(lines.on_list(), leavers)


def _new(
    scope: Scope, leavers: Population, entries: dict[int, FollowUpEntry], now: datetime.datetime
) -> Iterator[FollowUpEntry]:
    for student in leavers.leavers:
        if student not in entries:
            entry = FollowUpEntry(student_id=student, end_year=scope.end_year, since=now)
            _fill(entry, leavers)
            yield entry


def _moved(
    leavers: Population, entries: dict[int, FollowUpEntry], now: datetime.datetime
) -> Iterator[FollowUpEntry]:
    """The lines that differ from what is stored: changed, back on the list, or no longer on it."""
    for student, entry in entries.items():
        before = tuple(getattr(entry, name) for name in COLUMNS)
        if student in leavers.leavers:
            _fill(entry, leavers)
            if entry.left_at:
                entry.since, entry.left_at, entry.left_reason = now, None, ""
        else:
            entry.left_reason = leavers.absence(student)
            if entry.left_at is None:
                entry.left_at = now
                entry.caller, entry.caller_id, entry.caller_since = "", None, None
        if before != tuple(getattr(entry, name) for name in COLUMNS):
            yield entry


def _fill(entry: FollowUpEntry, leavers: Population) -> None:
    leaver = leavers.leavers[entry.student_id]
    entry.school_id, entry.exit, entry.exit_date = leaver.school, leaver.exit, leaver.date
    entry.end_status, entry.receipt, entry.reason = (
        leaver.end_status,
        leavers.receipt,
        leavers.presence(entry.student_id),
    )


def _name_pathways(on_list: QuerySet[FollowUpEntry], leavers: Population) -> None:
    """Bring the pathways of lines on the list to those of the leavers."""
    entries = dict(on_list.values_list("student_id", "pk"))
    names = {
        (entries[student], code): name
        for student, named in leavers.pathways.items()
        if student in entries
        for code, name in named
    }
    gone = []
    for pathway in FollowUpPathway.objects.filter(entry__in=on_list):
        if names.get((pathway.entry_id, pathway.code)) == pathway.name:
            del names[pathway.entry_id, pathway.code]
        else:
            gone.append(pathway.pk)
    FollowUpPathway.objects.filter(pk__in=gone).delete()
    FollowUpPathway.objects.bulk_create(
        (
            FollowUpPathway(entry_id=entry, code=code, name=name)
            for (entry, code), name in names.items()
        ),
        BATCH,
    )
