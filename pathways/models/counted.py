"""Counts of related rows that do not multiply one another when a list shows several of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def counted(rows: QuerySet[Any], owner: str) -> Coalesce:
    """How many of `rows` name the outer row by the field `owner`, as a subquery."""
    own = rows.order_by().filter(**{owner: OuterRef("pk")})
    return Coalesce(Subquery(own.values(owner).annotate(number=Count("pk")).values("number")), 0)
