"""What this process has found in the ledgers, so that a list of all districts does not look for it
again each time.

Lines of a ledger are added and never changed: what was there is there, as long as it is the same
database. One that was restored from a backup stands behind a new connection, and each new
connection makes the process forget everything. What was taken out past the portal shows within
`FRESH` seconds.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from django.db import connection

from cte_portal.editions import connections_made
from cte_portal.prepared import moment_of
from pathways.ledger.kept import FRESH
from pathways.models.state_copy import CopyInShort


class LastRecord(NamedTuple):
    """The last change of a record in a district's ledger."""

    pk: int
    end_year: int
    text: str
    """Of the moment, as the database writes it: a list of all districts shows few of them."""

    @property
    def at(self) -> datetime.datetime:
        return moment_of(self.text)


@dataclass
class SeenInLedgers:
    connections: int
    """How many had been made when it began."""
    until: float
    copies: set[CopyInShort] = field(default_factory=set)
    """Of which the ledgers have every change that was sent."""
    records: dict[str, LastRecord] = field(default_factory=dict)
    """By district, whatever has come to its ledger since."""


_seen = SeenInLedgers(connections=0, until=0)


def seen() -> SeenInLedgers:
    """What stands for a whole page: asked for before anything is read that goes into it."""
    global _seen
    connection.ensure_connection()
    made = connections_made(connection.alias)
    if made != _seen.connections or monotonic() > _seen.until:
        _seen = SeenInLedgers(made, monotonic() + FRESH)
    return _seen
