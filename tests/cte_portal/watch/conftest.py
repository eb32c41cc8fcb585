"""A portal of which every process lives."""

from __future__ import annotations

import pytest

from cte_portal.watch.heartbeat import beat
from cte_portal.watch.models import Heartbeat


@pytest.fixture
def running(db: None) -> None:
    """A dispatcher and a worker for each queue have been heard of just now."""
    beat(Heartbeat.Part.DISPATCHER)
    for queue in ("district", "statewide"):
        beat(Heartbeat.Part.WORKER, queue)
