"""Bars beside the figures of a table, made on the server: this year solid, an earlier year hatched.
`ui/bars.html` draws them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 118


@dataclass(frozen=True)
class Bars:
    """Two lengths on one scale, of at most `WIDTH`; `before` is None where there is nothing to
    compare with.
    """

    now: int
    before: int | None


def length(number: int, largest: int) -> int:
    """What is not nothing can be seen."""
    return max(1, round(number * WIDTH / largest)) if number > 0 and largest else 0


def bars(figures: Iterable[tuple[int, int | None]]) -> list[Bars]:
    """The bars of figures that stand in one group: the longest fills the width."""
    figures = list(figures)
    largest = max((number for pair in figures for number in pair if number), default=0)
    return [
        Bars(length(now, largest), None if before is None else length(before, largest))
        for now, before in figures
    ]
