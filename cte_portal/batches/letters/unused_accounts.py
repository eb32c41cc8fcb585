"""Accounts close after 180 days without use. Their people are warned 30, 10 and 3 days before
(Plug.daily).
"""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.accounts.models.user import UNUSED, unused
from cte_portal.batches.letters.account_letters import KIND, TITLE, letter
from cte_portal.batches.models import Batch
from cte_portal.batches.submit import Order, submit_all

DAYS_BEFORE = (3, 10, 30)
EARLIEST_HOUR = 7  # Mountain time; nobody is written to at night


def warn() -> None:
    """Queue what is due today; each e-mail has its key, so that asking again sends nothing
    twice.
    """
    if timezone.localtime().hour < EARLIEST_HOUR:
        return
    orders = {f"{order.by.pk}:{KIND}:{order.key}": order for order in map(_order, _soon_closed())}
    keys = set(
        Batch.objects.filter(idempotency_key__in=orders).values_list("idempotency_key", flat=True)
    )
    submit_all(KIND, (order for key, order in orders.items() if key not in keys), title=TITLE)


def _soon_closed() -> list[User]:
    """People with something to lose: an open account with a role, an address and a password, unused
    for 150 days or more.
    """
    accounts = (
        User.objects.filter(
            is_active=True, memberships__isnull=False, emergency_account__isnull=True
        )
        .exclude(unused())
        .exclude(email="")
        .distinct()
    )
    first = timezone.now() - UNUSED + datetime.timedelta(days=max(DAYS_BEFORE))
    return [
        account
        for account in accounts.filter(date_joined__lte=first)
        if account.unused_since <= first and account.has_usable_password()
    ]


def _order(person: User) -> Order:
    remainder = (person.closes_at - timezone.now()) / datetime.timedelta(days=1)
    days = next(number for number in DAYS_BEFORE if remainder <= number)
    since, closes = timezone.localtime(person.unused_since), timezone.localtime(person.closes_at)
    context = {
        "since": f"{since:%m/%d/%Y}",
        "closes": f"{closes:%A, %B} {closes.day}, {closes.year}",
    }
    subject = f"CTE Portal: your account closes on {closes:%m/%d/%Y} unless you sign in"
    options = letter("unused", subject, context=context, path=reverse("account_login"))
    return Order(by=person, key=f"unused:{since:%Y%m%d}:{days}", options=options)
