"""A one-use link by which a leaver says what became of him or her, without a name anywhere
(R-FUP-15).
"""

from __future__ import annotations

import datetime
import hashlib
import secrets

from django.db import models
from django.utils import timezone

from cte_portal.editions import Home
from pathways.models.follow_up.entry import FollowUpEntry


class AnswerLinkQuerySet(models.QuerySet["AnswerLink"]):
    def make(self, entry: int, expires_at: datetime.datetime, *, by: str, by_id: int) -> str:
        """Make the line's link, in place of an earlier one that thereby ends. Returns its secret,
        which is kept nowhere.
        """
        secret = secrets.token_urlsafe(32)
        self.update_or_create(
            entry_id=entry,
            defaults={
                "digest": _digest(secret),
                "made_at": timezone.now(),
                "expires_at": expires_at,
                "by": by,
                "by_id": by_id,
            },
        )
        return secret

    def by_secret(self, secret: str) -> AnswerLinkQuerySet:
        """The link itself; none for one that was used, replaced or made up, or has expired."""
        return self.filter(digest=_digest(secret), expires_at__gt=timezone.now())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class AnswerLink(models.Model):
    """Only a digest of the link is stored, and the row goes when the link is used."""

    lives_in = Home.DISTRICT

    entry = models.ForeignKey(FollowUpEntry, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    by = models.CharField(max_length=120)
    by_id = models.BigIntegerField()

    objects = AnswerLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], name="pathways_a_line_has_one_answer_link"),
            models.UniqueConstraint(
                fields=["digest"], name="pathways_an_answer_link_is_one_students"
            ),
        ]

    def __str__(self) -> str:
        return f"answer link {self.pk}"
