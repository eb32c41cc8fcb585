"""Figures that leave a district: groups so small that a student could be recognized are not shown
(ux O-21).

A district sees its own records, so its own pages and receipts show every number. What OPI's board
tells of a district goes through here.
"""

from __future__ import annotations

FEWEST = 5


def suppressed(count: int) -> str:
    """The number as people outside the district read it; where a star stands, the page says why."""
    return "*" if 0 < count <= FEWEST else f"{count:,}"
