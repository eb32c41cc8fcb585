"""A one-time link by which a person chooses a password: for somebody new, or for somebody who can
get no e-mail.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from cte_portal.accounts.models.user import User

LIFETIME = datetime.timedelta(days=14)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def make(self, user_id: int, by: str) -> str:
        """Make the person's link, in place of an earlier one that thereby ends. Returns its secret,
        which is kept nowhere.
        """
        secret = secrets.token_urlsafe(32)
        now = timezone.now()
        self.update_or_create(
            user_id=user_id,
            defaults={
                "digest": digest(secret),
                "made_at": now,
                "expires_at": now + LIFETIME,
                "by": by,
            },
        )
        return secret

    def make_unsent(self, people: Iterable[User], by: str) -> list[Invitation]:
        """Links of new people, which nobody can know until each is renewed for its e-mail."""
        now = timezone.now()
        ends = now + LIFETIME
        rows = [
            Invitation(
                user=person,
                digest=digest(secrets.token_urlsafe(32)),
                made_at=now,
                expires_at=ends,
                by=by,
            )
            for person in people
        ]
        return Invitation.objects.bulk_create(rows, batch_size=500)

    def renew(self, user_id: int, made_at: str) -> str | None:
        """Another secret for the link that was made then. None when it was used, taken back, or
        replaced by a later one since.
        """
        secret = secrets.token_urlsafe(32)
        number = self.filter(user_id=user_id, made_at=made_at).update(
            digest=digest(secret), expires_at=timezone.now() + LIFETIME
        )
        return secret if number else None

    def open(self) -> InvitationQuerySet:
        return self.filter(expires_at__gt=timezone.now(), user__is_active=True)

    def by_secret(self, secret: str) -> Invitation | None:
        """The invitation a link belongs to; None for one that was used, replaced or made up, or has
        expired.
        """
        return self.open().filter(digest=digest(secret)).select_related("user").first()


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Invitation(models.Model):
    """Only a digest of the link is stored, and the row goes when the link is used."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitation"
    )
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    by = models.CharField(max_length=120)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], name="accounts_an_invitation_link_is_one_persons"
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def expired(self) -> bool:
        return self.expires_at <= timezone.now()
