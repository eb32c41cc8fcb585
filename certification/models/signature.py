"""A certifier's name under a digest of the state's data, with the statements as they were
worded.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from certification.models.certifier import Certifier
from certification.models.round import Round
from cte_portal.accounts.models.proof import proof_words
from cte_portal.editions import Home


class SignatureQuerySet(models.QuerySet["Signature"]):
    def standing(self) -> SignatureQuerySet:
        return self.filter(voided_at=None)

    def by_primaries(self) -> SignatureQuerySet:
        return self.filter(level=Certifier.Level.PRIMARY)

    def reviews(self) -> SignatureQuerySet:
        """Review sign-offs of Secondary certifiers: shown, and never needed."""
        return self.filter(level=Certifier.Level.SECONDARY)


class Signature(models.Model):
    """Append-only: the database lets it be voided once, with a reason, while its round is open, and
    refuses anything else.
    """

    lives_in = Home.DISTRICT

    class Method(models.TextChoices):
        PASSWORD = "password", "Password"
        TOTP = "totp", "Code of an authenticator app"
        SSO = "sso", "Single sign-on"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="signatures")
    certifier = models.ForeignKey(Certifier, on_delete=models.PROTECT, related_name="signatures")
    name = models.CharField(max_length=120)
    job_title = models.CharField(max_length=80)
    level = models.CharField(max_length=9, choices=Certifier.Level.choices)
    digest = models.CharField(max_length=64)
    statements = models.JSONField()
    notes = models.JSONField(default=list)
    """The signer's notes on unusual figures: [{"figure", "note"}]."""
    method = models.CharField(max_length=8, choices=Method.choices)
    proof: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    """What the identity provider said as the signer confirmed there: {"issuer", "auth_time" in
    seconds since 1970, "acr", "amr"}. None of other methods, and of signatures before it was kept.
    """
    signed_at = models.DateTimeField()
    late = models.BooleanField(default=False)
    """True when the district's due date, as it was then, had passed."""
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "certifier"],
                condition=Q(voided_at=None),
                name="certification_one_standing_signature_per_certifier",
                violation_error_message="You have already signed.",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="certification_void_signatures_say_why",
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="certification_signature_covers_a_digest",
            ),
            models.CheckConstraint(
                condition=Q(level__in=["primary", "secondary"]),
                name="certification_signature_level_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"signature {self.pk} of round {self.round_id}"

    @property
    def proof_words(self) -> str:
        """Where and when the signer confirmed, and by what; empty where no provider was asked."""
        return proof_words(self.proof)
