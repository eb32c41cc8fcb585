"""What the gates would answer by a district's last validation at the state: for lists of all
districts, which read no record (ADR 8, 9).

Each answer stands under its gate's slug. The event's page and the signature ask the gates
themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from certification.status.status import DistrictEvent
from pathways.reports.runs import Validated
from pathways.resync.unsent import KnownUnsent

NOT_ASKED = ("quiet", "waited")
"""Gates that pass by themselves, in minutes."""
OF_DATA = ("sent", "match", "report", "errors", "warnings")
"""Gates that are about records; the others are about dates and people."""


@dataclass(frozen=True)
class LastValidation:
    """One district in one event, with what is known of it without its records."""

    one: DistrictEvent
    unsent: KnownUnsent
    validated: Validated | None

    @property
    def is_current(self) -> bool:
        """Whether the last validation read what stands at the state now."""
        copy = self.unsent.copy
        return (
            self.validated is not None
            and copy is not None
            and self.validated.generation == copy.generation
        )

    @property
    def closed(self) -> list[str]:
        """Slugs of the gates that are closed."""
        return [slug for slug, passes in PASSES.items() if not passes(self)]

    @property
    def is_clean(self) -> bool:
        """No record is in the way of a signature."""
        return not set(self.closed) & set(OF_DATA)

    @property
    def is_ready(self) -> bool:
        return not self.closed


def _open(known: LastValidation) -> bool:
    one = known.one
    return (one.in_active_year or one.finishing) and one.dates.accepts_signatures(
        one.now, correcting=one.reopened
    )


def _sent(known: LastValidation) -> bool:
    return known.unsent.copy is not None and not known.unsent.changes and not known.unsent.ahead


def _match(known: LastValidation) -> bool:
    return known.validated is not None and known.is_current and known.validated.settled


def _report(known: LastValidation) -> bool:
    return known.validated is not None and known.validated.totals_match


def _errors(known: LastValidation) -> bool:
    return known.validated is not None and not known.validated.errors


def _warnings(known: LastValidation) -> bool:
    return known.validated is not None and not known.validated.warnings


PASSES: dict[str, Callable[[LastValidation], bool]] = {
    "open": _open,
    "certifiers": lambda known: known.one.able > 0,
    "sent": _sent,
    "match": _match,
    "report": _report,
    "errors": _errors,
    "warnings": _warnings,
}
