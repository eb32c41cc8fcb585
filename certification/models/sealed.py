"""The sealed copy of a certification: what was signed, row by row, with everything that stood
beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q

from certification.models.event import CertificationEvent
from certification.models.round import Round
from cte_portal.editions import Home
from cte_portal.prepared import prepared
from pathways.ledger import canonical
from pathways.models import Student
from pathways.models.participation import credits_field


class SealedCopyQuerySet(models.QuerySet["SealedCopy"]):
    def official(self) -> SealedCopyQuerySet:
        return self.filter(round__status=Round.Status.SEALED)

    def of_district(self, district: str) -> SealedCopyQuerySet:
        return self.filter(round__district=district)

    def official_before(
        self, event: CertificationEvent, district: str, *, forms: Collection[int]
    ) -> SealedCopy | None:
        """The district's last sealed year before the event's, in a canonical form of the same rows:
        what its figures are compared with.
        """
        year = event.collection, event.end_year
        sealed: list[SealedCopy] = _official_before(district, *year, tuple(sorted(forms)))
        return sealed[0] if sealed else None


class SealedCopy(models.Model):
    """Append-only for the database too. Names are copied, so that a later change of the event or
    the district changes no receipt.
    """

    lives_in = Home.DISTRICT

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="sealed_copy")
    receipt = models.CharField("Receipt number", max_length=24)
    event_name = models.CharField(max_length=120)
    district_name = models.CharField(max_length=100)
    digest = models.CharField("Seal (SHA-256)", max_length=64)
    form_version = models.PositiveSmallIntegerField()
    """Version of the canonical form that the digest covers."""
    sealed_at = models.DateTimeField()
    generation = models.PositiveIntegerField()
    """Of the district's StateCopy whose rows these are."""
    sent_at = models.DateTimeField(null=True)
    """When the State edition was last sent to before the seal."""
    counts = models.JSONField()
    rules = models.JSONField()
    rules_hash = models.CharField(max_length=64)
    explanations = models.JSONField()
    findings = models.JSONField()
    statements = models.JSONField()
    notes = models.JSONField(default=list)

    objects = SealedCopyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receipt"], name="certification_receipt_numbers_are_used_once"
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="certification_seal_has_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


class SealedRow(models.Model):
    """A row of what was sealed; its other fields are those of the collection's canonical line."""

    fingerprint: Any

    class Meta:
        abstract = True

    @classmethod
    def of(cls, copy: SealedCopy, row: Any) -> Self:
        return cls(copy=copy, fingerprint=fingerprint(row), **row._asdict())


class SealedRecord(SealedRow):
    """One student's record in one pathway as it was sealed."""

    lives_in = Home.DISTRICT

    copy = models.ForeignKey(SealedCopy, on_delete=models.PROTECT, related_name="records")
    state_id = models.CharField("State ID", max_length=9)
    local_id = models.CharField("Local ID", max_length=15, blank=True)
    last_name = models.CharField(max_length=50)
    first_name = models.CharField(max_length=50)
    middle_name = models.CharField(max_length=50, blank=True)
    birth_date = models.DateField()
    gender = models.CharField(max_length=1, choices=Student.Gender.choices)
    grade = models.CharField(max_length=2)
    school_number = models.CharField("School Number", max_length=4)
    school_name = models.CharField(max_length=100)
    pathway_code = models.CharField(max_length=2)
    pathway_name = models.CharField("CTE Pathway", max_length=100)
    concentrator = models.BooleanField("CTE Concentrator")
    single_parent = models.BooleanField("Student Single Parent")
    start_date = models.DateField("Start Date")
    in_district_credits = credits_field("In District Credits Earned")
    out_of_district_credits = credits_field("Out of District Credits Earned")
    total_credits = credits_field("Total Pathway Credits Earned")
    dual_enrollment_credits = credits_field("Dual Enrollment Credits")
    work_based_learning_credits = credits_field("Work Based Learning Credits")
    modified_date = models.DateField("Modified Date")
    modified_by = models.CharField("Modified By", max_length=120)
    modified_end_year = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of its canonical line: the seal says that a copy was touched, this says which
    record.
    """

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["copy", "state_id", "pathway_code"],
                name="certification_a_record_is_sealed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"sealed record {self.pk}"


def fingerprint(row: Iterable[Any]) -> str:
    return canonical.digest_of([canonical.line(row)])


@prepared
def _official_before(
    district: str, collection: str, end_year: int, forms: tuple[int, ...]
) -> SealedCopyQuerySet:
    earlier = SealedCopy.objects.official().of_district(district).filter(form_version__in=forms)
    sealed = earlier.filter(
        round__event__collection=collection, round__event__end_year__lt=end_year
    )
    return sealed.order_by("-round__event__end_year")[:1]
