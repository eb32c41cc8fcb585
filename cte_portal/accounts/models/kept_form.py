"""What a person typed and sent after the session had ended: kept here, on the server, until the
same person signs in again.
"""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

LIFETIME = datetime.timedelta(hours=24)
MOST_KEPT = 5


class KeptFormQuerySet(models.QuerySet["KeptForm"]):
    def keep(self, user_id: int, path: str, fields: dict[str, list[str]]) -> None:
        """Keep the fields for the page at `path`, in place of what was kept for it, and let go of
        what is old or too much.
        """
        forms = self.filter(user_id=user_id)
        forms.filter(kept_at__lt=timezone.now() - LIFETIME).delete()
        self.update_or_create(
            user_id=user_id, path=path, defaults={"fields": fields, "kept_at": timezone.now()}
        )
        newest = list(forms.order_by("-kept_at").values_list("pk", flat=True)[:MOST_KEPT])
        forms.exclude(pk__in=newest).delete()

    def waiting(self, user_id: int, path: str) -> KeptForm | None:
        return self.filter(
            user_id=user_id, path=path, kept_at__gte=timezone.now() - LIFETIME
        ).first()


class KeptForm(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_forms"
    )
    path = models.CharField(max_length=200)
    fields = models.JSONField()
    kept_at = models.DateTimeField()

    objects = KeptFormQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "path"], name="accounts_one_kept_form_per_person_and_page"
            ),
        ]

    def __str__(self) -> str:
        return f"kept form {self.pk}"
