"""How a leaver can be reached (R-FUP-06): entered or pasted by callers, kept in the district alone,
and deleted a set time after the follow-up is over.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.plugs import Kept
from cte_portal.refusals import Refusal
from pathways.follow_up import outcomes
from pathways.models import Contact, Enrollment, FollowUpEntry, FollowUpYear

Kind = Contact.Kind
MOST_OF_ONE = 20
"""Contacts that one student may have."""
KEPT_AFTER = datetime.timedelta(days=90)
"""After the last day of contact: a recertification may still need to call."""

_PHONE = re.compile(r"[+(]?[0-9][0-9 ().+-]{5,24}[0-9](?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[^\s@<>,;]{2,}")


class Reached(NamedTuple):
    """One way to reach a student."""

    kind: Contact.Kind
    value: str


def way(text: str) -> Reached:
    """What a line says: an e-mail address, a phone number, or another adult with whatever is
    written about him or her.
    """
    if _EMAIL.fullmatch(text):
        return Reached(Kind.EMAIL, text)
    return Reached(Kind.PHONE if _PHONE.fullmatch(text) else Kind.ADULT, text)


def add(scope: Scope, entry: int, ways: Iterable[Reached], *, by: str, by_id: int) -> int:
    """Add what is not there yet. Returns how many are new; raises a Refusal."""
    with outcomes.follow_up_open(scope):
        line = outcomes.entry_to_write(scope, entry)
        stored = set(Contact.objects.filter(student=line.student_id).values_list("kind", "value"))
        fresh = [row for row in dict.fromkeys(ways) if (row.kind.value, row.value) not in stored]
        if len(stored) + len(fresh) > MOST_OF_ONE:
            raise Refusal(
                f"A student can have up to {MOST_OF_ONE} contacts. Nothing was saved.",
                field="contacts",
            )
        now = timezone.now()
        Contact.objects.bulk_create(
            Contact(
                student_id=line.student_id,
                kind=row.kind,
                value=row.value,
                by=by,
                by_id=by_id,
                at=now,
            )
            for row in fresh
        )
        return len(fresh)


def remove(scope: Scope, entry: FollowUpEntry, contact: int) -> bool:
    """A contact that is wrong, or that somebody asked to be deleted, goes for good."""
    with outcomes.follow_up_open(scope):
        own = Contact.objects.filter(student=entry.student_id, pk=contact)
        return bool(own.delete()[0])


def _over() -> int:
    """Contacts of students whom no follow-up needs any more: neither on the list of a year that is
    still called, nor enrolled in one, as those are who may leave in it.
    """
    needed_since = timezone.localdate() - KEPT_AFTER
    years = FollowUpYear.objects.filter(closes__gte=needed_since).values("end_year")
    lines = FollowUpEntry.objects.filter(student=OuterRef("student_id"), end_year__in=years)
    enrollments = Enrollment.objects.filter(
        student=OuterRef("student_id"), calendar__school_year__in=years
    )
    return Contact.objects.filter(~Exists(lines), ~Exists(enrollments)).delete()[0]


CONTACTS = Kept(
    "contacts of leavers", f"{KEPT_AFTER.days} days after the last day of contact", _over
)
