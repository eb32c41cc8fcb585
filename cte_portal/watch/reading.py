"""What one look at a part of the portal finds: how it stands, in a word and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """The worst of all parts is the portal's verdict; the value is the exit code of `status`."""

    GOOD = 0
    DEGRADED = 1
    """Something waits or is withheld; people go on with the rest."""
    DOWN = 2
    """Nobody can work."""

    @property
    def word(self) -> str:
        return ("Works", "Needs attention", "Down")[self]

    @property
    def kind(self) -> str:
        """Of the status component."""
        return ("completed", "warning", "problem")[self]


@dataclass(frozen=True)
class Reading:
    """`name` is the same at each look, so that it can be counted and compared."""

    name: str
    level: Level
    sentence: str
    figures: dict[str, float] = field(default_factory=dict)
    """What is measured, by the metric's name (cte_portal/watch/outside/metrics.py)."""


@dataclass(frozen=True)
class Measure:
    """One number for a monitoring system."""

    name: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)
