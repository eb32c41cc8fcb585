"""E-mails to callers (R-FUP-17): as the window opens, at half time, and ten days before its end
(Plug.daily). One a person, with counts and no name.
"""

from __future__ import annotations

import datetime
from collections import defaultdict

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import Membership, Role, User
from cte_portal.batches.letters.account_letters import KIND, letter
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import Order, submit_all
from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.follow_up.rates import judged
from pathways.models import CollectionLock, District, FollowUpEntry, FollowUpYear

TITLE = "Reminder of the follow-up"
CALLERS = (Role.DATA_CLERK, Role.DISTRICT_ADMINISTRATOR)
BEFORE_THE_END = datetime.timedelta(days=10)
STILL_NEWS = datetime.timedelta(days=3)
"""For so long after its day a reminder is sent, where the portal stood still meanwhile."""
EARLIEST_HOUR = 7  # Mountain time; nobody is written to at night


def remind() -> None:
    """Queue what is due; each e-mail has its key, so that asking again sends nothing twice."""
    if timezone.localtime().hour < EARLIEST_HOUR:
        return
    for year in FollowUpYear.objects.open_on(timezone.localdate()):
        occasion = _occasion(year)
        if occasion:
            _queue(year, occasion)


def _occasion(year: FollowUpYear) -> str:
    """The one whose day has come last, while it is news; else empty."""
    today = timezone.localdate()
    days = {
        "opening": year.opens,
        "half": year.opens + (year.closes - year.opens) // 2,
        "end": year.closes - BEFORE_THE_END,
    }
    due = [
        (day, name) for name, day in days.items() if year.opens <= day <= today <= day + STILL_NEWS
    ]
    return max(due)[1] if due else ""


def _queue(year: FollowUpYear, occasion: str) -> None:
    counts = _counts(year)
    names = dict(District.objects.filter(pk__in=counts).values_list("pk", "name"))
    lines: defaultdict[User, dict[str, str]] = defaultdict(dict)
    memberships = Membership.objects.filter(
        role__in=CALLERS, district__in=counts, user__is_active=True
    ).exclude(user__email="")
    for membership in memberships.select_related("user").order_by("district", "pk"):
        open_lines, whole = counts[membership.district]
        lines[membership.user][membership.district] = (
            f"{names[membership.district]}: {open_lines:,} of {number_of(whole, 'student')} still"
            " to reach."
        )
    orders = [_order(person, year, occasion, own) for person, own in lines.items()]
    keys = {f"{order.by.pk}:{KIND}:{order.key}" for order in orders}
    there = set(
        Batch.objects.filter(idempotency_key__in=keys).values_list("idempotency_key", flat=True)
    )
    fresh = (order for order in orders if f"{order.by.pk}:{KIND}:{order.key}" not in there)
    submit_all(KIND, fresh, title=TITLE)


def _counts(year: FollowUpYear) -> dict[str, tuple[int, int]]:
    """District → lines without an outcome, and all lines, where there is anybody to call and the
    follow-up is not certified.
    """
    locks = CollectionLock.objects.filter(
        end_year=year.end_year, collection=CollectionLock.Collection.FALL
    )
    rows = (
        judged(FollowUpEntry.objects.counted().filter(end_year=year.end_year))
        .exclude(student__district__in=locks.values("district"))
        .values_list("student__district")
        .annotate(waiting=Count("pk", filter=Q(status=None)), number=Count("pk"))
    )
    return {district: (waiting, number) for district, waiting, number in rows if waiting}


def _order(person: User, year: FollowUpYear, occasion: str, lines: dict[str, str]) -> Order:
    district = next(iter(lines))
    path = reverse("follow-up", args=[district, year.end_year])
    options = letter(
        "follow_up",
        f"CTE Portal: leavers of {year.school_year} are waiting for a call",
        context={
            "year": year.school_year,
            "lines": "\n".join(lines.values()),
            "closes": text(year.closes),
        },
        path=path,
    )
    return Order(by=person, key=f"follow-up:{year.end_year}:{occasion}", options=options)
