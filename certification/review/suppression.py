"""Figures that leave a district: groups so small that a student could be recognized are not shown
(ux O-21).

A district sees its own records, so its own pages and receipts show every number. What OPI's board
tells of a district goes through here.
"""

from __future__ import annotations

from collections.abc import Sequence

FEWEST = 5
FEWEST_LEAVERS = 10
"""Groups of leavers smaller than this are not told (R-FUP-20)."""


def suppressed(count: int) -> str:
    """The number as people outside the district read it; where a star stands, the page says why."""
    return "*" if 0 < count <= FEWEST else f"{count:,}"


def nested(counts: Sequence[int]) -> list[str]:
    """Numbers of leavers of which each is part of those before it: one is not shown where it is
    small, or where its difference from another that is shown would be.
    """
    visible: list[int] = []
    words = []
    for count in counts:
        if any(0 < number < FEWEST_LEAVERS for number in (count, *(of - count for of in visible))):
            words.append("*")
        else:
            visible.append(count)
            words.append(f"{count:,}")
    return words
