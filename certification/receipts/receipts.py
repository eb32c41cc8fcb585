"""The words of a receipt: the same today and in ten years, but for later sealed copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from certification.collections.chosen import collection_of_copy
from certification.collections.collection import Collection
from certification.collections.end_of_year import END_OF_YEAR
from certification.models import (
    Certifier,
    Extension,
    Round,
    SealedCopy,
    SealedRecord,
    Signature,
)
from certification.models.certifier import certifies
from certification.review.snapshot import Figure, Section, sections
from certification.status.status import event_of
from cte_portal.accounts.models import AuditEvent, User
from cte_portal.editions import Scope, school_year_label
from cte_portal.prepared import prepared
from cte_portal.ui.bars import Bars
from pathways.certified import LockLinks, SealedConcentrators, SealedYear
from pathways.models import CollectionLock


@dataclass(frozen=True)
class Standing:
    """`kind` is one of the status component's."""

    kind: str
    word: str
    sentence: str


@dataclass
class Receipt:
    copy: SealedCopy

    @property
    def round(self) -> Round:
        return self.copy.round

    @property
    def collection(self) -> Collection:
        return collection_of_copy(self.copy)

    @cached_property
    def scope(self) -> Scope:
        return Scope(self.round.district, self.round.event.end_year)

    @cached_property
    def successor(self) -> SealedCopy | None:
        """The copy that is official now, where this one is superseded."""
        if self.round.status != Round.Status.SUPERSEDED:
            return None
        return (
            SealedCopy.objects.official()
            .filter(round__event=self.round.event, round__district=self.round.district)
            .first()
        )

    @cached_property
    def predecessors(self) -> list[SealedCopy]:
        """The copies that this one has superseded, the last one first."""
        earlier = SealedCopy.objects.of_district(self.round.district).filter(
            round__event=self.round.event
        )
        return list(earlier.filter(round__number__lt=self.round.number).order_by("-round__number"))

    @property
    def standing(self) -> Standing:
        day = f"All signed on {timezone.localtime(self.copy.sealed_at):%m/%d/%Y}."
        if self.round.status == Round.Status.SUPERSEDED:
            return Standing(
                "canceled",
                "Superseded",
                f"{day} Another seal became official on {_day(self.round)}.",
            )
        district_event = event_of(self.scope, self.round.event_id)
        if district_event is not None:
            return Standing(
                district_event.status.kind,
                district_event.status.word,
                district_event.status.sentence,
            )
        word = (
            "Certification Approved by State"
            if self.round.approved_at
            else "Certification Sent to State"
        )
        return Standing("completed", word, day)

    @cached_property
    def signatures(self) -> list[Signature]:
        """The signatures that stand: Primary first, then in the order of signing."""
        return sorted(
            Signature.objects.standing().filter(round=self.round),
            key=lambda signature: (signature.level, signature.signed_at),
        )

    @cached_property
    def access(self) -> list[AuditEvent]:
        """The changes of the signers' accounts in the 30 days before it was sealed."""
        people = Certifier.objects.filter(signatures__in=self.signatures).values_list(
            "user", flat=True
        )
        return AuditEvent.objects.all().of_access(people, self.copy.sealed_at)

    @cached_property
    def earlier(self) -> SealedCopy | None:
        """The last sealed year as it stood when this was sealed: a later correction of that year
        changes no receipt.
        """
        copies = SealedCopy.objects.of_district(self.round.district).filter(
            round__event__collection=self.round.event.collection
        )
        earlier_copies = copies.filter(
            form_version__in=collection_of_copy(self.copy).forms,
            round__event__end_year__lt=self.scope.end_year,
            sealed_at__lte=self.copy.sealed_at,
        )
        return (
            earlier_copies.select_related("round__event")
            .order_by("-round__event__end_year", "-round__number")
            .first()
        )

    @property
    def before_year(self) -> str:
        return school_year_label(
            self.earlier.round.event.end_year if self.earlier else self.scope.end_year - 1
        )

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return sections(
            self.collection,
            self.copy.counts,
            self.earlier.counts if self.earlier else None,
            self.before_year,
        )

    @property
    def students(self) -> tuple[Section, ...]:
        """The students, and how many records they have."""
        students = self.sections[0]
        if not self.collection.records:
            return (students,)
        now = self.copy.counts["totals"]["records"]
        before = self.earlier.counts["totals"]["records"] if self.earlier else None
        label = self.collection.records
        records = Figure("records", label, now, before, self.before_year, Bars(0, None))
        return (Section(students.title, (*students.figures, records)),)

    @property
    def groups(self) -> tuple[Section, ...]:
        return self.sections[1:]

    @property
    def errors(self) -> int:
        return self._number_of("error")

    @property
    def warnings(self) -> int:
        return self._number_of("warning")

    def _number_of(self, severity: str) -> int:
        return sum(finding.get("severity") == severity for finding in self.copy.findings)

    @property
    def seal(self) -> Sequence[str]:
        """The digest in two lines of groups of four."""
        groups = [self.copy.digest[at : at + 4] for at in range(0, len(self.copy.digest), 4)]
        return " ".join(groups[:8]), " ".join(groups[8:])

    @property
    def corrections(self) -> str:
        return Extension.objects.dates_for(self.round.event, self.round.district).corrections(
            timezone.now()
        )


def _day(round_of_copy: Round) -> str:
    return (
        f"{timezone.localtime(round_of_copy.ended_at):%m/%d/%Y}"
        if round_of_copy.ended_at
        else "then"
    )


def receipt_url(copy: SealedCopy) -> str:
    return reverse(
        "certification-receipt", args=[copy.round.district, copy.round.event.end_year, copy.pk]
    )


def request_url(copy: SealedCopy) -> str:
    """The address at which a recertification is asked for; empty once OPI has closed the event."""
    event = copy.round.event
    return (
        reverse("recertification-new", args=[copy.round.district, event.end_year, event.pk])
        if event.is_published
        else ""
    )


def lock_links(lock: CollectionLock | None, person: User | AnonymousUser) -> LockLinks | None:
    """The links of a locked record's banner (pathways/certified.py)."""
    if lock is None:
        return None
    copy = (
        SealedCopy.objects.filter(receipt=lock.reference, round__district=lock.district)
        .select_related("round__event")
        .first()
    )
    if copy is None:
        return None
    return LockLinks(
        receipt_url(copy),
        request_url(copy),
        certifies(lock.district, person),
    )


def last_certified_year(scope: Scope) -> int | None:
    """The year with which credits are compared when they are entered (pathways/certified.py)."""
    return next((end_year for (end_year,) in _certified_before(scope)), None)


@prepared
def _certified_before(scope: Scope) -> QuerySet[SealedCopy, tuple[int]]:
    official = SealedCopy.objects.official().of_district(scope.district)
    of_collection = official.filter(round__event__collection=END_OF_YEAR.slug)
    years = of_collection.filter(round__event__end_year__lt=scope.end_year)
    return years.order_by("-round__event__end_year").values_list("round__event__end_year")[:1]


def sealed_year(scope: Scope) -> SealedYear | None:
    """The facts that a certified year's own pages show (pathways/certified.py)."""
    copy = _official(scope)
    if copy is None:
        return None
    totals = copy.counts["totals"]
    figures = {
        name: totals[name] for name in ("students", "concentrators", "participants", "records")
    }
    return SealedYear(
        receipt=copy.receipt,
        url=receipt_url(copy),
        sealed_at=copy.sealed_at,
        **figures,
    )


def sealed_concentrators(scope: Scope) -> SealedConcentrators | None:
    """Whom the follow-up of the year asks for (pathways/certified.py)."""
    copies = _keys(scope)
    if not copies:
        return None
    key, receipt = copies[0]
    rows = SealedRecord.objects.filter(copy=key, concentrator=True)
    return SealedConcentrators(
        receipt, rows.values_list("state_id", "pathway_code", "pathway_name")
    )


def _official(scope: Scope) -> SealedCopy | None:
    return _of_year(scope).select_related("round__event").first()


@prepared
def _keys(scope: Scope) -> QuerySet[SealedCopy, tuple[int, str]]:
    return _of_year(scope).order_by("pk").values_list("pk", "receipt")[:1]


def _of_year(scope: Scope) -> QuerySet[SealedCopy]:
    """The district's official sealed copy of the year's End of Year collection."""
    return (
        SealedCopy.objects.official()
        .of_district(scope.district)
        .filter(round__event__collection=END_OF_YEAR.slug, round__event__end_year=scope.end_year)
    )
