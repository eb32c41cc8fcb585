"""A district's case in one event at one moment: what the gates ask, each fact read once and only
when a gate wants it.
"""

from __future__ import annotations

import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone

from certification.certifiers.certifiers import active_certifiers
from certification.collections.chosen import collection_of
from certification.collections.collection import Collection, Row
from certification.collections.end_of_year import END_OF_YEAR
from certification.models import CertificationEvent, Certifier, Round, Signature
from certification.signing import lookups, signed_text
from certification.status.district_event import DistrictEvent
from cte_portal.accounts.models import User
from cte_portal.batches.models import Batch
from cte_portal.editions import Scope
from pathways.findings.kept_findings import explanations_of
from pathways.ledger import canonical
from pathways.ledger.kept import kept
from pathways.models import Change, Publication, StateCopy
from pathways.reports.leavers.unsent import NotSent, not_sent
from pathways.reports.runs import Run
from pathways.resync.unsent import Unsent, UnsentRows

WAIT = datetime.timedelta(minutes=60)


class Case:
    def __init__(
        self, scope: Scope, district_event: DistrictEvent, person: User | None = None
    ) -> None:
        self.scope = scope
        self.district_event = district_event
        self.person = person
        self.now = district_event.now
        self.known: dict[Any, Any] = {}

    @property
    def event(self) -> CertificationEvent:
        return self.district_event.event

    @property
    def collection(self) -> Collection:
        return collection_of(self.event)

    @cached_property
    def round(self) -> Round | None:
        """The open round; None before the first signature, and after the seal."""
        return next((row for row in self.rounds if row.status == Round.Status.OPEN), None)

    @cached_property
    def rounds(self) -> list[Round]:
        """The newest first."""
        return lookups.rounds(self.event.pk, self.scope.district)

    @cached_property
    def next_number(self) -> int:
        if self.round:
            return self.round.number
        return self.rounds[0].number + 1 if self.rounds else 1

    @cached_property
    def certifiers(self) -> list[Certifier]:
        """The active ones, Primary first."""
        return active_certifiers(self.scope.district)

    @property
    def primaries(self) -> list[Certifier]:
        return [certifier for certifier in self.certifiers if certifier.is_primary]

    @property
    def certifier(self) -> Certifier | None:
        """The person as a certifier of the district, if she is one today."""
        return next(
            (
                certifier
                for certifier in self.certifiers
                if self.person and certifier.user_id == self.person.pk
            ),
            None,
        )

    @cached_property
    def signatures(self) -> dict[int, Signature]:
        """Certifier → the open round's signature that stands; `covers` says whether it still does."""
        return (
            {
                signature.certifier_id: signature
                for signature in Signature.objects.standing().filter(round=self.round)
            }
            if self.round
            else {}
        )

    def covers(self, signature: Signature | None) -> bool:
        return signature is not None and signature.digest == self.digest

    def waiting(self) -> list[Certifier]:
        """Primaries whose signature is still needed."""
        return [
            certifier
            for certifier in self.primaries
            if not self.covers(self.signatures.get(certifier.pk))
        ]

    @property
    def is_complete(self) -> bool:
        """All names stand that are needed, yet nothing is sealed: a certifier who had not signed is
        no longer active (C-17).
        """
        return not self.is_certified and bool(self.primaries) and not self.waiting()

    @property
    def has_signed(self) -> bool:
        """True when nothing is left to sign for the person: her signature covers the data, and it
        is not a Primary's turn to seal it.
        """
        certifier = self.certifier
        return (
            certifier is not None
            and self.covers(self.signatures.get(certifier.pk))
            and not (self.is_complete and certifier.is_primary)
        )

    @cached_property
    def copy(self) -> StateCopy | None:
        return StateCopy.objects.in_short(self.scope.district, self.known)

    @property
    def path(self) -> str:
        """The event's own page."""
        return reverse(
            "event-certification", args=[self.scope.district, self.scope.end_year, self.event.pk]
        )

    @cached_property
    def sending_scope(self) -> Scope:
        """Whose resync brings the records to the state: of outcomes the current year's."""
        current = lookups.current_year() if self.is_of_leavers else []
        return Scope(self.scope.district, current[0].end_year if current else self.scope.end_year)

    @property
    def is_of_leavers(self) -> bool:
        return self.event.is_of_leavers

    @cached_property
    def sending(self) -> Unsent:
        return Unsent.once(self.sending_scope, self.known)

    @cached_property
    def leavers_not_sent(self) -> NotSent:
        """Of an event about leavers."""
        return not_sent(self.scope.district, self.scope.end_year)

    @cached_property
    def differing(self) -> UnsentRows:
        """Rows of all types that differ between district and state, compared now."""
        return self.sending.differing_now

    @cached_property
    def last_change(self) -> Change | None:
        """The newest change that has not been sent."""
        cursor = self.copy.cursor if self.copy else 0
        return next(iter(lookups.last_change(self.scope.district, cursor)), None)

    @cached_property
    def running(self) -> list[Batch]:
        writers = tuple(sorted(self.collection.writers))
        end_year = self.scope.end_year if self.district_event.finishing else None
        return lookups.running(self.scope.district, writers, end_year)

    @cached_property
    def matches(self) -> bool:
        """True when the records in scope are the same in both editions, whatever the cursor says."""
        digest = canonical.digest_of_rows  # other gates read the leavers too, and no records
        own = digest(self.own_rows) if self.is_of_leavers else self.collection.digest(self.scope)
        return own == digest(self.document.rows)

    @cached_property
    def own_rows(self) -> list[Row]:
        """The records as the district has them, sent or not."""
        return list(self.collection.rows(self.scope))

    @cached_property
    def report(self) -> Run | None:
        return self.collection.report(self.scope, self.known) if self.collection.report else None

    @cached_property
    def document(self) -> signed_text.Document:
        text = signed_text.of_state(self.scope, self.event, self.next_number, self.district_name)
        return signed_text.as_signed(text, [own.digest for own in self.signatures.values()])

    @cached_property
    def digest(self) -> str:
        return self.document.digest

    @cached_property
    def open_findings(self) -> tuple[int, int]:
        return signed_text.open_counts(self.document)

    @cached_property
    def district_name(self) -> str:
        return lookups.district(self.scope.district)[0].name

    @property
    def is_certified(self) -> bool:
        """Sealed, and no new round is open."""
        return (
            self.district_event.sealed_at is not None and self.district_event.round_number is None
        )

    @cached_property
    def unsent_of_the_year(self) -> int:
        """Changes of a year that is over which were never sent: what was entered later belongs to
        the next year.
        """
        cursor = self.copy.cursor if self.copy else 0
        return (
            Change.objects.after(self.scope.district, cursor)
            .filter(end_year__lte=self.scope.end_year)
            .count()
        )

    @property
    def is_empty(self) -> bool:
        """True when the district has nothing to report: no record in either edition."""
        return not self.document.rows and not self.collection.has_records(self.scope)


class ShownCase(Case):
    """As a page shows it: what is read of every record is kept while neither edition moves. Who
    signs is judged by a Case, whatever a page has shown.
    """

    def __init__(
        self,
        scope: Scope,
        district_event: DistrictEvent,
        person: User | None,
        known: dict[Any, Any],
    ) -> None:
        super().__init__(scope, district_event, person)
        self.known = known

    @cached_property
    def _read(self) -> tuple[signed_text.DocumentInShort, bool, tuple[int, int]]:
        statements = self.event.worded(self.district_name)
        moving = (
            self.event.pk,
            self.next_number,
            tuple(own.digest for own in self.signatures.values()),
            tuple(statements),
            timezone.localdate(),
            explanations_of(self.scope),
            self.copy and self.copy.resync,
            Publication.objects.generation(),
        )
        return kept(self.scope, self.known, "case", self._read_anew, *moving)

    def _read_anew(self) -> tuple[signed_text.DocumentInShort, bool, tuple[int, int]]:
        case = Case(self.scope, self.district_event, self.person)
        return signed_text.in_short(case.document), case.matches, case.open_findings

    @cached_property
    def document(self) -> signed_text.Document:
        return self._read[0]

    @cached_property
    def matches(self) -> bool:
        return self._read[1]

    @cached_property
    def open_findings(self) -> tuple[int, int]:
        return self._read[2]

    @cached_property
    def differing(self) -> UnsentRows:
        """By the number above the page."""
        return Unsent.counted(self.sending_scope, self.known).differing


def shown_case(
    scope: Scope, district_event: DistrictEvent, person: User | None, known: dict[Any, Any]
) -> Case:
    """For a page; `known` is what it knows already. Of End of Year's records alone: what Fall signs
    moves without the district's position.
    """
    if collection_of(district_event.event) is END_OF_YEAR:
        return ShownCase(scope, district_event, person, known)
    return Case(scope, district_event, person)
