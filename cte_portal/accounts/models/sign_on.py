"""Who a person is at the identity provider, the sessions that began there, and who has to use it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class SignOn(models.Model):
    """Issuer and subject, bound to one account once. No address stands here: whoever changes one
    changes nothing of this.
    """

    class Way(models.TextChoices):
        INVITATION = "invitation", "by the one-time link"
        SECURITY = "security", "in Sign-in and security"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_on"
    )
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    way = models.CharField(max_length=10, choices=Way.choices)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                name="accounts_a_sign_on_is_one_accounts",
                violation_error_message="Another account of the portal signs in with that.",
            ),
            models.CheckConstraint(
                condition=~Q(issuer="") & ~Q(subject="") & Q(way__in=["invitation", "security"]),
                name="accounts_a_sign_on_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-on of {self.user_id}"


class SignOnSession(models.Model):
    """The provider's name for a session, and the portal's: so the provider can end it here."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_on_sessions"
    )
    name = models.CharField(max_length=255)
    session_key = models.CharField(max_length=40)
    began_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["name"], name="accounts_sign_on_sessions")]

    def __str__(self) -> str:
        return f"sign-on session {self.pk}"


class SignOnDuty(models.Model):
    """Whose people sign in at the identity provider and no longer by password: a district's, or
    everybody's.
    """

    district = models.CharField("District Number", max_length=4, blank=True)
    """Empty for everybody."""
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district"],
                name="accounts_a_sign_on_duty_stands_once",
                violation_error_message="This is required already.",
            ),
            models.CheckConstraint(
                condition=Q(district="") | Q(district__regex=r"^[0-9]{4}$"),
                name="accounts_a_sign_on_duty_names_a_district_or_everybody",
                violation_error_message="Enter a 4-digit district number.",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-on duty of {self.district or 'everybody'}"


class EmergencyAccount(models.Model):
    """An account that keeps its password for the day when the identity provider is away. Each use
    is e-mailed to OPI's administrators.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="emergency_account"
    )
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"emergency account of {self.user_id}"
