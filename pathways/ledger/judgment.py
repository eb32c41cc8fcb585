"""What the ledger asks of whoever judges staged rows. The rule catalogue answers, and stands above
the ledger.
"""

from __future__ import annotations

from typing import Protocol


class BrokenRule(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def field(self) -> str: ...


class Ruling(Protocol):
    """One rule broken by one row. `key` is the line of a staged row."""

    @property
    def rule(self) -> BrokenRule: ...
    @property
    def key(self) -> int: ...
    @property
    def message(self) -> str: ...


class Judgment(Protocol):
    """What was said of staged rows, and how far the district's history and OPI's reference data had
    come when it was said.
    """

    @property
    def refused(self) -> tuple[Ruling, ...]: ...
    @property
    def cursor(self) -> int: ...
    @property
    def generation(self) -> int: ...
