"""What the portal's health says of sending: districts with changes that are not at the state."""

from __future__ import annotations

import time
from collections.abc import Iterator

from cte_portal.ui.unavailable import if_state_answers
from cte_portal.watch.reading import Level, Reading
from pathways.models import StateCopy
from pathways.resync.cursors import cursors_of_all, is_ahead, is_behind

FRESH = 300
"""Seconds: the ledger is long, and health is asked often."""

_counted: tuple[float, int, int] | None = None


def unsent_districts() -> Iterator[Reading]:
    """Unsent changes are everyday work. A state that is ahead of a district is not."""
    counts = _counts()
    if counts is None:
        return
    unsent, ahead = counts
    figures = {"districts_unsent": float(unsent), "districts_ahead": float(ahead)}
    sentence = f"{unsent:,} with changes that are not sent."
    if ahead:
        sentence = (
            f"The state is ahead of {ahead:,}, as if an older backup had been restored."
            f" They must not send. {sentence}"
        )
    yield Reading("Districts", Level.DEGRADED if ahead else Level.GOOD, sentence, figures)


def _counts() -> tuple[int, int] | None:
    """How many have changes of any type after the state's cursor, and of how many the state knows
    later ones; None while it is out of reach.
    """
    global _counted
    if _counted and time.monotonic() - _counted[0] < FRESH:
        return _counted[1:]
    copies = if_state_answers(
        lambda: {copy.district: copy for copy in StateCopy.objects.at_state().defer("refused")}
    )
    if copies is None:
        return None
    last = cursors_of_all()
    unsent = sum(is_behind(copies.get(district), cursors) for district, cursors in last.items())
    ahead = sum(is_ahead(copy, last.get(district, {})) for district, copy in copies.items())
    _counted = (time.monotonic(), unsent, ahead)
    return unsent, ahead
