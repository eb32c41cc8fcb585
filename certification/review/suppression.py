"""Figures that leave a district: groups so small that a student could be recognized are not shown
(ux O-21).

A district sees its own records, so its own pages and receipts show every number. What OPI's board
tells of a district goes through here.
"""

from __future__ import annotations

from collections.abc import Sequence

HIDDEN = "*"
FEWEST = 5
FEWEST_LEAVERS = 10
"""Groups of leavers smaller than this are not told (R-FUP-20)."""


def suppressed(count: int) -> str:
    """The number as people outside the district read it; where a star stands, the page says why."""
    return HIDDEN if 0 < count <= FEWEST else f"{count:,}"


def nested(counts: Sequence[int]) -> list[str]:
    """Numbers of leavers of which each is part of those before it: one is not shown where it is
    small, or where its difference from another that is shown would be.
    """
    visible: list[int] = []
    words = []
    for count in counts:
        if any(0 < number < FEWEST_LEAVERS for number in (count, *(of - count for of in visible))):
            words.append(HIDDEN)
        else:
            visible.append(count)
            words.append(f"{count:,}")
    return words


def nested_of_groups(groups: Sequence[Sequence[int]]) -> list[list[str]]:
    """The nested numbers of groups that together are a total which may be told. What is hidden in
    all of them is the total less the rest: while it is small, the smallest of the others is hidden
    too, for each number and each difference of two.
    """
    words = [nested(counts) for counts in groups]
    while (cell := _telling(groups, words)) is not None:
        group, column = cell
        words[group][column] = HIDDEN
    return words


def _telling(
    groups: Sequence[Sequence[int]], words: Sequence[Sequence[str]]
) -> tuple[int, int] | None:
    """(group, column) of the next cell to hide; None when nothing is told."""
    columns = range(len(groups[0]) if groups else 0)
    for whole, part in ((w, p) for p in columns for w in range(p + 1)):
        amounts = [counts[whole] - (counts[part] if part != whole else 0) for counts in groups]
        concealed = [HIDDEN in (own[whole], own[part]) for own in words]
        hidden = sum(
            amount for amount, is_hidden in zip(amounts, concealed, strict=True) if is_hidden
        )
        visible = [
            (amount, group)
            for group, (amount, is_hidden) in enumerate(zip(amounts, concealed, strict=True))
            if amount and not is_hidden
        ]
        if 0 < hidden < FEWEST_LEAVERS and visible:
            return min(visible)[1], part
    return None
