"""Figures that leave a district: groups so small that a student could be recognized are not shown (ux O-21).

A district sees its own records, so its own pages and receipts show every number. OPI's charts and exports go through here.
"""

from __future__ import annotations

FEWEST = 5
REASON = f"* Groups of {FEWEST} or fewer students are not shown, so that nobody can be recognized."


def is_suppressed(count: int) -> bool:
    return 0 < count <= FEWEST


def suppressed(count: int) -> str:
    """The number as people outside the district read it; where a star stands, `REASON` stands beside the table."""
    return "*" if is_suppressed(count) else f"{count:,}"
