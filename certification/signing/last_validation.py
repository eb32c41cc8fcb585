"""The gates' answers by a district's last validation, for lists of all districts (ADR 8, 9).

Each answer stands under its gate's slug. The event's page and the signature ask the gates
themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from certification.collections.chosen import collection_of
from certification.status.district_event import DistrictEvent
from pathways.reports.runs import Validated
from pathways.resync.unsent import KnownUnsent

NOT_ASKED = ("quiet", "waited")
"""Gates that pass by themselves, in minutes."""
OF_DATA = ("sent", "match", "report", "errors", "warnings")
"""Gates that are about records; the others are about dates and people."""


@dataclass(frozen=True)
class LastValidation:
    """One district in one event, with what is known of it without its records."""

    district_event: DistrictEvent
    unsent: KnownUnsent
    validated: Validated | None

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
        return not self.closed


def _open(validation: LastValidation) -> bool:
    district_event = validation.district_event
    is_of_now = district_event.in_active_year or district_event.finishing
    is_certified_here = collection_of(district_event.event).is_offered
    return (is_of_now and is_certified_here) and district_event.dates.accepts_signatures(
        district_event.now, correcting=district_event.reopened
    )


def _sent(validation: LastValidation) -> bool:
    return (
        validation.unsent.copy is not None
        and not validation.unsent.changes
        and not validation.unsent.ahead
    )


def _match(validation: LastValidation) -> bool:
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
    "open": _open,
    "certifiers": lambda validation: validation.district_event.able > 0,
    "sent": _sent,
    "match": _match,
    "report": _report,
    "errors": _errors,
    "warnings": _warnings,
}
