"""The certifiers of all districts who count today, for pages that list all districts: read once for
each page that gives what it knows.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.utils import timezone

from certification.models import Certifier
from cte_portal.accounts.models.user import UNUSED, unused
from cte_portal.prepared import prepared


class ActiveCertifier(NamedTuple):
    key: int
    district: str
    level: str
    user: int
    email: str
    is_unused: bool
    """Whether the account has closed by itself, as nobody has used it for 180 days."""


def active_certifiers(known: dict[Any, Any]) -> list[ActiveCertifier]:
    """In no order."""
    if ActiveCertifier not in known:
        rows = _active(timezone.now() - UNUSED)
        known[ActiveCertifier] = [ActiveCertifier._make(row) for row in rows]
    certifiers: list[ActiveCertifier] = known[ActiveCertifier]
    return certifiers


@prepared
def _active(since: datetime.datetime) -> QuerySet[Certifier, tuple[Any, ...]]:
    """`since`: who has not used the account for longer cannot sign in."""
    is_unused = ExpressionWrapper(unused("user__", since), output_field=BooleanField())
    active = Certifier.objects.active_statewide().order_by().annotate(is_unused=is_unused)
    return active.values_list("pk", "district", "level", "user", "user__email", "is_unused")
