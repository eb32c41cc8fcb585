"""Drawing a district's list of a year's leavers, and drawing it again until OPI's date (R-FUP-01 to
R-FUP-03).

No line is ever deleted: one that is no longer true leaves the list with its reason and keeps what
was answered; it comes back when it is true again. Lines are written by statements over the whole
list (lines.py): 20,000 leavers run those of one.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.prepared import prepared
from pathways.certified import SealedConcentrators, certified
from pathways.follow_up import lines
from pathways.follow_up.population import population
from pathways.ledger.ledger import refusals_named
from pathways.ledger.locks import lock_district
from pathways.ledger.position import position_of
from pathways.lists.standard import generation
from pathways.models import (
    CollectionLock,
    DrawnList,
    FollowUpYear,
    ListRequest,
    SchoolYear,
)


def follow_up_list(scope: Scope) -> DrawnList | None:
    """The list as it stands now: drawn where it has not been, drawn again where what it is drawn
    from has moved. None for a year that OPI does not follow up.

    Raises Busy while somebody else holds the district; then nothing is written.
    """
    year = FollowUpYear.objects.of(scope.end_year)
    if year is None or not SchoolYear.objects.filter(pk=scope.end_year).exists():
        return None
    drawn = DrawnList.objects.of(scope)
    if drawn and (_stands(scope, year, drawn) or _is_drawn_from(scope, year, drawn)):
        return drawn
    with refusals_named(), transaction.atomic():
        lock_district(scope, exclusive=True)
        drawn = DrawnList.objects.of(scope)
        if drawn and _stands(scope, year, drawn):
            return drawn
        return _draw(scope, year, drawn)


def has_moved(scope: Scope, drawn: DrawnList | None) -> bool:
    """Whether anything that the list is drawn from has changed since, or it was never drawn: a few
    look-ups, which do not say that a line would come or go.
    """
    year = FollowUpYear.objects.of(scope.end_year)
    if year is None or not SchoolYear.objects.filter(pk=scope.end_year).exists():
        return False
    if drawn is None:
        return True
    return not _stands(scope, year, drawn) and not _is_drawn_from(scope, year, drawn)


def is_up_to_date(scope: Scope) -> bool:
    """Whether the list is as it would be drawn now."""
    year = FollowUpYear.objects.of(scope.end_year)
    drawn = DrawnList.objects.of(scope)
    if year is None or drawn is None:
        return False
    if _stands(scope, year, drawn) or _is_drawn_from(scope, year, drawn):
        return True
    people = population(scope, year, certified().sealed_concentrators(scope))
    return drawn.receipt == people.receipt and not lines.would_move(people)


def _stands(scope: Scope, year: FollowUpYear, drawn: DrawnList) -> bool:
    """Whether the list moves no more: it is certified, or OPI's date is over. A draft still follows
    the first sealed copy.
    """
    if _locks(scope):
        return True
    is_over = timezone.localdate() > year.refreshed_until
    return is_over and not (drawn.is_draft and certified().sealed_year(scope))


@prepared
def _locks(scope: Scope) -> QuerySet[CollectionLock]:
    return CollectionLock.objects.on_outcomes(scope.district, scope.end_year)


def _is_drawn_from(scope: Scope, year: FollowUpYear, drawn: DrawnList) -> bool:
    """Whether nothing that the list is drawn from has changed since."""
    return drawn.drawn_from == _mark(scope, year, certified().sealed_concentrators(scope))


def _mark(scope: Scope, year: FollowUpYear, sealed: SealedConcentrators | None) -> str:
    """Where everything stands that the list is drawn from. Records count only for a draft."""
    own = position_of(scope)
    after = position_of(Scope(scope.district, scope.end_year + 1))
    stand = (
        sealed.receipt if sealed else own.cursor,
        own.rows,
        after.rows,
        year.refreshed_until,
        generation(),
        _approved(scope),
    )
    return hashlib.sha256(repr(stand).encode()).hexdigest()


@prepared
def _approved(scope: Scope) -> QuerySet[ListRequest, tuple[Any, ...]]:
    return ListRequest.objects.in_scope(scope).approved().values_list("pk", "answered_at")


def _draw(scope: Scope, year: FollowUpYear, drawn: DrawnList | None) -> DrawnList:
    """Under the district's lock."""
    now = timezone.now()
    sealed = certified().sealed_concentrators(scope)
    mark = _mark(scope, year, sealed)
    is_first = drawn is None
    if drawn is None:
        drawn = DrawnList(district=scope.district, end_year=scope.end_year, first_drawn_at=now)
    elif drawn.drawn_from == mark:
        return drawn  # somebody drew it while this one waited for the lock
    people = population(scope, year, sealed)
    lines.bring_to(people, now, is_first=is_first)
    drawn.receipt, drawn.drawn_at, drawn.drawn_from = people.receipt, now, mark
    drawn.save()
    certified().data_changed(scope)
    return drawn


def draw_line(scope: Scope, year: FollowUpYear, student: int) -> None:
    """Bring one student's line to how the data stand, also where the list moves no more. Under the
    district's lock.
    """
    sealed = certified().sealed_concentrators(scope)
    lines.bring_to(population(scope, year, sealed, student), timezone.now())
