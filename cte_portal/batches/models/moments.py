"""Moments by the database's own clock."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import ExpressionWrapper, Q, Value
from django.db.models.functions import Coalesce, Now


def moment(seconds: float = 0) -> ExpressionWrapper:
    """The database's own time, some seconds from now: workers' clocks are never asked (F-24)."""
    return ExpressionWrapper(
        Now() + Value(datetime.timedelta(seconds=seconds)), output_field=models.DateTimeField()
    )


DUE = Q(available_at=None) | Q(available_at__lte=Now())
DUE_SINCE = Coalesce("available_at", "queued_at")
"""Of what is due: what a dead worker left is due when it is brought back."""
