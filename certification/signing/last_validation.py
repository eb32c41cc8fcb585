"""The gates' answers by a district's last validation, or by what is known of its follow-up, for
lists of all districts (ADR 8, 9).

Each answer stands under its gate's slug. The event's page and the signature ask the gates
themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from certification.collections.chosen import collection_of
from certification.collections.fall.statewide import FollowUpKnown
from certification.status.district_event import DistrictEvent
from pathways.reports.runs import Validated
from pathways.resync.unsent import KnownUnsent

NOT_ASKED = ("quiet", "waited")
"""Gates that pass by themselves, in minutes."""
OF_DATA = (
    "drawn",
    "resolved",
    "sent",
    "outcomes",
    "match",
    "report",
    "errors",
    "warnings",
    "tried",
    "contacted",
)
"""Gates that are about records; the others are about dates and people."""


@dataclass(eq=False)
class LastValidation:
    """One district in one event, with what is known of it without its records. It never changes,
    but is not frozen: to make one would take four times as long, and a page makes four hundred.
    """

    district_event: DistrictEvent
    unsent: KnownUnsent
    validated: Validated | None
    follow_up: FollowUpKnown | None = None
    """Of an event about leavers."""

    @property
    def is_current(self) -> bool:
        """True when the last validation read what stands at the state now."""
        copy = self.unsent.copy
        return (
            self.validated is not None
            and copy is not None
            and self.validated.generation == copy.generation
        )

    @property
    def closed(self) -> list[str]:
        """Slugs of the gates that are closed."""
        gates = collection_of(self.district_event.event).gates
        return [slug for slug, passes in PASSES.items() if slug in gates and not passes(self)]

    @property
    def is_clean(self) -> bool:
        """No record is in the way of a signature."""
        return not set(self.closed) & set(OF_DATA)

    @property
    def is_ready(self) -> bool:
        """Asked of all districts, most of which have a gate closed among the first."""
        for passes in _passes(collection_of(self.district_event.event).gates):
            if not passes(self):
                return False
        return True


def _sent(validation: LastValidation) -> bool:
    return (
        validation.unsent.copy is not None
        and validation.unsent.rows == validation.unsent.outcomes
        and not validation.unsent.changes
        and not validation.unsent.ahead
    )


def _drawn(validation: LastValidation) -> bool:
    return validation.follow_up is not None and bool(validation.follow_up.receipt)


def _resolved(validation: LastValidation) -> bool:
    return validation.follow_up is not None and not validation.follow_up.unresolved


def _outcomes(validation: LastValidation) -> bool:
    return (
        validation.unsent.copy is not None
        and not validation.unsent.ahead
        and validation.follow_up is not None
        and validation.follow_up.not_sent == 0
    )


def _tried(validation: LastValidation) -> bool:
    return validation.follow_up is not None and not validation.follow_up.open


def _contacted(validation: LastValidation) -> bool:
    return validation.follow_up is not None and not validation.follow_up.badly_dated


def _match(validation: LastValidation) -> bool:
    if validation.follow_up is not None:
        return _outcomes(validation)
    return (
        validation.validated is not None and validation.is_current and validation.validated.settled
    )


def _report(validation: LastValidation) -> bool:
    return validation.validated is not None and validation.validated.totals_match


def _errors(validation: LastValidation) -> bool:
    return validation.validated is not None and not validation.validated.errors


def _warnings(validation: LastValidation) -> bool:
    return validation.validated is not None and not validation.validated.warnings


PASSES: dict[str, Callable[[LastValidation], bool]] = {
    "open": lambda validation: validation.district_event.takes_signatures,
    "certifiers": lambda validation: validation.district_event.able > 0,
    "drawn": _drawn,
    "resolved": _resolved,
    "sent": _sent,
    "outcomes": _outcomes,
    "match": _match,
    "report": _report,
    "errors": _errors,
    "warnings": _warnings,
    "tried": _tried,
    "contacted": _contacted,
}


@cache
def _passes(gates: tuple[str, ...]) -> tuple[Callable[[LastValidation], bool], ...]:
    return tuple(passes for slug, passes in PASSES.items() if slug in gates)
