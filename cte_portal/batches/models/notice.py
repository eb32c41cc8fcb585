"""What a person is told on the next page (`cte_portal/batches/notices`)."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

NOTICES_KEPT = datetime.timedelta(days=30)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unseen(self, person: int) -> NoticeQuerySet:
        """What the person's next page shows, oldest first."""
        return self.filter(user_id=person, seen_at=None, at__lte=Now()).order_by("at", "pk")

    def seen(self) -> int:
        return self.filter(seen_at=None).update(seen_at=Now())

    def old(self) -> NoticeQuerySet:
        """What nobody needs any more, seen or not: the daily clean-up deletes it."""
        return self.filter(at__lt=timezone.now() - NOTICES_KEPT)


class Notice(models.Model):
    """What happened while a person looked elsewhere: shown once, on the next page she opens. Its
    words name no student and no file.
    """

    class Kind(models.TextChoices):
        SAVED = "saved", "Saved"
        ATTENTION = "attention", "Attention"
        FAILED = "failed", "Failed"
        INFO = "info", "For information"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    """What it tells of, so that the same is told once."""
    kind = models.CharField(max_length=9, choices=Kind.choices)
    text = models.CharField(max_length=300)
    path = models.CharField(max_length=200)
    """The page about it; who opens that page has seen it."""
    at = models.DateTimeField()
    """Not shown before: an answer that may be taken back is told when it stands."""
    seen_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="batches_a_person_is_told_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["saved", "attention", "failed", "info"]),
                name="batches_notice_kind_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "at"], condition=Q(seen_at=None), name="batches_notices_unseen"
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
