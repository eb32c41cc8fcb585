"""How a person looks at a list of a district, kept under a name; its link holds an opaque id."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

MOST_SAVED = 50
"""Lists of one person in one district."""


def new_token() -> str:
    return secrets.token_urlsafe(12)


class SavedListQuerySet(models.QuerySet["SavedList"]):
    def of(self, user_id: int, district: str) -> SavedListQuerySet:
        return self.filter(user_id=user_id, district=district).order_by("name", "pk")

    def save_as(self, user_id: int, district: str, path: str, name: str, query: str) -> None:
        """Keep it, in place of what the person kept for that list under that name."""
        self.update_or_create(
            user_id=user_id,
            district=district,
            path=path,
            name=name,
            defaults={"query": query, "saved_at": timezone.now()},
        )


class SavedList(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_lists"
    )
    token = models.CharField(max_length=24, unique=True, default=new_token)
    district = models.CharField(max_length=4)
    path = models.CharField(max_length=80)
    """Of the list's page, after district and year: it opens in whichever year is open."""
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    """Numbers of schools and pathways, days, columns: never what names a student."""
    saved_at = models.DateTimeField()

    objects = SavedListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "district", "path", "name"],
                name="accounts_a_list_is_saved_once_under_a_name",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="accounts_a_saved_list_has_a_name",
                violation_error_message="Enter a name for the list.",
            ),
        ]

    def __str__(self) -> str:
        return f"saved list {self.pk}"
