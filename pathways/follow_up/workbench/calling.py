"""Who is calling whom: a line is held for a caller for a quarter of an hour, so that two people do
not call one student.
"""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone

from cte_portal.editions import Scope
from pathways.follow_up.workbench.call_list import CallLines
from pathways.models import FollowUpEntry

HELD_FOR = datetime.timedelta(minutes=15)
NOBODY = {"caller": "", "caller_id": None, "caller_since": None}


def held_by_another(person: int) -> Q:
    since = timezone.now() - HELD_FOR
    return Q(caller_id__isnull=False, caller_since__gt=since) & ~Q(caller_id=person)


def is_held(entry: FollowUpEntry) -> bool:
    return bool(entry.caller_since and entry.caller_since > timezone.now() - HELD_FOR)


def hold(scope: Scope, entry: int, *, by: str, by_id: int) -> bool:
    """Hold a line of the scope's list, and let go of any other. False where another person holds
    it.
    """
    # The conditions stand on the row itself: of two who come at once, the second one waits for the
    # first and sees what she wrote.
    rows = FollowUpEntry.objects.filter(pk=entry, left_at=None).exclude(held_by_another(by_id))
    if not rows.update(caller=by, caller_id=by_id, caller_since=timezone.now()):
        return False
    let_go(scope, by_id, but=entry)
    return True


def let_go(scope: Scope, person: int, *, but: int = 0) -> None:
    """The person holds no line of the scope any more, but the one named."""
    own = FollowUpEntry.objects.in_scope(scope).filter(caller_id=person).exclude(pk=but)
    FollowUpEntry.objects.filter(pk__in=list(own.values_list("pk", flat=True))).update(**NOBODY)


def hold_next(lines: CallLines, *, by: str, by_id: int, after: int = 0) -> int | None:
    """Hold the first line of the list that nobody else holds; `after` is the one just called.
    None where no line is left.
    """
    free = lines.in_order().exclude(held_by_another(by_id)).exclude(pk=after)
    while (entry := free.values_list("pk", flat=True).first()) is not None:
        if hold(lines.scope, entry, by=by, by_id=by_id):
            return entry
    return None
